"""Holes filled ring by ring with the median of what is known around: for specks and thin scratches."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from ganvas.core.card import Card
from ganvas.core.errors import SettingsError
from ganvas.zoo.classical._holes.composite import filled

__all__ = ["CARD", "apply"]

CARD = Card(
    title="Median fill: the middle of the known values around, ring by ring",
    task="inpaint",
    needs=frozenset({"image", "mask"}),
    range=(0.0, 1.0),
    # Rings reach as far as the hole does.
    tiling="never",
)
_LARGEST = 31


def apply(
    image: Float[np.ndarray, "h w c"], *, mask: Bool[np.ndarray, "h w"], strength: float = 1.0, size: int = 5
) -> Float[np.ndarray, "h w c"]:
    """Returns the image with its hole filled, float32: missing pixels become the median of the known ones in a square.

    Those with a known pixel among the eight around them are filled at once, then count as known for the next ring.
    Channels are separate; of an even number of values the lower of the two in the middle is taken.

    Args:
        image: values in [0, 1], any number of channels.
        mask: True where a pixel is missing.
        strength: share of the fill in the hole; 0 returns the image.
        size: side of the square, px: odd, 3 to 31.

    Raises:
        SettingsError: the strength is not in 0 to 1, or the size is another.
        ImageError: the mask is of another size, or nothing is known.
    """
    if size not in range(3, _LARGEST + 1, 2):
        raise SettingsError(f"A median over {size} px is not possible: use an odd size from 3 to {_LARGEST}.")
    return filled(image, mask, strength, lambda known, hole: _rings(known, hole, size // 2))


def _rings(image: Float[np.ndarray, "h w c"], mask: Bool[np.ndarray, "h w"], reach: int) -> Float[np.ndarray, "h w c"]:
    import cv2

    # Unknown values are infinite, so they sort behind the known ones.
    padded = np.pad(image, ((reach, reach), (reach, reach), (0, 0)), constant_values=np.inf)
    inside = padded[reach:-reach, reach:-reach]
    inside[mask] = np.inf
    missing = mask.astype(np.uint8)
    squares = np.lib.stride_tricks.sliding_window_view(padded, (2 * reach + 1, 2 * reach + 1), axis=(0, 1))
    while missing.any():
        # Outside the image nothing is known either.
        deep = cv2.erode(missing, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=1)
        ring = (missing > deep).nonzero()
        around = squares[ring].reshape(len(ring[0]), image.shape[2], -1)
        around.sort(axis=2)
        known = np.isfinite(around).sum(axis=2, keepdims=True)
        inside[ring] = np.take_along_axis(around, (known - 1) // 2, axis=2)[:, :, 0]
        missing = deep
    return inside
