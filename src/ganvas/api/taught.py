"""A small classifier taught on images at hand, for the classification accuracy score."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Int64, UInt8

from ganvas.api import catalog
from ganvas.core.batch import Labelled
from ganvas.data.streams import order, tensor
from ganvas.train.engine import Engine, EngineSettings

__all__ = ["taught"]

_RECIPE = "mnist-lenet"  # its network fits images of any size
_BATCH = 64


@dataclass(frozen=True)
class _Shown:
    """Images in a new order every epoch."""

    images: UInt8[np.ndarray, "n h w c"]
    labels: Int64[np.ndarray, " n"]

    def batch(self, first: int, count: int) -> Labelled:
        """Returns samples ``first`` to ``first + count - 1``, images in [-1, 1]."""
        numbers = [order(0, index, len(self.images)) for index in range(first, first + count)]
        pixels = self.images[numbers].astype(np.float32) / np.float32(255)
        return Labelled(tensor(pixels), torch.from_numpy(self.labels[numbers]))


def taught(
    images: UInt8[np.ndarray, "n h w c"], labels: Int64[np.ndarray, " n"], *, shown: int = 60_000
) -> Callable[[UInt8[np.ndarray, "m h w c"]], Int64[np.ndarray, " m"]]:
    """Returns a classifier of images, trained on these with the method and the rates of the recipe mnist-lenet.

    Args:
        images, labels: to learn from; labels from 0.
        shown: images shown in training, repetitions included: the same number whatever the set.
    """
    recipe = catalog.recipe(_RECIPE)
    classes = int(labels.max()) + 1
    method = replace(recipe.method, classes=classes, channels=images.shape[3])
    engine = Engine(method, EngineSettings(batch=_BATCH, total=shown, seed=0))
    stream = _Shown(images, labels.astype(np.int64))
    while engine.state.images_seen < shown:
        engine.advance(stream)
    net = engine.state.averages["c"].eval()

    @torch.no_grad()
    def predict(other: UInt8[np.ndarray, "m h w c"]) -> Int64[np.ndarray, " m"]:
        parts = [other[start : start + 500].astype(np.float32) / np.float32(255) for start in range(0, len(other), 500)]
        return torch.cat([net(tensor(part)).argmax(dim=1) for part in parts]).numpy()

    return predict
