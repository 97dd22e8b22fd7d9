"""Gray-world white balance."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ganvas.core.card import Card
from ganvas.zoo.classical._dial import check_strength, mixed

__all__ = ["CARD", "apply"]

CARD = Card(
    title="Gray-world white balance: the mean colour of a scene is gray",
    task="enhance",
    paper="Buchsbaum 1980, https://doi.org/10.1016/0016-0032(80)90058-7",
    range=(0.0, 1.0),
    # The mean colour is of the whole picture.
    tiling="never",
)


def apply(image: Float[np.ndarray, "h w c"], *, strength: float = 1.0) -> Float[np.ndarray, "h w c"]:
    """Returns each channel times mean of all / mean of the channel, float32 clipped to [0, 1].

    A channel that is black all over stays so, and an image of one channel comes back as it is.

    Args:
        image: one or three channels in [0, 1].
        strength: share of the result in the mix with the image; 0 returns the image. Half of it often looks and
            measures better: scenes are seldom gray on average.

    Raises:
        SettingsError: the strength is not in 0 to 1.
    """
    check_strength(strength)
    image = image.astype(np.float32, copy=False)
    if image.shape[2] == 1:
        return image.copy()
    means = image.mean(axis=(0, 1), dtype=np.float64)
    gains = np.divide(means.mean(), means, out=np.ones_like(means), where=means > 0)
    return mixed(image, image * gains.astype(np.float32), strength)
