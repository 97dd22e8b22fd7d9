"""Defocus: each point becomes an image of the lens's aperture, a disc or the polygon of its blades."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ganvas.degrade.degradation import Image, quantise
from ganvas.degrade.draw import between
from ganvas.degrade.shake import convolve

__all__ = ["Defocus", "defocus_kernel"]


def defocus_kernel(
    radius: float, *, soft: float = 1.0, blades: int = 0, angle: float = 0.0
) -> Float[np.ndarray, "k k"]:
    """Returns a float32 kernel of odd side that sums to one.

    Args:
        radius: from the centre to the edge, or to the corners of the polygon, px.
        soft: width of the edge over which the light falls to nothing, px; 1 is the disc antialiased.
        blades: corners of the polygon; 0 is a disc.
        angle: of the polygon, radians.
    """
    reach = int(np.ceil(radius + soft / 2))
    y, x = np.indices((2 * reach + 1, 2 * reach + 1)) - reach
    edge = np.full(x.shape, radius)
    if blades:
        sector = 2 * np.pi / blades
        edge *= np.cos(sector / 2) / np.cos((np.arctan2(y, x) - angle) % sector - sector / 2)
    kernel = np.clip((edge - np.hypot(x, y)) / max(soft, 1e-3) + 0.5, 0, 1)
    kernel[reach, reach] = max(kernel[reach, reach], 1e-6)  # a radius near 0 leaves the point
    return (kernel / kernel.sum()).astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class Defocus:
    """Blurs by an aperture, adds white noise, and rounds to 8 bits.

    Attributes:
        radius: range in px, drawn evenly.
        soft: range of the width of the aperture's edge, px.
        polygon: chance of an aperture of five to nine blades in place of a disc.
        noise: range of the noise's standard deviation after the blur, in 1/255.
        clean: chance that the image stays as it is, so that a sharp photo comes back unchanged.
    """

    radius: tuple[float, float] = (0.5, 7.0)
    soft: tuple[float, float] = (1.0, 2.5)
    polygon: float = 0.3
    noise: tuple[float, float] = (0.0, 2.55)
    clean: float = 0.05

    def __call__(self, clean: Image, rng: np.random.Generator) -> Image:
        if rng.random() < self.clean:
            return quantise(clean)
        blades = int(rng.integers(5, 10)) if rng.random() < self.polygon else 0
        angle = between(rng, (0.0, 2 * np.pi))
        kernel = defocus_kernel(between(rng, self.radius), soft=between(rng, self.soft), blades=blades, angle=angle)
        noise = rng.standard_normal(clean.shape, dtype=np.float32)
        return quantise(convolve(clean, kernel) + noise * np.float32(between(rng, self.noise) / 255))
