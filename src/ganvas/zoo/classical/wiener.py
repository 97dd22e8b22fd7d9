"""Wiener deconvolution with a smooth scene as the prior."""

from __future__ import annotations

import numpy as np
from jaxtyping import Complex, Float

from ganvas.core.card import Card
from ganvas.core.errors import SettingsError
from ganvas.zoo.classical._dial import check_strength, mixed
from ganvas.zoo.classical._kernel import SIGMA_PX, checked_kernel

__all__ = ["CARD", "apply"]

CARD = Card(
    title="Wiener deconvolution: the least squared error under a known blur",
    task="deblur",
    paper="Hunt 1973, https://doi.org/10.1109/TC.1973.5009169",
    range=(0.0, 1.0),
    # The inverse of a blur has no end.
    tiling="never",
)
_BLIND_NOISE = 0.03
_TOLD_NOISE = 0.01
# Times that the margin is replaced; more gain little.
_REFILLS = 4


def apply(
    image: Float[np.ndarray, "h w c"],
    *,
    strength: float = 1.0,
    kernel: np.ndarray | None = None,
    noise: float | None = None,
    sigma: float = SIGMA_PX,
) -> Float[np.ndarray, "h w c"]:
    """Returns the sharpened image, float32 clipped to [0, 1]: X = conj(H) Y / (|H|^2 + noise |L|^2).

    H is the spectrum of the blur, L that of the Laplacian: the scene's own spectrum is taken to fall with the square
    of the frequency. The picture is mirrored outward by the kernel's size, and what was added is replaced, a few times
    over, by the blur of the sharp image found (expectation-maximisation over what was not seen): the margin then agrees
    with a periodic scene, and no frame of ringing appears.

    Args:
        image: values in [0, 1].
        strength: share of the result in the mix with the image; 0 returns the image.
        kernel: the blur as a 2-D array, convolved with the scene; a Gaussian when left out.
        noise: how much smoothness is preferred to agreement, above 0: more for noisier pictures. 0.01 with a kernel and
            0.03 without when left out.
        sigma: px, of that Gaussian.

    Raises:
        SettingsError: the strength is not in 0 to 1, the kernel does not fit, or the noise is not above 0.
    """
    check_strength(strength)
    if noise is None:
        noise = _BLIND_NOISE if kernel is None else _TOLD_NOISE
    if not 0 < noise < float("inf"):
        raise SettingsError(f"A noise of {noise:g} is not possible: use a number above 0, such as 0.01.")
    image = image.astype(np.float32, copy=False)
    blur = checked_kernel(kernel, sigma=sigma, size=image.shape[:2])
    result = np.empty_like(image)
    for channel in range(image.shape[2]):
        result[:, :, channel] = _deconvolved(image[:, :, channel], blur, noise)
    return mixed(image, result, strength)


def _deconvolved(plane: np.ndarray, blur: np.ndarray, noise: float) -> np.ndarray:
    from scipy import fft

    margins = [_margins(length, size) for length, size in zip(plane.shape, blur.shape, strict=True)]
    padded = np.pad(plane, margins, mode="symmetric")
    inside = tuple(slice(first, first + length) for (first, _), length in zip(margins, plane.shape, strict=True))
    shape = padded.shape
    transfer = _spectrum(blur, shape)
    laplacian = _spectrum(np.array([[0, -1, 0], [-1, 4, -1], [0, -1, 0]], np.float32), shape)
    power = np.abs(transfer) ** 2
    inverse = transfer.conj() / (power + np.float32(noise) * np.abs(laplacian) ** 2)
    del laplacian, power
    transfer *= inverse
    for _ in range(_REFILLS):
        padded = fft.irfft2(fft.rfft2(padded) * transfer, s=shape)
        padded[inside] = plane
    return np.asarray(fft.irfft2(fft.rfft2(padded) * inverse, s=shape)[inside])


def _margins(length: int, size: int) -> tuple[int, int]:
    """Pixels added before and after, at least ``size`` each, up to a length that is fast to transform."""
    from scipy import fft

    added = fft.next_fast_len(length + 2 * size, real=True) - length
    return added // 2, added - added // 2


def _spectrum(taps: np.ndarray, shape: tuple[int, ...]) -> Complex[np.ndarray, "h half"]:
    """Spectrum of a filter whose middle is the origin, complex64."""
    from scipy import fft

    whole = np.zeros(shape, np.float32)
    whole[: taps.shape[0], : taps.shape[1]] = taps
    return np.asarray(fft.rfft2(np.roll(whole, (-(taps.shape[0] // 2), -(taps.shape[1] // 2)), axis=(0, 1))))
