"""One training each: a function that returns method, data and training settings."""
