"""The training engine and all that stands around it."""
