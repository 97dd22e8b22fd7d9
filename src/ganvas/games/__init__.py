"""What adversarial games share: both sides' networks, stabilisers, sampling. Methods add the mathematics."""
