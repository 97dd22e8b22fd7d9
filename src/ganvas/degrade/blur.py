"""Blur of lenses: Gaussian, isotropic or not."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ganvas.degrade.degradation import Image

__all__ = ["GaussianBlur", "gaussian_kernel"]


def gaussian_kernel(size: int, sigma_x: float, sigma_y: float, angle: float) -> np.ndarray:
    """Returns a float32 kernel of ``size`` x ``size`` px that sums to one; sigmas in px, angle in radians."""
    axis = np.arange(size) - (size - 1) / 2
    x, y = np.meshgrid(axis, axis)
    u = np.cos(angle) * x + np.sin(angle) * y
    v = -np.sin(angle) * x + np.cos(angle) * y
    kernel = np.exp(-0.5 * ((u / sigma_x) ** 2 + (v / sigma_y) ** 2))
    return (kernel / kernel.sum()).astype(np.float32)


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
