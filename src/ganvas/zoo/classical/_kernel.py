"""The blur that a deblurring method is told of, or takes for granted."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ganvas.core.errors import SettingsError

__all__ = ["SIGMA_PX", "checked_kernel", "gaussian"]

SIGMA_PX = 1.2  # of the Gaussian that stands for an unknown blur


def gaussian(sigma: float) -> Float[np.ndarray, "k k"]:
    """Returns a Gaussian kernel of standard deviation ``sigma`` px that reaches 3 sigma, float32, of sum 1."""
    reach = np.arange(-int(np.ceil(3 * sigma)), int(np.ceil(3 * sigma)) + 1)
    line = np.exp(-0.5 * (reach / sigma) ** 2)
    return (np.outer(line, line) / line.sum() ** 2).astype(np.float32)


def checked_kernel(kernel: np.ndarray | None, *, sigma: float, size: tuple[int, ...]) -> Float[np.ndarray, "k l"]:
    """Returns the kernel in float32 with the sum 1; a Gaussian where none is given, which fits any image.

    Args:
        kernel: two axes, values of 0 or more in any unit. Its middle is element (k // 2, l // 2), also where a side is
            even.
        sigma: px, of the Gaussian.
        size: height and width of the image.

    Raises:
        SettingsError: sigma is not above 0, or the kernel has not two axes, no values, values that are negative or not
            finite, nothing above 0, or is larger than the image.
    """
    if kernel is None:
        if not 0 < sigma < float("inf"):
            raise SettingsError(f"A blur of sigma = {sigma:g} px is not possible: use a number above 0, such as 1.2.")
        return gaussian(sigma)
    kernel = np.asarray(kernel)
    if kernel.ndim != 2 or 0 in kernel.shape:
        raise SettingsError(f"A blur kernel needs rows and columns, and this one is {kernel.shape}: give a 2-D array.")
    if kernel.shape[0] > size[0] or kernel.shape[1] > size[1]:
        raise SettingsError(
            f"The blur kernel ({kernel.shape[1]} x {kernel.shape[0]} px) is larger than the image "
            f"({size[1]} x {size[0]} px): crop its black margin."
        )
    values = kernel.astype(np.float64)
    total = float(values.sum())
    if not (np.isfinite(total) and total > 0 and values.min() >= 0):
        raise SettingsError("A blur kernel holds shares of light: use finite values of 0 or more, not all of them 0.")
    return (values / total).astype(np.float32)
