"""JPEG's traces: jumps on a grid of eight pixels, and coefficients that lie on multiples of a step."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float

__all__ = ["blocks"]

_SIDE = 8
_MOST_BLOCKS = 1500
# The first coefficients along the zigzag, as (row, column), and luma's steps at quality 50 (ITU T.81, table K.1).
_POSITIONS = ((0, 1), (1, 0), (2, 0), (1, 1), (0, 2), (0, 3), (1, 2), (2, 1), (3, 0))
_STEPS_50 = (11, 12, 14, 12, 10, 16, 14, 13, 14)
_LARGEST_STEP = 84
_FEWEST = 24  # coefficients that a step is judged by
_ZERO = 0.7  # rounding to 8 bits moves a coefficient by about 0.3


def blocks(image: Float[np.ndarray, "h w c"]) -> dict[str, float]:
    """Returns the measures of blockiness of an image in [0, 1], at least 32 px a side; any offset of the grid.

    - ``blocks``: mean jump across block borders in excess of the jumps beside them, over the mean jump, per cent;
    - ``blocks_phase``: how far the best offset of the grid stands out among the eight, in their deviations;
    - ``blocks_zero``, ``blocks_zero_off``: share of AC coefficients that are zero on the grid, and half a block off
      it: only quantisation tells the two apart;
    - ``blocks_step``: logarithm to base 2 of the quantisation step over that of quality 50, from the period of the
      coefficients' histogram (Fan and de Queiroz 2003, https://doi.org/10.1109/TIP.2002.807361); -4 where none shows;
    - ``blocks_period``: how clear that period is, 0 to 1.
    """
    luma = np.ascontiguousarray(
        image @ np.array([0.299, 0.587, 0.114], np.float32) if image.shape[2] == 3 else image[:, :, 0]
    )
    jump, stands, column = _jumps(luma)
    turned, stands_turned, row = _jumps(np.ascontiguousarray(luma.T))
    levels = luma * 255 - 128
    on, off = _coefficients(levels, row, column), _coefficients(levels, (row + 4) % 8, (column + 4) % 8)
    step, period = _step(on)
    return {
        "blocks": 50 * (jump + turned),
        "blocks_phase": (stands + stands_turned) / 2,
        "blocks_zero": _zeros(on),
        "blocks_zero_off": _zeros(off),
        "blocks_step": step,
        "blocks_period": period,
    }


def _jumps(luma: Float[np.ndarray, "h w"]) -> tuple[float, float, int]:
    """Excess of the jumps on the grid's columns, how it stands out, and the first column of a block."""
    jumps = np.abs(np.diff(luma, axis=1))
    jumps = np.minimum(jumps, 3 * float(jumps.mean()) + 1e-3)  # an edge of the scene is no border of a block
    columns = jumps.mean(axis=0)
    excess = columns[1:-1] - (columns[:-2] + columns[2:]) / 2
    usable = len(excess) // _SIDE * _SIDE
    phases = np.median(excess[:usable].reshape(-1, _SIDE), axis=0)
    best = int(phases.argmax())
    others = np.delete(phases, best)
    size = float(jumps.mean()) + 1e-4
    stands = (phases[best] - float(np.median(others))) / (float(others.std()) + 0.01 * size)
    # Excess i belongs to the jump between columns i + 1 and i + 2.
    return float(phases[best] - np.median(others)) / size, float(stands), (best + 2) % _SIDE


def _coefficients(levels: Float[np.ndarray, "h w"], row: int, column: int) -> Float[np.ndarray, "n 8 8"]:
    """DCT coefficients of at most 1500 blocks, evenly spread."""
    height, width = (levels.shape[0] - row) // _SIDE, (levels.shape[1] - column) // _SIDE
    part = levels[row : row + height * _SIDE, column : column + width * _SIDE]
    tiles = part.reshape(height, _SIDE, width, _SIDE).transpose(0, 2, 1, 3).reshape(-1, _SIDE, _SIDE)
    tiles = tiles[:: -(-len(tiles) // _MOST_BLOCKS)]
    basis = cv2.dct(np.eye(_SIDE, dtype=np.float32), flags=cv2.DCT_ROWS).T  # rows are the waves
    return basis @ tiles @ basis.T


def _zeros(coefficients: Float[np.ndarray, "n 8 8"]) -> float:
    flat = np.abs(coefficients.reshape(len(coefficients), -1)[:, 1:])
    return float((flat < _ZERO).mean())


def _step(coefficients: Float[np.ndarray, "n 8 8"]) -> tuple[float, float]:
    steps = np.arange(3, _LARGEST_STEP, dtype=np.float32)
    ratios, clarity = [], []
    for (row, column), base in zip(_POSITIONS, _STEPS_50, strict=True):
        values = np.abs(coefficients[:, row, column])
        # Multiples above zero alone: what is zero lies on every step's grid.
        counts = values[:, None] > 0.6 * steps
        waves = np.cos(2 * np.pi * values[:, None] / steps) * counts
        enough = counts.sum(axis=0)
        score = np.where(enough >= _FEWEST, waves.sum(axis=0) / np.maximum(enough, 1), 0)
        best = float(score.max())
        # A step's own divisors fit as well: the largest that fits nearly as well as the best is the step.
        fitting = steps[score >= 0.85 * best]
        ratios.append(np.log2(float(fitting.max()) / base) if best > 0.3 else -4.0)
        clarity.append(best)
    return float(np.median(ratios)), float(np.median(clarity))
