"""Chains of tasks, one per file: a ``PIPELINE`` that says which steps a picture gets. Models are handed in."""
