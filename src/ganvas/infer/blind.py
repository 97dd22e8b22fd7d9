"""Finding the kernel of a blur from the blurred picture alone, where it is the same everywhere.

Kernel k and latent image x are sought in turn for y = k * x, from coarse to fine. The prior on x is unnatural on
purpose: it counts the pixels where the gradient is not zero, so that edges stay and all that the blur made of them goes
(Xu, Zheng and Jia 2013, "Unnatural L0 sparse representation for natural image deblurring"; Pan et al. 2014, "Deblurring
text images via L0-regularized intensity and gradient prior"). With natural priors the best pair is no blur at all
(Levin et al. 2009, "Understanding and evaluating blind deconvolution algorithms").

- x = argmin |k * x - y|^2 + w |grad x|_0, by half-quadratic splitting: gradients below a threshold are cut, x follows
  them in closed form in the Fourier domain, and the threshold falls (Xu et al. 2011, "Image smoothing via L0 gradient
  minimization", algorithm 1).
- k = argmin |k * grad x - grad y|^2 + g |k|^2 with k >= 0, on the strongest gradients of each direction only, more of
  them from round to round (Cho and Lee 2009, "Fast motion deblurring", section 4).

Departures. The least squares are solved under the constraint by an accelerated projected gradient (Beck and Teboulle
2009, FISTA) on the small correlations, so nothing is cut off but what is faint or lies apart. The picture is taken for
periodic with a margin that is filled with the blur of x, as in :mod:`ganvas.infer.deconvolve`.
"""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Bool, Complex, Float

__all__ = ["centred", "estimate", "refined"]

_FINER = 2**0.5  # between neighbouring scales
_COARSEST = 3  # px of the kernel on the coarsest
_ROUNDS = 5  # on each scale
_WEIGHT, _FALL, _LEAST = 4e-3, 1.1, 1e-4  # w at first, what it is divided by in each round, and at last
_STIFFEST, _STIFFER = 1e3, 2.0  # weight of the split gradients at last, and its factor
_RIDGE = 2e-3  # g, of the energy of the chosen gradients
_RIDGE_REFINED = 1e-3
_CHOSEN, _MORE = 2.0, 0.9  # gradients per direction, in sqrt(pixels) * side of the kernel; factor on their threshold
_FAINT, _FAINT_REFINED = 0.05, 0.03  # of the largest value of a kernel: cut
_APART, _APART_REFINED = 0.1, 0.05  # of the weight of a kernel: smaller parts that do not touch are cut
_STEPS = 120
_PADDING = 3  # px around a kernel that is moved by a part of a pixel

Kernel = Float[np.ndarray, "k k"]


def estimate(luma: Float[np.ndarray, "h w"], side: int) -> Kernel:
    """Returns the kernel that the picture was blurred with, float32: not negative, sum one, the box around it centred.

    Where nothing can be learned, as on a flat picture, it is a point.

    Args:
        luma: values in [0, 1], with little noise; twice as large as the kernel at least.
        side: of the kernel, px, odd. It should not be much larger than the blur: what is left over fills with noise.
    """
    kernel, weight = np.full((_COARSEST, _COARSEST), 1 / _COARSEST**2, np.float32), _WEIGHT
    for own in _sides(side):
        level = _Level(_smaller(luma, own / side), own)
        kernel = _cleaned(cv2.resize(kernel, (own, own), interpolation=cv2.INTER_LINEAR), _FAINT, _APART)
        threshold: float | None = None
        for _ in range(_ROUNDS):
            along, down = level.gradients(level.latent(kernel, weight))
            chosen, threshold = _strongest(along, down, own, threshold)
            kernel = _cleaned(level.kernel(along * chosen, down * chosen, _RIDGE), _FAINT, _APART)
            weight = max(weight / _FALL, _LEAST)
    return kernel


def refined(luma: Float[np.ndarray, "h w"], sharp: Float[np.ndarray, "h w"], side: int) -> Kernel:
    """Returns the kernel between a picture and its sharp version, as :func:`estimate` does."""
    level = _Level(luma, side)
    return _cleaned(level.kernel(*level.gradients(sharp), _RIDGE_REFINED), _FAINT_REFINED, _APART_REFINED)


def centred(kernel: Kernel) -> Float[np.ndarray, "_k _k"]:
    """Returns the kernel, moved by parts of a pixel so that its centroid is its centre and the picture does not move.

    Splines keep it as sharp as it is, so some values may be a little below zero.
    """
    from scipy.ndimage import shift

    moves = []
    for axis, length in enumerate(kernel.shape):
        profile = kernel.sum(axis=1 - axis, dtype=np.float64)
        moves.append(float((profile * (np.arange(length) - length // 2)).sum() / profile.sum()))
    room = _PADDING + int(np.ceil(np.abs(moves).max()))
    moved = shift(np.pad(kernel, room), [-move for move in moves], order=3)
    return (moved / moved.sum()).astype(np.float32)


def _sides(side: int) -> list[int]:
    """Sides of the kernel from the coarsest scale to the finest, all odd."""
    sides = [side]
    while sides[-1] > _COARSEST:
        sides.append(max(_COARSEST, min(2 * round((sides[-1] / _FINER - 1) / 2) + 1, sides[-1] - 2)))
    return sides[::-1]


def _smaller(luma: np.ndarray, factor: float) -> Float[np.ndarray, "_h _w"]:
    if factor == 1:
        return np.ascontiguousarray(luma, np.float32)
    height, width = (max(2, round(length * factor)) for length in luma.shape)
    return cv2.resize(luma.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)


class _Level:
    """The picture on one scale, with all that does not change from round to round."""

    def __init__(self, luma: Float[np.ndarray, "h w"], side: int) -> None:
        from scipy.fft import next_fast_len

        self._luma, self._side = luma, side
        self._inside = tuple(slice(length) for length in luma.shape)
        self._shape = tuple(next_fast_len(length + 2 * side, real=True) for length in luma.shape)
        self._given = _periodic(luma, self._shape)
        turns = [np.fft.fftfreq(self._shape[0])[:, None], np.fft.rfftfreq(self._shape[1])[None]]
        self._steepness = sum(4 * np.sin(np.pi * turn) ** 2 for turn in turns).astype(np.float32)
        self._slopes = [self._spectrum(slope) for slope in _slopes(luma)]

    def latent(self, kernel: Kernel, weight: float) -> Float[np.ndarray, "h w"]:
        """Returns the image of few edges whose blur the picture is; fills the margin with that blur."""
        laid = np.zeros(self._shape, np.float32)
        laid[: kernel.shape[0], : kernel.shape[1]] = kernel
        response = self._spectrum(np.roll(laid, [-(side // 2) for side in kernel.shape], axis=(0, 1)))
        seen, energy = np.conj(response) * self._spectrum(self._given), np.abs(response) ** 2
        image, stiff = self._given, 2 * weight
        while stiff < _STIFFEST:
            along, down = (np.roll(image, -1, axis=axis) - image for axis in (1, 0))
            cut = along**2 + down**2 < weight / stiff
            along[cut] = down[cut] = 0
            divergence = np.roll(along, 1, axis=1) - along + np.roll(down, 1, axis=0) - down
            split = np.float32(stiff)
            image = self._inverse((seen + split * self._spectrum(divergence)) / (energy + split * self._steepness))
            stiff *= _STIFFER
        self._given = self._inverse(response * self._spectrum(image))
        self._given[self._inside] = self._luma
        return image[self._inside]

    def gradients(self, image: Float[np.ndarray, "h w"]) -> tuple[Float[np.ndarray, "h w"], Float[np.ndarray, "h w"]]:
        """Returns the differences to the right and below, zero at the far border."""
        return _slopes(image)

    def kernel(self, along: Float[np.ndarray, "h w"], down: Float[np.ndarray, "h w"], ridge: float) -> Kernel:
        """Returns the kernel that best turns gradients into those of the picture, not negative; sums to what it may."""
        edges = [self._spectrum(slope) for slope in (along, down)]
        own = self._inverse(np.sum([np.abs(edge) ** 2 for edge in edges], axis=0))
        other = self._inverse(np.sum([np.conj(e) * s for e, s in zip(edges, self._slopes, strict=True)], axis=0))
        if own[0, 0] <= 0:
            return np.zeros((self._side, self._side), np.float32)
        reach = np.arange(1 - self._side, self._side)
        near = reach[self._side // 2 : -(self._side // 2)]
        return _not_negative(own[np.ix_(reach, reach)] / own[0, 0], other[np.ix_(near, near)] / own[0, 0], ridge)

    def _spectrum(self, image: Float[np.ndarray, "_h _w"]) -> Complex[np.ndarray, "H f"]:
        from scipy.fft import rfft2

        return np.asarray(rfft2(image, s=self._shape))

    def _inverse(self, spectrum: Complex[np.ndarray, "H f"]) -> Float[np.ndarray, "H W"]:
        from scipy.fft import irfft2

        return np.asarray(irfft2(spectrum, s=self._shape))


def _slopes(image: Float[np.ndarray, "h w"]) -> tuple[Float[np.ndarray, "h w"], Float[np.ndarray, "h w"]]:
    along, down = np.zeros_like(image), np.zeros_like(image)
    along[:, :-1], down[:-1] = np.diff(image, axis=1), np.diff(image, axis=0)
    return along, down


def _strongest(
    along: np.ndarray, down: np.ndarray, side: int, threshold: float | None
) -> tuple[Bool[np.ndarray, "h w"], float]:
    """Which gradients count, and the threshold of the next round; the first lets enough of every direction pass."""
    size = np.hypot(along, down)
    if threshold is None:
        direction = np.arctan2(down, along) % np.pi // (np.pi / 4)
        enough = int(_CHOSEN * np.sqrt(size.size) * side)
        groups = [size[direction == number] for number in range(4)]
        threshold = min(
            float(np.partition(group, -enough)[-enough]) if len(group) > enough else 0.0 for group in groups
        )
    return size >= threshold, threshold * _MORE


def _not_negative(
    own: Float[np.ndarray, "m m"], other: Float[np.ndarray, "k k"], ridge: float
) -> Float[np.ndarray, "k k"]:
    """The k >= 0 that minimises k'Ak - 2k'b + ridge k'k, A given by the correlation ``own`` at all distances."""
    from scipy.fft import irfft2, next_fast_len, rfft2

    side = len(other)
    # As long as both together, so that the convolution does not wrap around.
    shape = [next_fast_len(3 * side - 2, real=True)] * 2
    response = rfft2(own, s=shape)

    def applied(kernel: np.ndarray) -> np.ndarray:
        whole = irfft2(response * rfft2(kernel, s=shape), s=shape)
        return np.asarray(whole[side - 1 : 2 * side - 1, side - 1 : 2 * side - 1]) + np.float32(ridge) * kernel

    rate = np.float32(1 / (np.abs(response).max() + ridge))
    kernel = ahead = np.zeros_like(other)
    pace = 1.0
    for _ in range(_STEPS):
        stepped = np.maximum(ahead - rate * (applied(ahead) - other), 0)
        faster = (1 + (1 + 4 * pace**2) ** 0.5) / 2
        ahead = stepped + np.float32((pace - 1) / faster) * (stepped - kernel)
        kernel, pace = stepped, faster
    return kernel


def _cleaned(kernel: Kernel, faint: float, apart: float) -> Kernel:
    """Without what is faint or lies apart, sum one, and the box around it in the middle; a point where nothing is."""
    from scipy.ndimage import label

    side = len(kernel)
    if not kernel.max() > 0:
        return np.pad(np.ones((1, 1), np.float32), side // 2)
    kernel = np.where(kernel < faint * kernel.max(), 0, kernel)
    parts, _ = label(kernel > 0, np.ones((3, 3)))
    shares = np.bincount(parts.ravel(), kernel.ravel()) / kernel.sum()
    kernel = np.where((shares < min(apart, shares.max()))[parts], 0, kernel)
    moves = []
    for axis in (0, 1):
        held = np.flatnonzero(kernel.any(axis=1 - axis))
        moves.append(side // 2 - int(held[0] + held[-1]) // 2)
    # What comes round the border is empty: the box around the kernel fits.
    kernel = np.roll(kernel, moves, axis=(0, 1))
    return (kernel / kernel.sum()).astype(np.float32)


def _periodic(luma: Float[np.ndarray, "h w"], shape: tuple[int, ...]) -> Float[np.ndarray, "H W"]:
    """The picture with a margin to the right and below that leads over to its other side."""
    for axis, length in enumerate(shape):
        rows = np.moveaxis(luma, axis, 0)
        missing = length - len(rows)
        share = np.linspace(0, 1, missing + 2, dtype=np.float32)[1:-1, None]
        after = np.pad(rows, [(0, missing), (0, 0)], mode="reflect")[len(rows) :]
        before = np.pad(rows, [(missing, 0), (0, 0)], mode="reflect")[:missing]
        luma = np.moveaxis(np.concatenate([rows, (1 - share) * after + share * before]), 0, axis)
    return np.ascontiguousarray(luma)
