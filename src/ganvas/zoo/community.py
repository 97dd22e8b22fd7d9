"""Weights of other projects that need no conversion: safetensors with the names of Real-ESRGAN's SRVGGNetCompact.

The settings are read off the shapes of the tensors (Wang et al. 2021, https://arxiv.org/abs/2107.10833: images in
[0, 1], a first and a last convolution around ``num_conv`` body convolutions, each followed by a PReLU but the last).
"""

from __future__ import annotations

import json
import math
import re
import struct
from pathlib import Path
from typing import Any

from ganvas.core.card import Card

__all__ = ["read"]

_MAX_HEADER_BYTES = 10_000_000
_NAME = re.compile(r"body\.(\d+)\.(weight|bias)")


def read(path: Path) -> dict[str, Any] | None:
    """Returns a header as ganvas would have written it, or None where the file is not of this kind."""
    shapes = _shapes(path)
    if shapes is None or not all(_NAME.fullmatch(name) for name in shapes):
        return None
    weights = {int(name.split(".")[1]): shape for name, shape in shapes.items() if name.endswith("weight")}
    last = max(weights, default=0)
    first, final = weights.get(0, []), weights.get(last, [])
    if len(first) != 4 or len(final) != 4 or last < 2 or last % 2:
        return None
    channels, features = first[1], first[0]
    scale = math.isqrt(final[0] // channels)
    if scale * scale * channels != final[0] or final[1] != features or first[2:] != [3, 3]:
        return None
    convolutions = last // 2 - 1
    card = Card(
        title=f"Community weights {path.stem} (x{scale} Compact, {features} features, {convolutions} convolutions)",
        task="upscale" if scale > 1 else "denoise",
        paper="Wang et al. 2021, https://arxiv.org/abs/2107.10833",
        channels=channels,
        range=(0.0, 1.0),
        scale=scale,
        tiling=convolutions + 2,
        plain=True,
    )
    generator = {"$type": "CompactSettings", "features": features, "convolutions": convolutions, "activation": "prelu"}
    settings = {"$type": "Regression", "generator": generator, "task": card.task, "channels": channels, "scale": scale}
    return {
        "kind": "community",
        "method": "regression",
        "settings": settings,
        "card": card.to_json(),
        "licence": "unknown: ask whoever trained these weights",
        "data": "unknown",
        "drifts": scale > 1,
    }


def _shapes(path: Path) -> dict[str, list[int]] | None:
    """Shapes by tensor name; None for a file that is not safetensors, or that ganvas wrote."""
    try:
        with open(path, "rb") as file:
            start = file.read(8)
            size = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
            if not 2 <= size <= _MAX_HEADER_BYTES:
                return None
            raw = json.loads(file.read(size))
        if "ganvas" in raw.pop("__metadata__", {}):
            return None
        return {str(name): [int(n) for n in entry["shape"]] for name, entry in raw.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
