"""Judges of images and samples: pure functions of arrays, one per file."""
