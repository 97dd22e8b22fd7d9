"""Pictures that were too small or too blurred and then enlarged: what a face in a photo mostly is.

The second-order chain of :mod:`ganvas.degrade.second_order` at a reduction drawn anew for every picture, and the way
back to the picture's size: by interpolation, as viewers and scanners do it, or by the bundled network that enlarges
spoilt photos, so that what learns from the pairs also learns to go on from that network's result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from ganvas.core.errors import SettingsError
from ganvas.core.settings import from_json
from ganvas.degrade.degradation import Degraded, Image, quantise
from ganvas.degrade.draw import which
from ganvas.degrade.second_order import SecondOrder

if TYPE_CHECKING:
    from torch import nn

__all__ = ["Enlarged"]


@dataclass(frozen=True, kw_only=True)
class Enlarged:
    """Returns the picture spoilt, reduced, enlarged to its own size again and rounded to 8 bits.

    Attributes:
        chain: what spoils and reduces; its scale is drawn.
        scales: the reductions.
        shares: of these.
        network: chance that the network enlarges a reduced picture; cubic interpolation otherwise.
        model: bundled upscaler that does it.
        clean: chance that the picture stays as it is, so that a good one comes back unchanged.

    Raises:
        SettingsError: ``model`` does not enlarge, or has no compact network.
    """

    chain: SecondOrder = field(default_factory=SecondOrder)
    scales: Sequence[int] = (1, 2, 4)
    shares: tuple[float, ...] = (0.25, 0.45, 0.3)
    network: float = 0.5
    model: str = "upscale-x4-real"
    clean: float = 0.04

    def __call__(self, clean: Image, rng: np.random.Generator) -> Image:
        if rng.random() < self.clean:
            return quantise(clean)
        scale = self.scales[which(rng, self.shares)]
        by_network = rng.random() < self.network  # drawn for every scale: the draws after it stay in place
        small = replace(self.chain, scale=scale)(clean, rng)
        if scale > 1 and by_network:
            small = _enlarged(small, self.model)
        height, width, channels = clean.shape
        if small.shape[:2] == (height, width):
            return quantise(small)
        mode = cv2.INTER_AREA if len(small) > height else cv2.INTER_CUBIC
        return quantise(cv2.resize(small, (width, height), interpolation=mode).reshape(height, width, channels))


def _enlarged(image: Image, model: str) -> Degraded:
    """The picture as the network enlarges it, through bf16 where the machine is fast with it."""
    import torch

    colours = np.broadcast_to(image, (*image.shape[:2], 3))
    given = torch.from_numpy(np.ascontiguousarray(colours.transpose(2, 0, 1))[None]) * 2 - 1
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        made = _network(model)(given.contiguous(memory_format=torch.channels_last))
    result = np.clip(made[0].float().permute(1, 2, 0).numpy() / 2 + np.float32(0.5), 0, 1)
    return result if image.shape[2] == 3 else result.mean(axis=2, keepdims=True)


@lru_cache(maxsize=2)
def _network(model: str) -> nn.Module:
    import torch

    from ganvas.io import checkpoint
    from ganvas.nets.generator import CompactSettings
    from ganvas.zoo.models import find

    entry = find(model)
    if entry.path is None or entry.card.task != "upscale":
        raise SettingsError(f"{model} is no model with weights that enlarges: name another.")
    tensors = {name.removeprefix("g."): tensor.float() for name, tensor in checkpoint.load_tensors(entry.path).items()}
    settings: CompactSettings = from_json(CompactSettings, entry.header["settings"]["generator"])
    net = settings.build(channels=entry.card.channels, scale=entry.card.scale)
    net.load_state_dict(tensors)
    return net.eval().requires_grad_(False).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
