"""Filling holes with patches of the picture's own (Wexler et al. 2007), found by PatchMatch (Barnes et al. 2009).

The image is halved until the hole is no thicker than a patch. There it is filled smoothly, and from there upward two
steps alternate: for each patch that touches the hole the most similar patch of known pixels is looked for, then each
pixel of the hole becomes the weighted mean of what these say of it. The field of sources, doubled, is where the next
size begins.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from ganvas.core.card import Card
from ganvas.core.errors import SettingsError
from ganvas.zoo.classical._holes.composite import filled
from ganvas.zoo.classical._holes.field import Field, sources
from ganvas.zoo.classical._holes.marching import marched

__all__ = ["CARD", "apply"]

CARD = Card(
    title="PatchMatch: continues textures with patches from elsewhere in the picture",
    task="inpaint",
    paper="Wexler et al. 2007, https://doi.org/10.1109/TPAMI.2007.60; "
    "Barnes et al. 2009, https://doi.org/10.1145/1531326.1531330",
    needs=frozenset({"image", "mask"}),
    range=(0.0, 1.0),
    # Patches come from anywhere.
    tiling="never",
)
_LARGEST = 15
_ROUNDS = 2  # of the two steps, at the full size, and as many more at each size below
_SHARP = 4.0  # of the last mean: the best patches decide, and textures stay crisp
_ENOUGH = 0.05  # sources per patch to be replaced, below which smaller patches are used


def apply(
    image: Float[np.ndarray, "h w c"],
    *,
    mask: Bool[np.ndarray, "h w"],
    strength: float = 1.0,
    size: int = 7,
    seed: int = 0,
) -> Float[np.ndarray, "h w c"]:
    """Returns the image with its hole filled by patches from around it, float32; the same for the same seed.

    Args:
        image: values in [0, 1], any number of channels.
        mask: True where a pixel is missing.
        strength: share of the fill in the hole; 0 returns the image.
        size: side of a patch, px: odd, 3 to 15. Where too few patches are known as a whole, smaller ones are used.
        seed: of the random search.

    Raises:
        SettingsError: the strength is not in 0 to 1, or the size is another.
        ImageError: the mask is of another size, or nothing is known.
    """
    if size not in range(3, _LARGEST + 1, 2):
        raise SettingsError(f"Patches of {size} px are not possible: use an odd size from 3 to {_LARGEST}.")
    return filled(image, mask, strength, lambda known, hole: _patched(known, hole, size, seed))


def _patched(
    image: Float[np.ndarray, "h w c"], mask: Bool[np.ndarray, "h w"], size: int, seed: int
) -> Float[np.ndarray, "h w c"]:
    import cv2

    while size > 1 and not _suffice(mask, size):
        size -= 2
    rng = np.random.default_rng(seed)
    coarse: Field | None = None
    for depth, (known, hole) in reversed(list(enumerate(_pyramid(image, mask, size)))):
        if coarse is None:
            begun = marched(cv2.INPAINT_TELEA, 3.0)(known, hole)
        else:
            begun = np.where(hole[:, :, None], _doubled(coarse.image, known.shape), known)
        field = Field(np.ascontiguousarray(begun, dtype=np.float32), hole, size, rng)
        if coarse is not None:
            field.take(coarse)
            field.vote()
        for _ in range(_ROUNDS * (depth + 1)):
            field.measure()
            field.search()
            field.vote()
        coarse = field
    assert coarse is not None  # the pyramid holds the image at least
    coarse.vote(_SHARP)
    return coarse.image


def _suffice(mask: Bool[np.ndarray, "h w"], size: int) -> bool:
    """Whether there are sources, and enough for the patches that touch the hole."""
    if min(mask.shape) < size:
        return False
    known = int(sources(mask, size).sum())
    return known > _ENOUGH * ((mask.shape[0] - size + 1) * (mask.shape[1] - size + 1) - known)


def _pyramid(
    image: Float[np.ndarray, "h w c"], mask: Bool[np.ndarray, "h w"], size: int
) -> list[tuple[Float[np.ndarray, "_h _w c"], Bool[np.ndarray, "_h _w"]]]:
    """Returns images and masks from the full size down to the first whose hole is no thicker than a patch."""
    import cv2

    levels = [(image, mask)]
    while cv2.distanceTransform(levels[-1][1].astype(np.uint8), cv2.DIST_L2, 5).max() > size / 2:
        smaller = _halved(*levels[-1])
        if not smaller[1].any() or not _suffice(smaller[1], size):
            break
        levels.append(smaller)
    return levels


def _halved(
    image: Float[np.ndarray, "h w c"], mask: Bool[np.ndarray, "h w"]
) -> tuple[Float[np.ndarray, "_h _w c"], Bool[np.ndarray, "_h _w"]]:
    """Returns means of the known ones among four pixels each; those are missing of which less than half is known."""
    odd = [(0, side % 2) for side in mask.shape]
    known = np.pad(~mask, odd).astype(np.float32)[:, :, None]
    weighted = np.pad(image, [*odd, (0, 0)]) * known

    def summed(values: np.ndarray) -> np.ndarray:
        return values[::2, ::2] + values[1::2, ::2] + values[::2, 1::2] + values[1::2, 1::2]

    count = summed(known)
    missing = count[:, :, 0] < 2
    mean = summed(weighted) / np.maximum(count, 1)
    return np.where(missing[:, :, None], np.float32(0), mean), missing


def _doubled(image: Float[np.ndarray, "h w c"], shape: tuple[int, ...]) -> Float[np.ndarray, "H W c"]:
    """Returns the image of half the size at the full one, linear between pixels."""
    import cv2

    height, width = image.shape[:2]
    planes = [
        cv2.resize(image[:, :, channel], (2 * width, 2 * height), interpolation=cv2.INTER_LINEAR)
        for channel in range(image.shape[2])
    ]
    return np.stack(planes, axis=2)[: shape[0], : shape[1]]
