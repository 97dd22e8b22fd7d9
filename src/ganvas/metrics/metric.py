"""What every image metric is: a pure function of a result and the truth, with the facts needed to print it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Real

from ganvas.core.errors import ImageError

# Any shape: result and truth of different sizes must meet the error below, not a complaint about types.
Image = Real[np.ndarray, "..."]
__all__ = ["Image", "Metric", "pair"]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric of one file.

    Attributes:
        title: heading of its column.
        unit: unit of the value; empty where it has none.
        better: whether a larger or a smaller value is the better one.
        digits: decimals worth printing.
        measure: function of result and truth, both on the scale 0 to 255, shape (h, w) or (h, w, c).
    """

    title: str
    unit: str = ""
    better: Literal["higher", "lower"] = "higher"
    digits: int = 3
    measure: Callable[[Image, Image], float]


def pair(result: Image, truth: Image) -> tuple[np.ndarray, np.ndarray]:
    """Returns both as float64.

    Raises:
        ImageError: the shapes differ.
    """
    if result.shape != truth.shape:
        raise ImageError(
            f"The result has shape {result.shape}, the truth {truth.shape}: compare images of the same size."
        )
    return result.astype(np.float64), truth.astype(np.float64)
