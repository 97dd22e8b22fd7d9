"""Files: pictures, their metadata, weights."""
