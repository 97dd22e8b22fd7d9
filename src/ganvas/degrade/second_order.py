"""Pictures that were blurred, resized, noised and compressed, twice: Real-ESRGAN's second-order chain.

Wang et al. 2021, "Real-ESRGAN: Training Real-World Blind Super-Resolution with Pure Synthetic Data", section 3 and the
published figures of its x4plus model, which are the defaults here. Departures: JPEG is libjpeg's own, and the Poisson
noise is drawn as a Gaussian of the same variance, which differs only where a pixel counts less than a few photons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from ganvas.degrade.blur import generalised_kernel, plateau_kernel, sinc_kernel
from ganvas.degrade.degradation import Degraded, Image, quantise
from ganvas.degrade.draw import between, which
from ganvas.degrade.jpeg import Jpeg

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
_SIZES = range(7, 22, 2)  # of kernels, px
_MODES = (cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC)
__all__ = ["KernelMix", "Pass", "SecondOrder"]


@dataclass(frozen=True, kw_only=True)
class KernelMix:
    """Draws a blur kernel of 7 to 21 px.

    Attributes:
        shares: of isotropic, anisotropic, generalised isotropic and anisotropic, plateau isotropic and anisotropic.
        sinc: chance of a sinc in place of all these.
        sigma: range of the standard deviation, px.
        generalised, plateau: range of the exponent; half of the draws are below 1.
    """

    shares: tuple[float, ...] = (0.45, 0.25, 0.12, 0.03, 0.12, 0.03)
    sinc: float = 0.1
    sigma: tuple[float, float] = (0.2, 3.0)
    generalised: tuple[float, float] = (0.5, 4.0)
    plateau: tuple[float, float] = (1.0, 2.0)

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        """Returns a float32 kernel that sums to one."""
        size = int(rng.choice(_SIZES))
        if rng.random() < self.sinc:
            return sinc_kernel(size, rng.uniform(np.pi / 3 if size < 13 else np.pi / 5, np.pi))
        family, anisotropic = divmod(which(rng, self.shares), 2)
        first = second = between(rng, self.sigma)
        angle = 0.0
        if anisotropic:
            second, angle = between(rng, self.sigma), between(rng, (-np.pi, np.pi))
        if family == 2:
            return plateau_kernel(size, first, second, angle, _shape(rng, self.plateau))
        return generalised_kernel(size, first, second, angle, _shape(rng, self.generalised) if family else 1.0)


@dataclass(frozen=True, kw_only=True)
class Pass:
    """One round of blur, resizing and noise.

    Attributes:
        blur: chance of a blur.
        kernels: its kernel.
        resize: shares of enlarging, reducing and keeping the size.
        factor: smallest and largest factor.
        gaussian: chance of Gaussian noise; Poisson noise otherwise.
        sigma: range of the Gaussian noise's standard deviation, in 1/255.
        poisson: range of the factor on the Poisson noise of 256 levels (of fewer, where the picture has fewer).
        gray: chance of the same noise in all channels.
    """

    blur: float = 1.0
    kernels: KernelMix = field(default_factory=KernelMix)
    resize: tuple[float, float, float] = (0.2, 0.7, 0.1)
    factor: tuple[float, float] = (0.15, 1.5)
    gaussian: float = 0.5
    sigma: tuple[float, float] = (1.0, 30.0)
    poisson: tuple[float, float] = (0.05, 3.0)
    gray: float = 0.4

    def run(self, image: Image, rng: np.random.Generator, *, size: tuple[int, int]) -> Degraded:
        """Returns the image of about ``size`` (height, width) times the factor drawn."""
        if rng.random() < self.blur:
            image = _filtered(image, self.kernels.draw(rng))
        ranges = ((1.0, self.factor[1]), (self.factor[0], 1.0), (1.0, 1.0))
        factor = between(rng, ranges[which(rng, self.resize)])
        image = _resized(image, (max(1, int(size[0] * factor)), max(1, int(size[1] * factor))), rng)
        return np.clip(image + self._noise(np.clip(image, 0, 1), rng), 0, 1)

    def _noise(self, image: Image, rng: np.random.Generator) -> Image:
        gaussian, gray = rng.random() < self.gaussian, rng.random() < self.gray
        shape = (*image.shape[:2], 1) if gray else image.shape
        noise = rng.standard_normal(shape, dtype=np.float32)
        if gaussian:
            return np.broadcast_to(noise * np.float32(between(rng, self.sigma) / 255), image.shape)
        signal = (image @ LUMA)[:, :, None] if gray and image.shape[2] == 3 else image
        signal = np.rint(signal * 255).astype(np.uint8)
        levels = 2 ** np.ceil(np.log2(np.count_nonzero(np.bincount(signal.ravel(), minlength=256))))
        deviation = np.sqrt(signal * np.float32(1 / (255 * max(levels, 2.0))))
        return np.broadcast_to(noise * deviation * np.float32(between(rng, self.poisson)), image.shape)


def _second() -> Pass:
    return Pass(
        blur=0.8,
        kernels=KernelMix(sigma=(0.2, 1.5)),
        resize=(0.3, 0.4, 0.3),
        factor=(0.3, 1.2),
        sigma=(1.0, 25.0),
        poisson=(0.05, 2.5),
    )


@dataclass(frozen=True, kw_only=True)
class SecondOrder:
    """Returns the picture at 1/``scale`` of its size (cut to a multiple), degraded twice, in 8 bits.

    Attributes:
        scale: of the super-resolution that is to undo it.
        first, second: the rounds; the first ends with JPEG, the second with JPEG and a sinc in either order.
        jpeg: the compression of both.
        final_sinc: chance of the last sinc.
    """

    scale: int = 4
    first: Pass = field(default_factory=Pass)
    second: Pass = field(default_factory=_second)
    jpeg: Jpeg = field(default_factory=lambda: Jpeg(quality=(30, 95), subsampling=1.0))
    final_sinc: float = 0.8

    def __call__(self, clean: Image, rng: np.random.Generator) -> Degraded:
        size = clean.shape[0] // self.scale, clean.shape[1] // self.scale
        whole = clean[: size[0] * self.scale, : size[1] * self.scale]
        image = self.first.run(whole, rng, size=(whole.shape[0], whole.shape[1]))
        image = self.second.run(self.jpeg(image, rng), rng, size=size)
        if rng.random() < 0.5:
            return self.jpeg(self._final(image, rng, size), rng)
        return quantise(self._final(self.jpeg(image, rng), rng, size))

    def _final(self, image: Image, rng: np.random.Generator, size: tuple[int, int]) -> Degraded:
        image = _resized(image, size, rng)
        if rng.random() < self.final_sinc:
            image = _filtered(image, sinc_kernel(int(rng.choice(_SIZES)), rng.uniform(np.pi / 3, np.pi)))
        return image


def _shape(rng: np.random.Generator, bounds: Sequence[float]) -> float:
    low, high = bounds
    return between(rng, (low, 1.0)) if rng.random() < 0.5 else between(rng, (1.0, high))


def _filtered(image: Image, kernel: np.ndarray) -> Image:
    return cv2.filter2D(image, -1, kernel, borderType=cv2.BORDER_REFLECT_101).reshape(image.shape)


def _resized(image: Image, size: tuple[int, int], rng: np.random.Generator) -> Degraded:
    mode = _MODES[int(rng.integers(len(_MODES)))]
    return cv2.resize(image, size[::-1], interpolation=mode).reshape(*size, image.shape[2])
