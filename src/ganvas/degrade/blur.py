"""Blur of lenses and of resampling: Gaussian, generalised Gaussian, plateau and sinc kernels.

The last three are those of Wang et al. 2021 (Real-ESRGAN, section 3.2 and 3.4; the plateau is Liu et al. 2020's).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.special import j1

from ganvas.degrade.degradation import Image

__all__ = ["GaussianBlur", "gaussian_kernel", "generalised_kernel", "plateau_kernel", "sinc_kernel"]


def gaussian_kernel(size: int, sigma_x: float, sigma_y: float, angle: float) -> np.ndarray:
    """Returns a float32 kernel of ``size`` x ``size`` px that sums to one; sigmas in px, angle in radians."""
    return generalised_kernel(size, sigma_x, sigma_y, angle, 1.0)


def generalised_kernel(size: int, sigma_x: float, sigma_y: float, angle: float, shape: float) -> np.ndarray:
    """Returns exp(-q^shape / 2), q the squared distance in sigmas: 1 is the Gaussian, more is flatter; sums to one."""
    kernel = np.exp(-0.5 * _distance(size, sigma_x, sigma_y, angle) ** shape)
    return (kernel / kernel.sum()).astype(np.float32)


def plateau_kernel(size: int, sigma_x: float, sigma_y: float, angle: float, shape: float) -> np.ndarray:
    """Returns 1 / (1 + q^shape), q the squared distance in sigmas; sums to one."""
    kernel = 1 / (1 + _distance(size, sigma_x, sigma_y, angle) ** shape)
    return (kernel / kernel.sum()).astype(np.float32)


def sinc_kernel(size: int, cutoff: float) -> np.ndarray:
    """Returns the ideal low-pass filter cut off at ``size`` px, which rings; ``cutoff`` in radians per px, to pi."""
    axis = np.arange(size) - (size - 1) / 2
    radius = np.maximum(np.hypot(axis[:, None], axis[None]), 1e-6)
    kernel = cutoff * j1(cutoff * radius) / (2 * np.pi * radius)
    return (kernel / kernel.sum()).astype(np.float32)


def _distance(size: int, sigma_x: float, sigma_y: float, angle: float) -> np.ndarray:
    """The squared distance from the centre in sigmas."""
    axis = np.arange(size) - (size - 1) / 2
    x, y = np.meshgrid(axis, axis)
    u = np.cos(angle) * x + np.sin(angle) * y
    v = -np.sin(angle) * x + np.cos(angle) * y
    return (u / sigma_x) ** 2 + (v / sigma_y) ** 2


@dataclass(frozen=True, kw_only=True)
class GaussianBlur:
    """Blurs by a Gaussian, mirrored at the border.

    Attributes:
        sigma: lowest and highest standard deviation in px, drawn evenly for each axis.
        isotropic: chance that both axes have the same.
    """

    sigma: tuple[float, float] = (0.2, 3.0)
    isotropic: float = 0.6

    def __call__(self, clean: Image, rng: np.random.Generator) -> Image:
        first, second = rng.uniform(*self.sigma, size=2)
        if rng.random() < self.isotropic:
            second = first
        size = 2 * int(np.ceil(3 * max(first, second))) + 1
        kernel = gaussian_kernel(size, float(first), float(second), float(rng.uniform(0, np.pi)))
        return cv2.filter2D(clean, -1, kernel, borderType=cv2.BORDER_REFLECT_101).reshape(clean.shape)
