"""Pure functions on arrays and tensors, each with a stated reference."""
