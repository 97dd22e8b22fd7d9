"""Where training batches come from: pure functions of the sample index."""
