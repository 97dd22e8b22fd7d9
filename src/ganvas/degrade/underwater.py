"""Water between the camera and the scene: it takes red first, and its own light lies over what is far.

``I_c = J_c L_c t_c + B_c (1 - t_c)`` with ``t_c = N_c^d``: N is the share of the light of channel c left after a metre,
by Jerlov's water types (the table of Li, Anwar and Porikli 2020, UWCNN, section 3.1), d the distance in metres. What
the path from the surface leaves of the light gives both L (on the scene) and B (the veil), so clear ocean looks blue
and coastal water green. Departure: the veil is not drawn apart from the water; forward scattering blurs what is far.
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

# Jerlov's types I, IA, II, III, 1, 3, 5: from the clearest ocean to the coast. 7 and 9 show nothing but the veil.
_LEFT_AFTER_A_METRE = np.array(
    [
        [0.805, 0.961, 0.982],
        [0.804, 0.955, 0.975],
        [0.800, 0.925, 0.940],
        [0.750, 0.885, 0.890],
        [0.750, 0.885, 0.875],
        [0.710, 0.820, 0.800],
        [0.670, 0.730, 0.670],
    ],
    np.float32,
)
__all__ = ["Underwater", "water"]


def water(kind: float) -> Float[np.ndarray, "3"]:
    """Returns the share of red, green and blue left after a metre; ``kind`` from 0 (clear ocean) to 1 (coast)."""
    place = np.clip(kind, 0, 1) * (len(_LEFT_AFTER_A_METRE) - 1)
    rows = np.arange(len(_LEFT_AFTER_A_METRE))
    return np.array([np.interp(place, rows, column) for column in _LEFT_AFTER_A_METRE.T], np.float32)


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
        clean: chance that the image stays as it is, so that a clear photo comes back unchanged.
    """

    kind: tuple[float, float] = (0.0, 1.0)
    distance: tuple[float, float] = (0.7, 7.0)
    near: tuple[float, float] = (0.2, 0.9)
    sunk: tuple[float, float] = (1.0, 8.0)
    lit: tuple[float, float] = (0.0, 0.7)
    veil: tuple[float, float] = (0.35, 0.85)
    scatter: tuple[float, float] = (0.0, 2.0)
    clean: float = 0.05

    def __call__(self, clean: Image, rng: np.random.Generator) -> Image:
        if rng.random() < self.clean:
            return quantise(clean)
        left, sunk = water(between(rng, self.kind)), between(rng, self.sunk)
        near = between(rng, self.near)
        metres = log_between(rng, self.distance) * (near + (1 - near) * depth_field(clean, rng))
        transmission = left ** metres[:, :, None]
        colour = (left / left.max()) ** np.float32(sunk)
        light, veil = colour ** np.float32(between(rng, self.lit)), colour * np.float32(between(rng, self.veil))
        if clean.shape[2] == 1:
            transmission, light, veil = (values.mean(axis=-1, keepdims=True) for values in (transmission, light, veil))
        return quantise(scattered(self._blurred(clean, transmission, rng) * light, transmission, veil))

    def _blurred(self, clean: Image, transmission: Float[np.ndarray, "h w _"], rng: np.random.Generator) -> Image:
        """Light that was scattered forwards: the more, the less comes straight."""
        sigma = between(rng, self.scatter)
        if sigma < 0.3:  # the kernel is a single pixel
            return clean
        straight = transmission.mean(axis=2, keepdims=True)
        return clean * straight + cv2.GaussianBlur(clean, (0, 0), sigma).reshape(clean.shape) * (1 - straight)
