"""Classical models: functions of one image, run on the CPU in float32."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from ganvas.core.errors import SettingsError
from ganvas.infer.model import RunnableModel

__all__ = ["PREFERENCE", "FunctionBackend", "open_backend", "refusal"]

PREFERENCE = 100
_BYTES_PER_PIXEL = 256.0  # several float64 copies of three channels


@dataclass(frozen=True)
class FunctionBackend:
    """One function, applied to each image of the batch.

    Attributes:
        masked: the last channel of the images is a mask, 1 = missing.
    """

    function: Callable[..., np.ndarray]
    name: str = "function"
    device: str = "cpu"
    precision: Literal["f32", "bf16"] = "f32"
    bytes_per_pixel: float = _BYTES_PER_PIXEL
    masked: bool = False

    def run(self, images: Float[np.ndarray, "b h w c"]) -> Float[np.ndarray, "b H W c"]:
        """Returns the function's results."""
        if self.masked:
            results = [self.function(image[:, :, :-1], mask=image[:, :, -1] >= 0.5) for image in images]
        else:
            results = [self.function(image) for image in images]
        return np.stack([np.asarray(result, dtype=np.float32) for result in results])

    def at(self, precision: Literal["f32", "bf16"]) -> FunctionBackend:
        """Returns this back end: a function has no other precision."""
        return self


def refusal(model: RunnableModel, device: str) -> str:
    """Returns why this back end cannot run the model on the device, or nothing."""
    return "" if model.function else "it is a network"


def open_backend(model: RunnableModel, *, device: str, precision: str) -> FunctionBackend:
    """Returns the back end.

    Raises:
        SettingsError: bf16 was asked for.
    """
    assert model.function is not None
    if precision == "bf16":
        raise SettingsError(f"The model {model.name} is a function in float32: leave out --precision.")
    return FunctionBackend(
        model.function,
        bytes_per_pixel=model.bytes_per_pixel or _BYTES_PER_PIXEL,
        masked="mask" in model.card.needs,
    )
