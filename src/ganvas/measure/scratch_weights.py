"""How much each measure of a piece counts for a scratch: found by ``scripts/fit_scratches.py``, not to be edited."""

from __future__ import annotations

__all__ = ["BIAS", "TABLE"]

BIAS = -2.656
# Middle and spread of each measure over the pieces it was fitted on, then its weight.
TABLE = {
    "long": (1.171, 1.197, 0.397),
    "thick": (0.154, 0.3325, -0.685),
    "straight": (0.912, 0.9229, -0.114),
    "clear": (3.691, 1.506, 1.874),
    "contrast": (0.1089, 0.08186, 0.865),
    "direction": (1.854, 0.4335, -0.306),
    "length": (0.07893, 0.02746, 0.413),
    "height": (0.1934, 0.1081, -1.049),
    "uneven": (0.1279, 0.1429, -0.085),
    "quiet": (-3.36, 0.6134, 1.448),
    "restless": (-3.034, 0.3324, -1.595),
    "chroma": (0.1627, 0.1478, -0.617),
    "crowd_near": (-3.889, 0.9695, -0.551),
    "crowd_far": (-3.816, 0.7108, 0.297),
    "crowd": (-4.056, 0.5301, -0.224),
    "dark": (0.4329, 0.4955, -0.614),
}
