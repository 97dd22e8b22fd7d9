"""PatchGAN: a discriminator that judges patches, with spectral norm.

Sources: Isola et al. 2017, https://arxiv.org/abs/1611.07004, section 3.2.2; spectral norm after Miyato et al. 2018,
https://arxiv.org/abs/1802.05957. Departures: a first convolution at full resolution, as in the discriminator of SRGAN,
since a network that strides at once hardly sees the finest frequencies and its generator fills them with a grid (seen);
spectral norm instead of batch norm, so that samples do not mix and penalties are sound.
"""

from __future__ import annotations

from itertools import pairwise

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

__all__ = ["PatchGAN"]


class PatchGAN(nn.Module):
    """A 3x3 convolution, strided 4x4 convolutions that double the width, then a map of logits.

    With three strided layers a logit sees a patch of 56 px.

    Args:
        channels: image channels.
        features: width of the first layer.
        layers: strided layers; each halves the resolution.
        normalise: spectral norm on every convolution; with it on the last, too, no logit runs away.
    """

    def __init__(self, *, channels: int = 3, features: int = 64, layers: int = 3, normalise: bool = True) -> None:
        super().__init__()
        widths = [features * min(2**layer, 8) for layer in range(layers + 1)]
        convs = [nn.Conv2d(a, b, 4, stride=2, padding=1) for a, b in pairwise(widths)]
        convs = [nn.Conv2d(channels, features, 3, padding=1), *convs, nn.Conv2d(widths[-1], widths[-1], 3, padding=1)]
        for conv in convs:
            nn.init.kaiming_normal_(conv.weight, a=0.2)
        self.body = nn.ModuleList([spectral_norm(conv) if normalise else conv for conv in convs])
        head = nn.Conv2d(widths[-1], 1, 3, padding=1)
        self.head = spectral_norm(head) if normalise else head

    def forward(
        self, image: Float[Tensor, "b c h w"]
    ) -> tuple[Float[Tensor, "b 1 k l"], list[Float[Tensor, "b n hn wn"]]]:
        """Returns the logits of the patches and the activations below them."""
        below: list[Tensor] = []
        x = image
        for conv in self.body:
            x = F.leaky_relu(conv(x), 0.2)
            below.append(x)
        return self.head(x), below
