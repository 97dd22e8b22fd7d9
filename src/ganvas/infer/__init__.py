"""Applying a model to one image: session, tiling, back ends. Importing it imports neither torch nor OpenVINO."""
