"""Networks whose features a content loss compares: our own, from a model file, and VGG19. Nothing is downloaded.

They never learn, so they stand in no checkpoint and are read at their first call: a model that was trained with one is
applied without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from ganvas.core.errors import CheckpointError
from ganvas.core.settings import from_json
from ganvas.io import checkpoint
from ganvas.nets.feature_net import FeatureNet, FeatureSettings
from ganvas.zoo.models import WEIGHTS

__all__ = ["BUNDLED", "Frozen", "load_features", "read_classifier"]

BUNDLED = WEIGHTS / "features.safetensors"


class Frozen(nn.Module):
    """A network read from its file at the first call; none of its weights is a parameter of the method's.

    Args:
        load: returns it, ready, without gradients.
    """

    def __init__(self, load: Callable[[], nn.Module]) -> None:
        super().__init__()
        self._load = load
        self._held: list[nn.Module] = []  # within a list it is no submodule

    def forward(self, image: Float[Tensor, "b c h w"]) -> list[Tensor]:
        """Returns its features of the images."""
        if not self._held:
            self._held.append(self._load().to(image.device).to(memory_format=torch.channels_last))  # type: ignore[call-overload]
        found: list[Tensor] = self._held[0](image)
        return found


class _Features(nn.Module):
    def __init__(self, net: FeatureNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, image: Float[Tensor, "b c h w"]) -> list[Tensor]:
        return self.net.features(image)


def load_features(path: Path) -> nn.Module:
    """Returns the network of a model file of the recipe ``features``: images to the features of its stages.

    Raises:
        CheckpointError: the file is missing, damaged, or of another method.
    """
    header = checkpoint.read_header(path)
    if header.get("method") != "classifier":
        raise CheckpointError(f"{path} is no feature network: give the model of a training by the recipe features.")
    return _Features(read_classifier(path, header)).eval().requires_grad_(False)


def read_classifier(path: Path, header: Mapping[str, Any]) -> FeatureNet:
    """Returns the network of a model file of the method classifier, float32, never to be trained on.

    Raises:
        CheckpointError: the weights do not fit the settings in the file's header.
    """
    tensors = {name.removeprefix("c."): tensor.float() for name, tensor in checkpoint.load_tensors(path).items()}
    try:
        settings: FeatureSettings = from_json(FeatureSettings, header["settings"]["network"])
        net = settings.build(channels=tensors["stages.0.0.weight"].shape[1], classes=len(tensors["head.bias"]))
        net.load_state_dict(tensors)
    except (KeyError, RuntimeError) as error:
        raise CheckpointError(f"The weights in {path} do not fit their own settings: fetch the file again.") from error
    return net.eval().requires_grad_(False)
