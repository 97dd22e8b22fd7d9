"""Dark channel prior (He et al. 2009) with the guided filter (He et al. 2010) in place of matting."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ganvas.core.card import Card
from ganvas.core.errors import SettingsError
from ganvas.zoo.classical._dial import check_strength, mixed

__all__ = ["CARD", "apply", "guided"]

CARD = Card(
    title="Dark channel prior: in clear air some colour of every patch is near black",
    task="dehaze",
    paper="He et al. 2009, https://doi.org/10.1109/CVPR.2009.5206515",
    range=(0.0, 1.0),
    # The airlight is one colour of the whole picture.
    tiling="never",
)
_PATCH_PX = 15
_BRIGHTEST = 1e-3  # share of the pixels among which the airlight is looked for
_LEAST_TRANSMISSION = 0.1
_EPS = 1e-3  # of the guided filter, in squared units of [0, 1]
_BLACK = 1e-3  # an airlight below this would divide by nothing


def apply(
    image: Float[np.ndarray, "h w c"], *, strength: float = 1.0, w: float = 0.95, radius: int = 60
) -> Float[np.ndarray, "h w c"]:
    """Returns the image without haze, J = (I - A) / max(t, 0.1) + A (equation 22), float32 in [0, 1].

    The transmission is t = 1 - w * dark(I / A) (equation 12), refined by a guided filter with the picture's own
    luma as the guide. A is the mean colour of the 0.1 % of pixels with the brightest dark channel.

    Args:
        image: one or three channels in [0, 1].
        strength: share of the result in the mix with the image; 0 returns the image.
        w: share of the haze that is removed (omega of the paper); 0.8 is closer to the truth on outdoor pairs.
        radius: of the guided filter's windows, px.

    Raises:
        SettingsError: the strength or w is not in 0 to 1, or the radius is below 1.
    """
    check_strength(strength)
    if not 0 <= w <= 1:
        raise SettingsError(f"A share of the haze of w = {w:g} is not possible: use 0 (none) to 1 (all of it).")
    if radius < 1:
        raise SettingsError(f"A guided filter cannot have a radius of {radius} px: use 1 or more.")
    image = image.astype(np.float32, copy=False)
    airlight = np.maximum(_airlight(image), np.float32(_BLACK))
    transmission = _dark(image, airlight)
    transmission *= np.float32(-w)
    transmission += 1
    transmission = guided(_luma(image), transmission, radius=radius)
    np.clip(transmission, _LEAST_TRANSMISSION, 1, out=transmission)
    result = image - airlight
    result /= transmission[:, :, None]
    result += airlight
    return mixed(image, result, strength)


def guided(
    guide: Float[np.ndarray, "h w"], plane: Float[np.ndarray, "h w"], *, radius: int, eps: float = _EPS
) -> Float[np.ndarray, "h w"]:
    """Returns ``plane`` smoothed along the edges of ``guide`` (He et al. 2010, algorithm 1), float32.

    In each window the result is a straight line of the guide; windows that hold a pixel are averaged.

    Args:
        radius: windows are 2 radius + 1 px a side, mirrored at the border.
        eps: guides whose variance is below count as flat.
    """
    mean_guide, mean_plane = _mean(guide, radius), _mean(plane, radius)
    slope = _mean(guide * plane, radius) - mean_guide * mean_plane
    # The difference of two rounded means may fall below zero where the guide is flat.
    slope /= np.maximum(_mean(guide * guide, radius) - mean_guide**2, 0) + np.float32(eps)
    offset = mean_plane - slope * mean_guide
    return np.asarray(_mean(slope, radius) * guide + _mean(offset, radius))


def _mean(plane: np.ndarray, radius: int) -> np.ndarray:
    import cv2

    side = 2 * radius + 1
    return cv2.boxFilter(plane, cv2.CV_32F, (side, side), borderType=cv2.BORDER_REFLECT)


def _dark(image: np.ndarray, airlight: np.ndarray) -> np.ndarray:
    """Lowest value of any channel in the patch around each pixel, as a share of the airlight, at most 1."""
    import cv2

    least = image[:, :, 0] / airlight[0]
    for channel in range(1, image.shape[2]):
        np.minimum(least, image[:, :, channel] / airlight[channel], out=least)
    dark = cv2.erode(least, np.ones((_PATCH_PX, _PATCH_PX), np.uint8))
    return np.minimum(dark, np.float32(1))


def _airlight(image: np.ndarray) -> np.ndarray:
    dark = _dark(image, np.ones(image.shape[2], np.float32)).ravel()
    count = max(1, round(_BRIGHTEST * dark.size))
    where = np.argpartition(dark, dark.size - count)[-count:]
    return image.reshape(-1, image.shape[2])[where].mean(axis=0)


def _luma(image: np.ndarray) -> np.ndarray:
    if image.shape[2] == 1:
        return np.ascontiguousarray(image[:, :, 0])
    return np.asarray(image @ np.array([0.299, 0.587, 0.114], np.float32))
