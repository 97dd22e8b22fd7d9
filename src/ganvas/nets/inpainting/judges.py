"""The judges of a filled image: one of patches, one of the whole, both with spectral norm and both shown the mask.

After Iizuka et al. 2017 (global and local discriminators, https://doi.org/10.1145/3072959.3073659) and Yu et al. 2019,
https://arxiv.org/abs/1806.03589, section 3.3 (SN-PatchGAN on image and mask). Departures: the local one judges every
patch instead of a crop around one box, so that holes may have any shape; the global one ends with the mean over its
places, so that images may have any size.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

from ganvas.nets.patchgan import PatchGAN

__all__ = ["Judges", "JudgesOf", "WholeJudge"]

JudgesOf = Literal["both", "patch"]


class WholeJudge(nn.Module):
    """Strided convolutions with spectral norm, the mean over all places, one logit.

    Args:
        channels: of image and mask together.
        features: width of the first layer, doubled up to four times.
        layers: strided layers.
    """

    def __init__(self, *, channels: int, features: int, layers: int) -> None:
        super().__init__()
        widths = [channels, *(features * min(2**layer, 4) for layer in range(layers))]
        convs = [nn.Conv2d(a, b, 4, stride=2, padding=1) for a, b in pairwise(widths)]
        for conv in convs:
            nn.init.kaiming_normal_(conv.weight, a=0.2)
        self.body = nn.ModuleList([spectral_norm(conv) for conv in convs])
        self.head = spectral_norm(nn.Linear(widths[-1], 1))

    def forward(self, image: Float[Tensor, "b c h w"]) -> Float[Tensor, "b 1 1 1"]:
        """Returns the logit of each image."""
        x = image
        for conv in self.body:
            x = F.leaky_relu(conv(x), 0.2)
        logit: Tensor = self.head(x.mean((2, 3)))
        return logit[:, :, None, None]


class Judges(nn.Module):
    """Both judges of images with their masks.

    Args:
        channels: of the image alone.
        features, layers: of the judge of patches, see :class:`ganvas.nets.patchgan.PatchGAN`; that of the whole has
            the same width and a layer more.
        of: ``both`` or ``patch`` alone.
    """

    def __init__(self, *, channels: int = 3, features: int = 32, layers: int = 3, of: JudgesOf = "both") -> None:
        super().__init__()
        self.patch = PatchGAN(channels=channels + 1, features=features, layers=layers)
        whole = of == "both"
        self.whole = WholeJudge(channels=channels + 1, features=features, layers=layers + 1) if whole else None

    def forward(self, x: Float[Tensor, "b k h w"]) -> tuple[Sequence[Float[Tensor, "b 1 ..."]], Sequence[Tensor]]:
        """Returns each judge's logits, those of patches first, and the activations of the judge of patches."""
        logits, below = self.patch(x)
        return ((logits,) if self.whole is None else (logits, self.whole(x))), below
