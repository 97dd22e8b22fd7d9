"""Protocols that judge a model on a folder of images: one task per file, each with ``run``."""
