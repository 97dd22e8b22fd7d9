"""Non-local means (Buades et al. 2005): OpenCV's for 8-bit pictures, scikit-image's for finer ones."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ganvas.core.card import Card
from ganvas.core.errors import SettingsError
from ganvas.zoo.classical._noise import noise_level

__all__ = ["CARD", "apply", "in_8_bits", "in_float"]

CARD = Card(
    title="Non-local means: averages patches that look alike",
    task="denoise",
    paper="Buades et al. 2005, https://doi.org/10.1109/CVPR.2005.38",
    range=(0.0, 1.0),
    # The noise level is one number of the whole picture.
    tiling="never",
)
_PATCH_PX = 7
_SEARCH_PX = 21
# OpenCV's h over the noise level, best on photos with white noise of 10, 25 and 50 / 255; by number of channels.
_H_PER_SIGMA = {1: 0.95, 3: 0.65}
# Below one step of 8 bits there is nothing to see, and OpenCV's way through 8-bit Lab would cost more than it gains.
_INVISIBLE = 1 / 255


def apply(
    image: Float[np.ndarray, "h w c"], *, strength: float = 1.0, h: float | None = None
) -> Float[np.ndarray, "h w c"]:
    """Returns the denoised image, float32; the image itself where the noise is below 1/255.

    An image whose values all lie on the 8-bit grid goes through OpenCV and stays on that grid; any other keeps its
    precision and goes through scikit-image, which is slower.

    Args:
        image: one or three channels in [0, 1].
        strength: factor on the noise level; 0 returns the image.
        h: how unlike patches may be that are averaged, in 1/255 (OpenCV's ``h``); from the noise level when left out.

    Raises:
        SettingsError: a negative strength or h.
    """
    if strength < 0 or (h is not None and h < 0):
        raise SettingsError("Strength and h must not be negative: 0 leaves the image as it is.")
    image = image.astype(np.float32, copy=False)
    h_per_sigma = _H_PER_SIGMA[image.shape[2]]
    sigma = strength * (noise_level(image) if h is None else h / 255 / h_per_sigma)
    if sigma < _INVISIBLE:
        return image.copy()
    pixels = np.rint(image * 255)
    if np.abs(image * 255 - pixels).max() < 1e-3:
        return in_8_bits(pixels.astype(np.uint8), h=h_per_sigma * sigma * 255).astype(np.float32) / 255
    return in_float(image, sigma=sigma)


def in_8_bits(pixels: np.ndarray, *, h: float) -> np.ndarray:
    """Returns OpenCV's result, uint8 (h, w, c); colour is filtered as luma and chroma, both with ``h``."""
    import cv2

    if pixels.shape[2] == 1:
        return cv2.fastNlMeansDenoising(pixels, None, h, _PATCH_PX, _SEARCH_PX)[:, :, None]
    bgr = np.ascontiguousarray(pixels[:, :, ::-1])
    return cv2.fastNlMeansDenoisingColored(bgr, None, h, h, _PATCH_PX, _SEARCH_PX)[:, :, ::-1]


def in_float(image: Float[np.ndarray, "h w c"], *, sigma: float) -> Float[np.ndarray, "h w c"]:
    """Returns scikit-image's result for noise of standard deviation ``sigma`` (in [0, 1] units), float32.

    It takes the noise's own share out of the patch distance (Darbon et al. 2008), so it also beats OpenCV's by 1 to
    2 dB on white noise.
    """
    from skimage.restoration import denoise_nl_means

    result = denoise_nl_means(
        image, _PATCH_PX, _SEARCH_PX // 2, 0.6 * sigma, fast_mode=True, sigma=sigma, channel_axis=-1
    )
    # It drops the axis of a single channel.
    return np.clip(result, 0, 1).astype(np.float32).reshape(image.shape)
