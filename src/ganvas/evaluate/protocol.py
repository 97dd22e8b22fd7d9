"""What the protocols share: models as functions, and their results as 8-bit images."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

import numpy as np
from jaxtyping import Float, UInt8

from ganvas.core.errors import ModelError
from ganvas.evaluate.table import Row

__all__ = ["Judge", "Model", "compare", "to_uint8"]

# Both float32 in [0, 1], (h, w, 3), or (h, w, 1) where the protocol is of gray images.
Model = Callable[[Float[np.ndarray, "h w c"]], Float[np.ndarray, "H W c"]]
Judge = Callable[[UInt8[np.ndarray, "H W c"]], Mapping[str, float]]


def to_uint8(image: Float[np.ndarray, "h w c"]) -> UInt8[np.ndarray, "h w c"]:
    """Returns an image of [0, 1] as an 8-bit file would hold it: rounded to nearest, clipped."""
    return np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)


def compare(
    models: Mapping[str, Model], source: UInt8[np.ndarray, "h w c"], judge: Judge, *, image: str, shape: tuple[int, ...]
) -> Iterable[tuple[Row, UInt8[np.ndarray, "H W c"]]]:
    """Yields each model's row and 8-bit result on one degraded image.

    Args:
        models: entrants by name.
        source: the degraded image.
        judge: measures a result.
        image: name of the image.
        shape: shape that results must have.

    Raises:
        ModelError: a result has another shape or values that are not finite.
    """
    given = source.astype(np.float32) / np.float32(255)
    for name, model in models.items():
        start = time.perf_counter()
        result = model(given.copy())
        seconds = time.perf_counter() - start
        if result.shape != shape:
            raise ModelError(
                f"{name} returned shape {result.shape} for {image}, expected {shape}: it is of another task."
            )
        if not np.isfinite(result).all():
            raise ModelError(f"{name} returned values that are not finite for {image}: try --precision f32.")
        pixels = to_uint8(result)
        yield Row(entrant=name, image=image, values=judge(pixels), seconds=seconds), pixels
