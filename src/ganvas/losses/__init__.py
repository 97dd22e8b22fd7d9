"""Losses as pure functions: adversarial games, penalties on the discriminator's gradient, reconstruction."""
