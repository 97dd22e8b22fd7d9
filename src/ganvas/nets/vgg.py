"""VGG19 features, for content losses where the user has the weights.

Source: Simonyan and Zisserman 2015, https://arxiv.org/abs/1409.1556, configuration E. Parameter names are those of the
common ImageNet release (``features.N.weight``), read from a safetensors file; nothing is downloaded.
"""

from __future__ import annotations

from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor, nn

from ganvas.core.errors import CheckpointError

__all__ = ["VGG19", "load_vgg19"]

_WIDTHS = (64, 64, 0, 128, 128, 0, 256, 256, 256, 256, 0, 512, 512, 512, 512, 0, 512, 512, 512, 512)


class VGG19(nn.Module):
    """The convolutions of VGG19 up to conv5_4.

    Args:
        taps: indices of the convolutions, 0 to 15, whose outputs before the activation are returned (ESRGAN, section
            3.3: before, not after). The default is conv5_4, the content layer of SRGAN.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, *, taps: tuple[int, ...] = (15,)) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        self._tapped: set[int] = set()
        number, width = 0, 3
        for wanted in _WIDTHS:
            if wanted == 0:
                layers.append(nn.MaxPool2d(2, 2))
                continue
            if number in taps:
                self._tapped.add(len(layers))
            layers += [nn.Conv2d(width, wanted, 3, padding=1), nn.ReLU()]
            number, width = number + 1, wanted
        self.features = nn.Sequential(*layers)
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1), persistent=False)

    def forward(self, image: Float[Tensor, "b 3 h w"]) -> list[Tensor]:
        """Returns the tapped features of images in [-1, 1]."""
        x = ((image + 1) / 2 - self.mean) / self.deviation
        found: list[Tensor] = []
        for number, layer in enumerate(self.features):
            x = layer(x)
            if number in self._tapped:
                found.append(x)
            if len(found) == len(self._tapped):
                break
        return found


def load_vgg19(path: Path, *, taps: tuple[int, ...] = (15,)) -> VGG19:
    """Returns VGG19 with the weights of a safetensors file.

    Raises:
        CheckpointError: the file is missing or holds other weights.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    network = VGG19(taps=taps)
    try:
        tensors = load_file(str(path))
        network.load_state_dict({key: value for key, value in tensors.items() if key.startswith("features.")})
    except (OSError, SafetensorError, RuntimeError) as error:
        raise CheckpointError(
            f"{path} holds no VGG19 weights (features.0.weight ... as safetensors): convert the usual file first."
        ) from error
    return network.eval().requires_grad_(False)
