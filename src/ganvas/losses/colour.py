"""A distance between the colours of two images, blind to their detail.

Both images are blurred first, as in the colour loss of Ignatov et al. 2017 (DPED, https://arxiv.org/abs/1704.02470,
section 3.1), so that texture and small shifts do not count. They are compared in opponent space (van de Sande et al.
2010, https://doi.org/10.1109/TPAMI.2009.154) instead of RGB: its first axis is brightness and the other two are colour,
so both can be weighed apart.
"""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from ganvas.losses.reconstruction import PixelLoss, pixel_loss

__all__ = ["blur", "colour_loss", "opponent"]

_AXES = (
    (1 / math.sqrt(3), 1 / math.sqrt(3), 1 / math.sqrt(3)),  # brightness
    (1 / math.sqrt(2), -1 / math.sqrt(2), 0.0),  # red against green
    (1 / math.sqrt(6), 1 / math.sqrt(6), -2 / math.sqrt(6)),  # yellow against blue
)


def opponent(image: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b 3 h w"]:
    """Returns brightness, red against green and yellow against blue: a rotation of RGB, so distances are kept."""
    axes = torch.tensor(_AXES, dtype=image.dtype, device=image.device)
    return torch.einsum("oc,bchw->bohw", axes, image)


def blur(image: Float[Tensor, "b c h w"], *, sigma: float) -> Float[Tensor, "b c h w"]:
    """Returns the image under a Gaussian of ``sigma`` px, cut at 3 sigma; beyond the border its nearest pixel counts.

    ``sigma`` 0 returns the image.
    """
    if sigma == 0:
        return image
    reach = math.ceil(3 * sigma)
    place = torch.arange(-reach, reach + 1, dtype=image.dtype, device=image.device)
    weight = torch.exp(-(place**2) / (2 * sigma**2))
    weight = (weight / weight.sum()).expand(image.shape[1], 1, 1, -1)
    padded = F.pad(image, (reach, reach, reach, reach), mode="replicate")
    rows = F.conv2d(padded, weight, groups=image.shape[1])
    return F.conv2d(rows, weight.transpose(2, 3), groups=image.shape[1])


def colour_loss(
    result: Float[Tensor, "b 3 h w"],
    target: Float[Tensor, "b 3 h w"],
    *,
    sigma: float = 3.0,
    brightness: float = 0.5,
    distance: PixelLoss = "l1",
) -> Float[Tensor, ""]:
    """Returns the distance of the blurred images in opponent space.

    Args:
        sigma: of the blur, px.
        brightness: weight of the brightness axis beside the two of colour.
        distance: per pixel; the bounded kernel takes it over the three axes at once.
    """
    weight = torch.tensor([brightness, 1.0, 1.0], dtype=result.dtype, device=result.device).reshape(1, 3, 1, 1)
    pair = [weight * opponent(blur(image, sigma=sigma)) for image in (result, target)]
    return pixel_loss(distance)(*pair)
