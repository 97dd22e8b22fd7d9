"""How noisy a picture is, from the picture alone."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

__all__ = ["noise_level"]


def noise_level(image: Float[np.ndarray, "h w c"]) -> float:
    """Returns the standard deviation of white noise in ``image``, in the image's own units.

    Median of the product of two second differences, which is blind to slopes and edges along the axes (mask of
    Immerkær 1996, https://doi.org/10.1006/cviu.1996.0060, with the median instead of the mean, which texture does not
    move as much). It reads low on noise whose neighbours are correlated, such as that of a camera's own JPEG, and
    about 0.01 too high on dense texture. Images below 3 px a side count as clean.
    """
    if min(image.shape[:2]) < 3:
        return 0.0
    rows = 2 * image[1:-1] - image[:-2] - image[2:]
    both = 2 * rows[:, 1:-1] - rows[:, :-2] - rows[:, 2:]
    # The mask's root sum of squares is 6; 0.6745 is the median of |x| of a standard normal x.
    return float(np.median(np.abs(both))) / (6 * 0.6745)
