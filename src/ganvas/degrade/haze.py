"""Haze by the scattering model: the air takes light away and adds its own (Narasimhan and Nayar 2002).

``I = J t + A (1 - t)`` with ``t = exp(-beta d)``, on stored values as RESIDE (Li et al. 2019) does, whose indoor set
has beta 0.6 to 1.8 and A 0.7 to 1.0 over depth scaled to 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ganvas.degrade.degradation import Image, quantise
from ganvas.degrade.depth import depth_field, sky
from ganvas.degrade.draw import between

__all__ = ["Haze", "scattered"]


def scattered(
    image: Image, transmission: Float[np.ndarray, "h w _"], light: Float[np.ndarray, " _c"]
) -> Float[np.ndarray, "h w c"]:
    """Returns the image behind air of the given transmission (one channel or as many as the image) and airlight."""
    return (image * transmission + light * (1 - transmission)).astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class Haze:
    """Puts haze over an invented depth and rounds to 8 bits.

    Attributes:
        beta: range of the optical thickness of the farthest point.
        light: range of the airlight A.
        cast: largest deviation of a channel's airlight from A.
        sky: range of the depth of skies, in depths of the farthest point on the ground; none are set apart at (0, 0).
        near: range of the nearest depth, as a share of the farthest: a crop seldom begins at the camera.
        clean: chance that the image stays as it is, so that a clear photo comes back unchanged.
    """

    beta: tuple[float, float] = (0.3, 1.8)
    light: tuple[float, float] = (0.7, 1.0)
    cast: float = 0.04
    sky: tuple[float, float] = (1.0, 4.0)
    near: tuple[float, float] = (0.0, 0.8)
    clean: float = 0.05

    def __call__(self, clean: Image, rng: np.random.Generator) -> Image:
        if rng.random() < self.clean:
            return quantise(clean)
        beta, near = between(rng, self.beta), between(rng, self.near)
        depth = near + (1 - near) * depth_field(clean, rng)
        if self.sky[1]:
            depth = np.maximum(depth, between(rng, self.sky) * sky(clean))
        transmission = np.exp(np.float32(-beta) * depth)[:, :, None]
        channels = clean.shape[2]
        light = between(rng, self.light) + self.cast * (rng.uniform(-1, 1, channels) if channels > 1 else np.zeros(1))
        return quantise(scattered(clean, transmission, np.clip(light, 0, 1).astype(np.float32)))
