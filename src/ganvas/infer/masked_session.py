"""A model that fills holes, opened on a back end: a crop and its mask in, the filled crop out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from ganvas.core.errors import ModelError
from ganvas.infer.backend import choose
from ganvas.infer.fill import Filled, fill
from ganvas.infer.memory import available
from ganvas.infer.model import RunnableModel
from ganvas.infer.rows import ArrayRows, PaddedRows
from ganvas.infer.runner import TileRunner
from ganvas.infer.session import ApplyOptions

__all__ = ["MaskedSession"]

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
# A network has seen holes of some size, and makes little of the middle of much larger ones.
_DEEPEST = 64
_CONTEXT = 64
# px; sides of crops, the preferred first. Networks take large ones, whose contexts overlap less; functions search them.
_NETWORK, _FUNCTION, _LEAST = (1024, 512), (512,), 256


class MaskedSession:
    """One model, to be applied to any number of images, one at a time.

    Args:
        model: its card needs an image and a mask.
        options: how; the tile is the longest side of a crop, the colour guard does not apply.

    Raises:
        ModelError: the model takes no mask.
        SettingsError: the options fit neither the model nor this machine.
        CheckpointError: the weights cannot be loaded.
    """

    def __init__(self, model: RunnableModel, options: ApplyOptions | None = None) -> None:
        if "mask" not in model.card.needs:
            raise ModelError(f"The model {model.name} takes no mask: use a model for inpaint, see ganvas models.")
        self.model, self.options = model, options or ApplyOptions()
        backend, self._why = choose(
            model, backend=self.options.backend, device=self.options.device, precision=self.options.precision
        )
        # A crop is computed in one piece; the mask goes along as one channel more.
        card = replace(model.card, channels=model.card.channels + 1, tiling="never")
        self._runner = TileRunner(backend, card, model.name, may_round=self.options.precision == "auto")
        self.report: dict[str, Any] = {}

    def __call__(self, image: Float[np.ndarray, "h w c"], mask: Bool[np.ndarray, "h w"]) -> Float[np.ndarray, "h w c"]:
        """Returns the image with its holes filled, as the model answers, in the channels of the image.

        Args:
            image: values in [0, 1], gray or as many channels as the model has.
            mask: True where a pixel is missing.

        Raises:
            ModelError: the image has other channels, or the answer is not finite.
            OutOfMemory: the image does not fit.
        """
        height, width, have = image.shape
        want = self.model.card.channels
        if have not in (1, want):
            raise ModelError(f"The model {self.model.name} takes {want} channels, the image has {have}: use another.")
        shown = np.concatenate([np.repeat(image, want // have, axis=2), mask[:, :, None]], axis=2, dtype=np.float32)
        card = self.model.card
        padded = PaddedRows(ArrayRows(shown), multiple_of=card.multiple_of, min_size=card.min_size)
        filled = self._runner.run(padded.read(0, padded.height)[None])[0, :height, :width]
        if have == want:
            return filled
        return filled @ _LUMA[:, None] if want == 3 else filled.mean(axis=2, keepdims=True)

    def _side(self, channels: int) -> int:
        """The longest side of crops that leaves half of the memory allowed."""
        per_pixel = self._runner.backend.bytes_per_pixel + 4 * (2 * channels + 1)
        budget = available(self.options.max_memory) // 2
        sides = _NETWORK if self.model.function is None else _FUNCTION
        return next((side for side in sides if side**2 * per_pixel <= budget), _LEAST)

    def fill(
        self,
        image: Float[np.ndarray, "h w c"],
        mask: Bool[np.ndarray, "h w"],
        *,
        out: Float[np.ndarray, "h w c"] | None = None,
    ) -> Float[np.ndarray, "h w c"]:
        """Returns an image of any size with its holes filled; arguments and errors as of :func:`fill` and of a call."""
        self._runner.redone, self._runner.shrunk, told = 0, [], Filled()
        largest = max(_LEAST, self.options.tile) if self.options.tile else self._side(image.shape[2])
        deepest = None if self.model.function is not None else _DEEPEST
        filled = fill(self, image, mask, context=_CONTEXT, largest=largest, deepest=deepest, out=out, told=told)
        backend = self._runner.backend
        self.report = {
            "backend": backend.name,
            "device": backend.device,
            "precision": backend.precision,
            "why": self._why,
            "crops": told.crops,
            "largest_crop": told.largest,
            "coarse": told.coarse,
            "redone": self._runner.redone,
            "shrunk": list(self._runner.shrunk),
        }
        return filled
