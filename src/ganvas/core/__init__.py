"""The types every floor shares. Import the submodule you need: ``card`` and ``errors`` do not import torch."""
