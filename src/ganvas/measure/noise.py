"""Noise: how strong the finest residue is where nothing else is, and whether it looks like noise or like texture."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

__all__ = ["noise"]

_BLOCK_PX = 16
# The residue's mask (Immerkær 1996, https://doi.org/10.1006/cviu.1996.0060) has a root sum of squares of 6, and
# 0.6745 is the median of |x| of a standard normal x.
_MASK, _NORMAL = 6.0, 0.6745
_FLOOR = 1e-4  # a fortieth of one step of 8 bits: below it there is nothing


def noise(image: Float[np.ndarray, "h w c"]) -> dict[str, float]:
    """Returns the measures of noise of an image in [0, 1] of one or three channels, at least 32 px a side.

    - ``noise``: standard deviation of white noise by the median of the whole residue, 1/255;
    - ``noise_quiet``, ``noise_middle``: natural logarithm of the residue's deviation in the quietest tenth and the
      middle of all blocks of 16 px: in a clean picture the quiet ones (sky, walls, defocus) have next to none;
    - ``noise_dark``, ``noise_bright``: the same for the quiet blocks of the darker and the brighter half: sensor noise
      depends on the signal;
    - ``noise_colour``: 1 - correlation of the channels' residues in quiet blocks: texture is gray, sensor noise is not;
    - ``noise_neighbours``, ``noise_next``: the luma residue's correlation with its neighbour and the one after; white
      noise gives -2/3 and 1/6.
    """
    residues = _residue(image)
    luma = _residue(image.mean(axis=2, keepdims=True))[:, :, 0]
    level = image.mean(axis=2)[1:-1, 1:-1]
    energy, means = _blocks(luma**2).mean(axis=(1, 3)).ravel(), _blocks(level).mean(axis=(1, 3)).ravel()
    inside = (means > 0.02) & (means < 0.98)  # clipping hides noise
    if inside.sum() < 8:
        inside = np.ones_like(inside)
    deviation = np.log(np.sqrt(energy) + _FLOOR)
    found, split = deviation[inside], np.median(means[inside])
    quiet = (deviation <= np.quantile(found, 0.3)) & inside
    darker = inside & (means <= split)
    brighter = inside & (means >= split)
    return {
        "noise": float(np.median(np.abs(residues))) / _NORMAL * 255,
        "noise_quiet": float(np.quantile(found, 0.1)),
        "noise_middle": float(np.median(found)),
        "noise_dark": float(np.quantile(deviation[darker], 0.1)),
        "noise_bright": float(np.quantile(deviation[brighter], 0.1)),
        "noise_colour": _colour(residues, quiet),
        "noise_neighbours": _lag(luma, quiet, 1),
        "noise_next": _lag(luma, quiet, 2),
    }


def _residue(image: Float[np.ndarray, "h w c"]) -> Float[np.ndarray, "_h _w c"]:
    rows = 2 * image[1:-1] - image[:-2] - image[2:]
    return (2 * rows[:, 1:-1] - rows[:, :-2] - rows[:, 2:]) / np.float32(_MASK)


def _blocks(plane: Float[np.ndarray, "h w"]) -> Float[np.ndarray, "rows b columns b"]:
    height, width = (side // _BLOCK_PX * _BLOCK_PX for side in plane.shape)
    return plane[:height, :width].reshape(height // _BLOCK_PX, _BLOCK_PX, width // _BLOCK_PX, _BLOCK_PX)


def _colour(residues: Float[np.ndarray, "h w c"], quiet: np.ndarray) -> float:
    if residues.shape[2] == 1:
        return 0.0
    pairs = ((0, 1), (1, 2))
    planes = [_blocks(residues[:, :, c]).transpose(0, 2, 1, 3).reshape(len(quiet), -1)[quiet] for c in range(3)]
    power = [float((plane**2).mean()) + _FLOOR**2 for plane in planes]
    shared = [float((planes[a] * planes[b]).mean()) / (power[a] * power[b]) ** 0.5 for a, b in pairs]
    return 1 - sum(shared) / len(shared)


def _lag(luma: Float[np.ndarray, "h w"], quiet: np.ndarray, lag: int) -> float:
    blocks = _blocks(luma).transpose(0, 2, 1, 3).reshape(len(quiet), _BLOCK_PX, _BLOCK_PX)[quiet]
    across = (blocks[:, :, lag:] * blocks[:, :, :-lag]).mean()
    down = (blocks[:, lag:] * blocks[:, :-lag]).mean()
    return float(across + down) / 2 / (float((blocks**2).mean()) + _FLOOR**2)
