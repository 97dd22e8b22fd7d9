"""One network run from coarse to fine, with the same weights at every scale.

After Tao et al. 2018 (Scale-recurrent network, https://arxiv.org/abs/1802.01770) and Nah et al. 2017. Departure: the
network takes one image, as it does alone: at each scale the low frequencies of its input are replaced by what the
coarser scale made of them, so any network that keeps the size can run in it without a further channel.
"""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from ganvas.core.errors import SettingsError

__all__ = ["Pyramid"]


class Pyramid(nn.Module):
    """A network at 1 / 2 ** (scales - 1) of the resolution, then at twice that, and so on up to the whole.

    Args:
        network: image to image of the same size.
        scales: how many; 1 is the network alone.

    Raises:
        SettingsError: no scale.
    """

    def __init__(self, network: nn.Module, *, scales: int) -> None:
        super().__init__()
        if scales < 1:
            raise SettingsError("Running from coarse to fine needs at least 1 scale.")
        self.network = network
        self.scales = scales

    def forward(self, image: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        """Returns the repaired image; sides must be multiples of the network's own, times 2 ** (scales - 1)."""
        images = [image]
        for _ in range(self.scales - 1):
            images.append(F.avg_pool2d(images[-1], 2))
        made: Tensor = self.network(images[-1])
        for number in range(self.scales - 2, -1, -1):
            change = F.interpolate(made - images[number + 1], scale_factor=2, mode="bilinear", align_corners=False)
            made = self.network(images[number] + change)
        return made
