"""Noise of sensors and of films: Gaussian, Poisson-Gaussian, and what a camera's pipeline makes of it.

Real noise is neither white nor independent of the signal: demosaicking and the camera's own filter correlate
neighbours, chroma noise is coarser than luma noise, and JPEG comes last (Guo et al. 2019, CBDNet; Abdelhamed et al.
2018, SIDD). Denoisers trained on white Gaussian noise alone fail on such photos (Plötz and Roth 2017).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from ganvas.degrade.degradation import Degradation, Image, quantise
from ganvas.degrade.jpeg import Jpeg

__all__ = ["CameraNoise", "GaussianNoise", "NoiseMix", "PoissonGaussianNoise"]


def _between(rng: np.random.Generator, bounds: tuple[float, float]) -> float:
    return float(rng.uniform(*bounds))


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
        sigma = _between(rng, self.sigma)
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
        return quantise(self.unrounded(clean, rng, smooth=0.0))

    def unrounded(self, clean: Image, rng: np.random.Generator, *, smooth: float) -> Image:
        """Returns the noisy image before rounding; the noise is smoothed by a Gaussian of ``smooth`` px."""
        gain = float(np.exp(rng.uniform(np.log(self.gain[0]), np.log(self.gain[1]))))
        read = _between(rng, self.read) / 255
        linear = rng.random() < self.linear
        signal = clean**2.2 if linear else clean
        deviation = np.sqrt(gain * np.clip(signal, 0, 1) + read**2, dtype=np.float32)
        noise = rng.standard_normal(clean.shape, dtype=np.float32)
        if smooth > 0:
            noise = cv2.GaussianBlur(noise, (0, 0), smooth).reshape(clean.shape)
        noisy = np.clip(signal + deviation * noise, 0, 1)
        result: Image = (noisy ** np.float32(1 / 2.2) if linear else noisy).astype(np.float32)
        return result


@dataclass(frozen=True, kw_only=True)
class CameraNoise:
    """Poisson-Gaussian noise, spatially correlated, coarser in chroma than in luma, then often JPEG-compressed.

    Attributes:
        sensor: the noise before the pipeline.
        smooth: range of the Gaussian that correlates the noise, px.
        chroma: range of the further blur of the noise's chroma, px.
        jpeg_chance: chance of compression.
        jpeg: the compression.
    """

    sensor: PoissonGaussianNoise = field(default_factory=lambda: PoissonGaussianNoise(gain=(2e-4, 1e-2)))
    smooth: tuple[float, float] = (0.3, 1.2)
    chroma: tuple[float, float] = (0.0, 2.0)
    jpeg_chance: float = 0.6
    jpeg: Jpeg = field(default_factory=lambda: Jpeg(quality=(70, 98)))

    def __call__(self, clean: Image, rng: np.random.Generator) -> Image:
        noisy = self.sensor.unrounded(clean, rng, smooth=_between(rng, self.smooth))
        chroma = _between(rng, self.chroma)
        if clean.shape[2] == 3 and chroma > 0.2:
            noise = noisy - clean
            luma = noise.mean(axis=2, keepdims=True)
            noisy = clean + luma + cv2.GaussianBlur(noise - luma, (0, 0), chroma)
        noisy = quantise(noisy)
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
    shares: tuple[float, float, float] = (0.6, 0.12, 0.25)

    def __call__(self, clean: Image, rng: np.random.Generator) -> Image:
        draw = rng.random()
        kinds: tuple[Degradation, ...] = (self.gaussian, self.poisson, self.camera)
        for share, kind in zip(self.shares, kinds, strict=True):
            if draw < share:
                return kind(clean, rng)
            draw -= share
        return quantise(clean)
