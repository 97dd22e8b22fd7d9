"""What Real-ESRGAN's own script does on a CPU, with our weights: eager float32 NCHW, 400 px tiles, 10 px of padding.

    python benchmarks/eager_tiles.py WEIGHTS OUTPUT_FOLDER PICTURE...

Tiles run one by one, batch 1, with unequal last tiles; OpenCV reads and writes. It is the yardstick of
``bench_process.py``, not a part of ganvas.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from ganvas.api.load import runnable
from ganvas.core.card import Card
from ganvas.zoo.models import find

TILE, PADDING = 400, 10


def tiled(network: nn.Module, image: Tensor, scale: int) -> Tensor:
    """Returns the enlarged image, tile by tile; seams are cut, not blended."""
    _, channels, height, width = image.shape
    output = image.new_zeros((1, channels, height * scale, width * scale))
    for y in range(0, height, TILE):
        for x in range(0, width, TILE):
            bottom, right = min(y + TILE, height), min(x + TILE, width)
            top, left = max(y - PADDING, 0), max(x - PADDING, 0)
            part = image[:, :, top : min(bottom + PADDING, height), left : min(right + PADDING, width)]
            result = network(part)
            rows, columns = (y - top) * scale, (x - left) * scale
            output[:, :, y * scale : bottom * scale, x * scale : right * scale] = result[
                :, :, rows : rows + (bottom - y) * scale, columns : columns + (right - x) * scale
            ]
    return output


def enlarge(network: nn.Module, card: Card, pixels: np.ndarray) -> np.ndarray:
    """Returns the 8-bit BGR picture, four times as large."""
    low, high = card.range
    image = torch.from_numpy(np.ascontiguousarray(pixels[:, :, ::-1].transpose(2, 0, 1))).float()[None] / 255
    output = (tiled(network, image * (high - low) + low, card.scale) - low) / (high - low)
    return np.ascontiguousarray(
        (output[0].clamp(0, 1).numpy() * 255).round().astype(np.uint8).transpose(1, 2, 0)[:, :, ::-1]
    )


def main() -> None:
    """Enlarges the pictures named on the command line."""
    weights, folder, *pictures = sys.argv[1:]
    entry = find(weights)
    load = runnable(entry).load
    assert load is not None
    method, networks = load()
    network = networks[method.exportable()[0]]
    with torch.no_grad():
        for name in pictures:
            result = enlarge(network, entry.card, cv2.imread(name))
            cv2.imwrite(str(Path(folder) / f"{Path(name).stem}.png"), result)


if __name__ == "__main__":
    main()
