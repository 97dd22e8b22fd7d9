"""Noise of sensors and of films: Gaussian, Poisson-Gaussian, and what a camera's pipeline makes of it.

Real noise is neither white nor independent of the signal: demosaicking and the camera's own filter correlate
neighbours, chroma noise is coarser than luma noise, and JPEG comes last (Guo et al. 2019, CBDNet; Abdelhamed et al.
2018, SIDD). Denoisers trained on white Gaussian noise alone fail on such photos (Plötz and Roth 2017).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np

from ganvas.degrade.degradation import Degradation, Image, quantise
from ganvas.degrade.draw import between, log_between
from ganvas.degrade.jpeg import Jpeg

__all__ = ["CameraNoise", "GaussianNoise", "NoiseMix", "PoissonGaussianNoise"]


@dataclass(frozen=True, kw_only=True)
class GaussianNoise:
    """Adds white noise of standard deviation ``sigma`` (in 1/255), clips and rounds to 8 bits.

    Attributes:
        sigma: lowest and highest standard deviation, drawn evenly.
        gray: chance of the same noise in all channels.
    """

    sigma: tuple[float, float] = (0.0, 55.0)
    gray: float = 0.0

    def __call__(self, clean: Image, rng: np.random.Generator) -> Image:
        sigma = between(rng, self.sigma)
        shape = (*clean.shape[:2], 1) if rng.random() < self.gray else clean.shape
        return quantise(clean + rng.standard_normal(shape, dtype=np.float32) * np.float32(sigma / 255))


@dataclass(frozen=True, kw_only=True)
class PoissonGaussianNoise:
    """Photon noise with variance ``gain * signal`` plus read noise (Foi et al. 2008), in linear light or as stored.

    Attributes:
        gain: range of the variance per unit of signal (both in [0, 1] units), drawn evenly in the logarithm.
        read: range of the read noise's standard deviation in 1/255.
        linear: chance that the noise is added in linear light (gamma 2.2), as on a sensor.
    """

    gain: tuple[float, float] = (2e-4, 2e-2)
    read: tuple[float, float] = (0.0, 8.0)
    linear: float = 0.5

    def __call__(self, clean: Image, rng: np.random.Generator) -> Image:
        return quantise(self.unrounded(clean, rng, shape=lambda noise: noise))

    def unrounded(self, clean: Image, rng: np.random.Generator, *, shape: Callable[[Image], Image]) -> Image:
        """Returns the noisy image before rounding; ``shape`` correlates the white noise before it is scaled."""
        gain = log_between(rng, self.gain)
        read = between(rng, self.read) / 255
        linear = rng.random() < self.linear
        signal = clean**2.2 if linear else clean
        deviation = np.sqrt(gain * np.clip(signal, 0, 1) + read**2, dtype=np.float32)
        noise = shape(rng.standard_normal(clean.shape, dtype=np.float32))
        noisy = np.clip(signal + deviation * noise, 0, 1)
        result: Image = (noisy ** np.float32(1 / 2.2) if linear else noisy).astype(np.float32)
        return result


def demosaicked(noise: Image) -> Image:
    """Returns white RGB noise as bilinear demosaicking of a Bayer pattern leaves it: correlated, green least."""
    red_blue = np.outer([0.5, 1, 0.5], [0.5, 1, 0.5]).astype(np.float32)
    green = np.array([[0, 0.25, 0], [0.25, 1, 0.25], [0, 0.25, 0]], np.float32)
    rows, columns = np.indices(noise.shape[:2])
    sites = ((rows % 2 == 0) & (columns % 2 == 0), (rows + columns) % 2 == 1, (rows % 2 == 1) & (columns % 2 == 1))
    planes = [
        cv2.filter2D(noise[:, :, c] * site, -1, kernel)
        for c, (site, kernel) in enumerate(zip(sites, (red_blue, green, red_blue), strict=True))
    ]
    return np.stack(planes, axis=2)


# A camera's matrix from sensor to sRGB colours: rows sum to one, so white stays, and chroma noise grows.
_TO_SRGB = np.array([[1.7, -0.5, -0.2], [-0.2, 1.5, -0.3], [0.0, -0.6, 1.6]], np.float32)


@dataclass(frozen=True, kw_only=True)
class CameraNoise:
    """Poisson-Gaussian noise as a camera's pipeline leaves it.

    It is demosaicked, mixed between the channels by the colour matrix, smoothed (coarser in chroma than in luma), and
    often JPEG-compressed at the end.

    Attributes:
        sensor: the noise before the pipeline.
        mosaic: chance of demosaicking.
        matrix: range of the strength of the colour matrix, 0 to 1.
        smooth: range of the Gaussian that correlates the noise, px.
        chroma: range of the further blur of the noise's chroma, px.
        jpeg_chance: chance of compression.
        jpeg: the compression.
    """

    sensor: PoissonGaussianNoise = field(default_factory=lambda: PoissonGaussianNoise(gain=(2e-4, 1e-2)))
    mosaic: float = 0.6
    matrix: tuple[float, float] = (0.0, 1.0)
    smooth: tuple[float, float] = (0.3, 1.2)
    chroma: tuple[float, float] = (0.0, 2.0)
    jpeg_chance: float = 0.6
    jpeg: Jpeg = field(default_factory=lambda: Jpeg(quality=(70, 98)))

    def __call__(self, clean: Image, rng: np.random.Generator) -> Image:
        mosaic, strength = rng.random() < self.mosaic, between(rng, self.matrix)
        smooth, chroma = between(rng, self.smooth), between(rng, self.chroma)
        matrix = np.eye(3, dtype=np.float32) * np.float32(1 - strength) + _TO_SRGB * np.float32(strength)

        def shape(noise: Image) -> Image:
            if noise.shape[2] == 3:
                noise = (demosaicked(noise) if mosaic else noise) @ matrix.T
            noise = cv2.GaussianBlur(noise, (0, 0), smooth).reshape(noise.shape)
            if noise.shape[2] == 3 and chroma > 0.2:
                luma = noise.mean(axis=2, keepdims=True)
                noise = luma + cv2.GaussianBlur(noise - luma, (0, 0), chroma)
            return noise

        noisy = quantise(self.sensor.unrounded(clean, rng, shape=shape))
        return self.jpeg(noisy, rng) if rng.random() < self.jpeg_chance else noisy


@dataclass(frozen=True, kw_only=True)
class NoiseMix:
    """One kind of noise per sample, drawn by its share.

    Attributes:
        gaussian, poisson, camera: the kinds.
        shares: their chances in that order; the rest stays clean, so that a clean photo comes back unchanged.
    """

    gaussian: GaussianNoise = field(default_factory=lambda: GaussianNoise(gray=0.1))
    poisson: PoissonGaussianNoise = field(default_factory=PoissonGaussianNoise)
    camera: CameraNoise = field(default_factory=CameraNoise)
    shares: tuple[float, float, float] = (0.45, 0.07, 0.45)

    def __call__(self, clean: Image, rng: np.random.Generator) -> Image:
        draw = rng.random()
        kinds: tuple[Degradation, ...] = (self.gaussian, self.poisson, self.camera)
        for share, kind in zip(self.shares, kinds, strict=True):
            if draw < share:
                return kind(clean, rng)
            draw -= share
        return quantise(clean)
