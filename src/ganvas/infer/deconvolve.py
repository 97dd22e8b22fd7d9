"""Undoing a known blur with a denoiser as the prior: plug-and-play half-quadratic splitting.

The sharp image x is sought for y = k * x + n (a convolution, and noise of standard deviation s). Splitting x from its
denoised self z gives two steps that are repeated while the noise level assumed in z falls (Zhang et al. 2017, IRCNN,
https://arxiv.org/abs/1704.03264, equations 6 and 7; Zhang et al. 2021, DPIR, https://arxiv.org/abs/2008.13751, 6 to 9):

- x = argmin |y - k * x|^2 + a |x - z|^2 with a = w s^2 / sigma_i^2, in closed form in the Fourier domain;
- z = the denoiser's result for x at the level sigma_i.

Departures. Our denoiser is blind and takes no level, so white noise of that level is added to x before it looks, as
Kadkhodaie and Simoncelli 2020 (https://arxiv.org/abs/2007.13640) steer a blind one; without, it takes the coloured
noise of the first step for detail (0.6 dB less on simulated photos). And the Fourier transform takes images for
periodic: a margin of the kernel's size is laid around, tapered at first, and filled with the blur of the current x ten
times in each first step, so that it becomes what x says of it. Until then the margin contradicts the image, which rings
wherever the kernel's spectrum is nearly zero (straight shakes), so a falls no lower than a bound that falls itself;
both together gain 7 dB on straight shakes and 0.4 dB on others.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Complex, Float

from ganvas.core.errors import ImageError
from ganvas.infer.tiling import plan_axis
from ganvas.zoo.classical._noise import noise_level

__all__ = ["BYTES_PER_PIXEL", "check_fits", "deconvolve"]

Denoise = Callable[[Float[np.ndarray, "h w c"]], Float[np.ndarray, "h w c"]]
BYTES_PER_PIXEL = 64.0  # of the whole image; what a tile takes does not grow with it
_TILE = 1024  # px
_STEPS = 6
_FIRST_SIGMA = 49 / 255  # of both papers
_LEAST_SIGMA = 0.005  # 8-bit pictures are never cleaner in the sense of the estimate
_WEIGHT = 0.06  # w: best of 0.05 to 1 on simulated photos
_BOUND = (0.03, 0.001)  # of a: first and last
_FILLINGS = 10


def check_fits(image: Float[np.ndarray, "h w c"], kernel: Float[np.ndarray, "k l"]) -> None:
    """Lets an image pass that is at least as large as the kernel.

    Raises:
        ImageError: the kernel is larger, so that no pixel of the image knows its whole blur.
    """
    (height, width), (tall, wide) = image.shape[:2], kernel.shape
    if tall > height or wide > width:
        raise ImageError(
            f"A kernel of {wide} x {tall} px is larger than the picture of {width} x {height} px: "
            "use the kernel that belongs to it, or cut off the kernel's empty border."
        )


def deconvolve(
    image: Float[np.ndarray, "h w c"],
    kernel: Float[np.ndarray, "k l"],
    *,
    denoise: Denoise,
    noise: float | None = None,
    fillings: int = _FILLINGS,
) -> Float[np.ndarray, "h w c"]:
    """Returns the image without the blur, float32 in [0, 1].

    Large images are cut into tiles that overlap by two kernels and are feathered.

    Args:
        image: values in [0, 1], any number of channels that ``denoise`` takes.
        kernel: odd sides, not negative, sum one; its centre pixel is where a point stays.
        denoise: removes white noise of any level from an image of [0, 1].
        noise: standard deviation of the image's noise; measured when left out.
        fillings: of the margin in each step; fewer are faster, and the borders ring.

    Raises:
        ImageError: the kernel is larger than the image.
    """
    check_fits(image, kernel)
    image = image.astype(np.float32, copy=False)
    axes = [
        plan_axis(length, _TILE, overlap=max(64, 2 * side), feather=max(64, 2 * side) // 4)
        for length, side in zip(image.shape[:2], kernel.shape, strict=True)
    ]
    rows, columns = axes
    places = [(i, j) for i in range(len(rows.starts)) for j in range(len(columns.starts))]
    tiles = {(i, j): image[rows.starts[i] :, columns.starts[j] :][: rows.tile, : columns.tile] for i, j in places}
    if noise is None:
        noise = float(np.median([noise_level(tile) for tile in tiles.values()]))
    result = np.zeros_like(image)
    for (i, j), tile in tiles.items():
        sharp = _deconvolved(tile, kernel, denoise, max(noise, _LEAST_SIGMA), np.random.default_rng((i, j)), fillings)
        (top, bottom), (left, right) = rows.owned(i), columns.owned(j)
        part = sharp[
            top - rows.starts[i] : bottom - rows.starts[i], left - columns.starts[j] : right - columns.starts[j]
        ]
        if (down := rows.weights(i, 1)) is not None:
            part = part * down[:, None, None]
        if (along := columns.weights(j, 1)) is not None:
            part = part * along[:, None]
        result[top:bottom, left:right] += part
    return np.clip(result, 0, 1, out=result)


def _deconvolved(
    image: np.ndarray, kernel: np.ndarray, denoise: Denoise, noise: float, rng: np.random.Generator, fillings: int
) -> np.ndarray:
    """One tile: the two steps of the splitting, and the margin."""
    frame = _Frame(image, kernel)
    given = estimate = frame.tapered(image)
    sigmas = np.geomspace(max(_FIRST_SIGMA, noise), noise, _STEPS)
    for sigma, bound in zip(sigmas, np.geomspace(*_BOUND, _STEPS), strict=True):
        weight = np.float32(max(_WEIGHT * (noise / sigma) ** 2, bound))
        pulled = weight * frame.spectrum(estimate)
        energy = np.abs(frame.response) ** 2 + weight
        for _ in range(fillings):
            found = (np.conj(frame.response) * frame.spectrum(given) + pulled) / energy
            given = frame.inverse(frame.response * found)
            given[frame.inside] = image
        sharp = frame.inverse(found)
        sharp += rng.standard_normal(sharp.shape, dtype=np.float32) * np.float32(sigma)
        estimate = denoise(np.clip(sharp, 0, 1, out=sharp))
    return estimate[frame.inside]


class _Frame:
    """An image within its margin, and the blur as a product of spectra.

    Attributes:
        inside: where the image lies.
        response: the kernel's spectrum.
    """

    def __init__(self, image: np.ndarray, kernel: np.ndarray) -> None:
        from scipy.fft import next_fast_len

        self._size = [
            next_fast_len(length + 2 * side, real=True)
            for length, side in zip(image.shape[:2], kernel.shape, strict=True)
        ]
        before = [(size - length) // 2 for size, length in zip(self._size, image.shape[:2], strict=True)]
        self.inside = tuple(slice(b, b + length) for b, length in zip(before, image.shape[:2], strict=True))
        self._margins = [
            (b, size - length - b) for b, size, length in zip(before, self._size, image.shape[:2], strict=True)
        ]
        self._kernel = kernel
        laid = np.zeros((*self._size, 1), np.float32)
        laid[: kernel.shape[0], : kernel.shape[1], 0] = kernel
        self.response = self.spectrum(np.roll(laid, [-(side // 2) for side in kernel.shape], axis=(0, 1)))

    def spectrum(self, image: Float[np.ndarray, "H W c"]) -> Complex[np.ndarray, "H f c"]:
        """Returns the Fourier transform along both axes."""
        from scipy.fft import rfft2

        return rfft2(image, axes=(0, 1))

    def inverse(self, spectrum: Complex[np.ndarray, "H f c"]) -> Float[np.ndarray, "H W c"]:
        """Returns the image of a spectrum."""
        from scipy.fft import irfft2

        return irfft2(spectrum, s=self._size, axes=(0, 1))

    def tapered(self, image: Float[np.ndarray, "h w c"]) -> Float[np.ndarray, "H W c"]:
        """Returns the image with a mirrored margin that passes into its own blur towards the joint of the borders.

        The weights are one minus the autocorrelation of the kernel's profiles (the edge taper of deconvolution tools).
        """
        padded = np.pad(image, [*self._margins, (0, 0)], mode="reflect")
        sides = []
        for axis, size in enumerate(self._size):
            profile = np.abs(np.fft.rfft(self._kernel.sum(axis=1 - axis), size)) ** 2
            repeated = np.fft.irfft(profile, size)
            sides.append((1 - repeated / repeated.max()).astype(np.float32))
        share = sides[0][:, None, None] * sides[1][None, :, None]
        blurred = self.inverse(self.spectrum(padded) * self.response)
        tapered = share * padded + (1 - share) * blurred
        tapered[self.inside] = image
        return tapered
