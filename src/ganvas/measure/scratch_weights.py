"""How much each measure of a piece counts for a scratch: found by ``scripts/fit_scratches.py``, not to be edited."""

from __future__ import annotations

__all__ = ["BIAS", "TABLE"]

BIAS = -2.510
# Middle and spread of each measure over the pieces it was fitted on, then its weight.
TABLE = {
    "long": (1.158, 1.167, 0.697),
    "thick": (0.1622, 0.3367, -0.662),
    "straight": (0.8902, 0.8871, -0.295),
    "clear": (3.694, 1.487, 1.182),
    "contrast": (0.1148, 0.084, 0.463),
    "direction": (1.833, 0.3984, -0.165),
    "length": (0.07952, 0.02763, 0.772),
    "height": (0.1979, 0.1092, -0.137),
    "uneven": (0.1306, 0.1437, -0.046),
    "quiet": (-3.334, 0.6275, 0.069),
    "restless": (-3.022, 0.3401, -0.762),
    "chroma": (0.1462, 0.1185, -0.638),
    "crowd_near": (-3.893, 0.9782, -0.208),
    "crowd_far": (-3.841, 0.7301, -0.233),
    "crowd": (-4.13, 0.5509, -0.350),
    "dark": (0.452, 0.4977, -0.820),
}
