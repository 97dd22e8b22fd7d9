"""Water between the camera and the scene: it takes red first, and its own light lies over what is far.

``I_c = J_c L_c t_c + B_c (1 - t_c)`` with ``t_c = exp(-K_c d)``: K is the attenuation of channel c per metre after
Jerlov's water types (Marine Optics, 1976, table XXVII, at 600, 525 and 475 nm), d the distance in metres. What the way
down from the surface leaves of the light gives both L (on the scene) and B (the veil), so clear ocean looks blue and
coastal water green. The veil is not drawn apart from the water; light scattered forwards blurs what is far.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float

from ganvas.degrade.degradation import Image, quantise
from ganvas.degrade.depth import depth_field
from ganvas.degrade.draw import between, log_between
from ganvas.degrade.haze import scattered

# Types I, IA, II, III, 1C, 3C, 5C: from the clearest ocean to the coast. 7C and 9C show nothing but the veil.
_JERLOV = np.array(
    [
        [0.235, 0.043, 0.018],
        [0.240, 0.048, 0.025],
        [0.260, 0.076, 0.062],
        [0.295, 0.116, 0.116],
        [0.300, 0.130, 0.170],
        [0.330, 0.200, 0.290],
        [0.400, 0.310, 0.430],
    ],
    np.float32,
)
__all__ = ["Underwater", "water"]


def water(kind: float) -> Float[np.ndarray, "3"]:
    """Returns the attenuation of red, green and blue per metre; ``kind`` from 0 (clear ocean) to 1 (coast)."""
    place = np.clip(kind, 0, 1) * (len(_JERLOV) - 1)
    rows = np.arange(len(_JERLOV))
    return np.array([np.interp(place, rows, column) for column in _JERLOV.T], np.float32)


@dataclass(frozen=True, kw_only=True)
class Underwater:
    """Sinks the picture into water and rounds to 8 bits.

    Attributes:
        kind: range of the water, 0 (clear ocean) to 1 (coast).
        distance: range of the farthest point, metres, drawn evenly in the logarithm.
        near: range of the nearest depth, as a share of the farthest.
        sunk: range of the metres of water above, which colour the veil; the camera's exposure undoes the darkening.
        lit: range of the share of this colour that lies on the scene: a lamp or the camera's white balance lowers it.
        veil: range of the veil's strongest channel.
        scatter: range of the blur of what is far, standard deviation in px.
        open: chance that what is farthest is open water, which the target shows too: no restoration should take the
            sea away. It is the veil's colour, deeper.
        kept: share of the water that the target keeps everywhere: people like the sea to be seen.
        clean: chance that the image stays as it is, so that a clear photo comes back unchanged.
    """

    kind: tuple[float, float] = (0.0, 1.0)
    distance: tuple[float, float] = (0.7, 7.0)
    near: tuple[float, float] = (0.2, 0.9)
    sunk: tuple[float, float] = (1.0, 8.0)
    lit: tuple[float, float] = (0.0, 0.7)
    veil: tuple[float, float] = (0.35, 0.85)
    scatter: tuple[float, float] = (0.0, 2.0)
    open: float = 0.6
    kept: float = 0.0
    clean: float = 0.05

    def __call__(self, clean: Image, rng: np.random.Generator) -> Image:
        return self.pair(clean, rng)[0]

    def pair(self, clean: Image, rng: np.random.Generator) -> tuple[Image, Image]:
        """Returns the picture under water, and the picture with the open water in it."""
        if rng.random() < self.clean:
            return quantise(clean), clean
        lost, sunk = water(between(rng, self.kind)), between(rng, self.sunk)
        near = between(rng, self.near)
        depth = depth_field(clean, rng)
        metres = log_between(rng, self.distance) * (near + (1 - near) * depth)
        transmission = np.exp(-lost * metres[:, :, None])
        colour = np.exp(np.float32(-sunk) * (lost - lost.min()))
        light, veil = colour ** np.float32(between(rng, self.lit)), colour * np.float32(between(rng, self.veil))
        if clean.shape[2] == 1:
            transmission, light, veil = (values.mean(axis=-1, keepdims=True) for values in (transmission, light, veil))
        seen = self._opened(clean, depth, veil, rng) if clean.shape[2] == 3 and rng.random() < self.open else clean
        source = quantise(scattered(self._blurred(seen, transmission, rng) * light, transmission, veil))
        target: Image = seen + np.float32(self.kept) * (source - seen)
        return source, target

    def _opened(
        self, clean: Image, depth: Float[np.ndarray, "h w"], veil: Float[np.ndarray, "3"], rng: np.random.Generator
    ) -> Image:
        """The picture with open water beyond a depth."""
        edge = np.quantile(depth[::4, ::4], between(rng, (0.4, 0.95)))
        beyond = np.clip((depth - edge) / between(rng, (0.05, 0.5)), 0, 1)[:, :, None].astype(np.float32)
        deep = (veil / veil.max()) ** np.float32(between(rng, (1.0, 2.5))) * np.float32(between(rng, (0.25, 0.75)))
        opened: Image = clean * (1 - beyond) + deep * beyond
        return opened

    def _blurred(self, clean: Image, transmission: Float[np.ndarray, "h w _"], rng: np.random.Generator) -> Image:
        """Light that was scattered forwards: the more, the less comes straight."""
        sigma = between(rng, self.scatter)
        if sigma < 0.3:  # the kernel is a single pixel
            return clean
        straight = transmission.mean(axis=2, keepdims=True)
        return clean * straight + cv2.GaussianBlur(clean, (0, 0), sigma).reshape(clean.shape) * (1 - straight)
