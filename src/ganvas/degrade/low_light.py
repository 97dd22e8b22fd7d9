"""Darkness as a camera leaves it: too little light, amplified noise, a curve, a cast, compression.

Exposure and noise act on linear light (gamma 2.2), where photons add up; variance is ``gain * signal + read^2``
(Foi et al. 2008). Amplifying by n stops means 2^n times fewer photons for the same stored value, hence 2^n times the
gain and the read noise.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from ganvas.degrade.degradation import Image, quantise
from ganvas.degrade.draw import between
from ganvas.degrade.jpeg import Jpeg

GAMMA = np.float32(2.2)
__all__ = ["LowLight", "Raised", "Shot"]


@dataclass(frozen=True, kw_only=True)
class Shot:
    """How one dark photo is exposed and developed: monotone in every channel.

    Attributes:
        gain: factor of each channel's linear light.
        headroom, gamma, contrast, black: see :class:`LowLight`.
    """

    gain: np.ndarray
    headroom: float
    gamma: float
    contrast: float
    black: float

    def light(self, clean: Image) -> Image:
        """Returns the linear light that reaches the sensor, 1 for what it can hold."""
        light = clean**GAMMA
        # Reinhard et al. 2002, eq. 3, turned round: dark tones stay, white goes to 2^headroom.
        light = light / (1 - np.float32(1 - 2**-self.headroom) * light)
        lit: Image = light * self.gain
        return lit

    def stored(self, light: Image) -> Image:
        """Returns the developed photo of what the sensor counted; to be clipped to [0, 1]."""
        stored = (np.clip(light, 0, 1) ** (1 / GAMMA)) ** np.float32(self.gamma)
        curve = stored * stored * (3 - 2 * stored)
        developed: Image = stored + np.float32(self.contrast) * (curve - stored) + np.float32(self.black)
        return developed


@dataclass(frozen=True, kw_only=True)
class LowLight:
    """Under-exposes, adds a sensor's noise, and rounds to 8 bits.

    Attributes:
        exposure: range of the stored exposure in EV (stops); -1 halves the linear light.
        headroom: range of the stops by which the scene's brightest light exceeds the photo's white. A photo has lost
            what lies above; under-exposed, windows and lamps come back and stay bright while the rest goes dark.
        amplified: range of the amplification that is part of it, in stops: 0 is base ISO.
        gain: variance of the noise per unit of linear signal at base ISO.
        read: standard deviation of the read noise at base ISO, in units of linear light.
        smooth: range of the Gaussian that correlates the noise as the camera's own filter does, px; the deviation is
            what is left behind it.
        colour: range of the share of the noise that differs between the channels: cameras filter colour hardest.
        balance: largest change of a channel by the wrong white balance, in stops.
        gamma: range of a further gamma of the stored values.
        contrast: range of the share of an S-curve in the stored values.
        black: range of the offset of the stored values.
        jpeg_chance: chance of compression.
        jpeg: the compression.
        clean: chance that the image stays as it is, so that a well exposed photo comes back unchanged.
    """

    exposure: tuple[float, float] = (-7.0, -1.0)
    headroom: tuple[float, float] = (0.0, 6.0)
    amplified: tuple[float, float] = (0.0, 4.0)
    gain: float = 1e-4
    read: float = 2e-4
    smooth: tuple[float, float] = (0.0, 1.5)
    colour: tuple[float, float] = (0.1, 1.0)
    balance: float = 0.35
    gamma: tuple[float, float] = (0.85, 1.25)
    contrast: tuple[float, float] = (0.0, 0.4)
    black: tuple[float, float] = (-0.01, 0.02)
    jpeg_chance: float = 0.3
    jpeg: Jpeg = field(default_factory=lambda: Jpeg(quality=(70, 98)))
    clean: float = 0.1

    def __call__(self, clean: Image, rng: np.random.Generator) -> Image:
        if rng.random() < self.clean:
            return quantise(clean)
        return self.taken(clean, self.shot(rng, clean.shape[2]), rng)

    def shot(self, rng: np.random.Generator, channels: int) -> Shot:
        """Returns how one photo is exposed and developed."""
        balance = np.ones(channels, np.float32)
        if channels == 3:  # green stays: a camera scales red and blue to it
            balance[[0, 2]] = 2 ** rng.uniform(-self.balance, self.balance, 2)
        return Shot(
            gain=np.float32(2 ** between(rng, self.exposure)) * balance,
            headroom=between(rng, self.headroom),
            gamma=between(rng, self.gamma),
            contrast=between(rng, self.contrast),
            black=between(rng, self.black),
        )

    def taken(self, clean: Image, shot: Shot, rng: np.random.Generator) -> Image:
        """Returns the photo so exposed and developed, with the sensor's noise, in 8 bits."""
        light = shot.light(clean)
        dark = quantise(shot.stored(light + self._noise(light, rng)))
        return self.jpeg(dark, rng) if rng.random() < self.jpeg_chance else dark

    def _noise(self, light: Image, rng: np.random.Generator) -> Image:
        amplified = np.float32(2 ** between(rng, self.amplified))
        variance = np.float32(self.gain) * amplified * light + (np.float32(self.read) * amplified) ** 2
        noise = rng.standard_normal(light.shape, dtype=np.float32)
        if light.shape[2] == 3:
            share = np.float32(between(rng, self.colour))
            alike = noise.mean(axis=2, keepdims=True) * np.float32(3**0.5)
            noise = np.sqrt(1 - share**2) * alike + share * noise
        smooth = between(rng, self.smooth)
        if smooth > 0.3:  # below, the kernel is a single pixel
            noise = cv2.GaussianBlur(noise, (0, 0), smooth).reshape(light.shape)
        noise /= max(float(noise.std()), 1e-6)
        return noise * np.sqrt(variance)


@dataclass(frozen=True, kw_only=True)
class Raised:
    """Dark photos made bright again by the exact inverse of what made them dark: noise and coarse steps are left.

    What follows a model that brightens is trained on it.

    Attributes:
        dark: how the photos were taken.
    """

    dark: LowLight = field(default_factory=LowLight)

    def __call__(self, clean: Image, rng: np.random.Generator) -> Image:
        if rng.random() < self.dark.clean:
            return quantise(clean)
        shot = self.dark.shot(rng, clean.shape[2])
        taken = self.dark.taken(clean, shot, rng)
        ramp = np.linspace(0, 1, 1024, dtype=np.float32)
        stored = shot.stored(shot.light(np.repeat(ramp[:, None, None], clean.shape[2], axis=2)))[:, 0]
        raised = [np.interp(taken[:, :, c], stored[:, c], ramp) for c in range(clean.shape[2])]
        return quantise(np.stack(raised, axis=2).astype(np.float32))
