"""Mode coverage of samples from a mixture whose means are known (Metz et al. 2017; PacGAN, Lin et al. 2018).

A sample belongs to the mode nearest to it and is of high quality within 3 sigma of it. In the plane a perfect sampler
has 1 - exp(-9/2) = 98.89 % of its samples there, not all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

__all__ = ["ModeCoverage", "mode_coverage"]


@dataclass(frozen=True, kw_only=True)
class ModeCoverage:
    """What samples cover.

    Attributes:
        modes: modes with at least one high-quality sample.
        of: modes of the mixture.
        share: high-quality samples among all samples, in [0, 1].
        reverse_kl: sum p log(p / q) in nats, p the shares of the modes among the high-quality samples, q = 1 / of;
            0 where all modes are equally often met, log(of) where only one is, infinite where none is.
    """

    modes: int
    of: int
    share: float
    reverse_kl: float


def mode_coverage(
    points: Float[np.ndarray, "n d"], modes: Float[np.ndarray, "k d"], *, sigma: float, radius: float = 3.0
) -> ModeCoverage:
    """Returns how points cover equally likely round Gaussians.

    Args:
        points: samples.
        modes: means.
        sigma: standard deviation along each axis.
        radius: of high quality, in sigma.

    Raises:
        ValueError: no points, or points that are not finite.
    """
    if not len(points):
        raise ValueError("There are no points to judge: draw at least one.")
    if not np.isfinite(points).all():
        raise ValueError("Some points are not finite: the generator has diverged.")
    distance = np.linalg.norm(points[:, None].astype(np.float64) - modes[None].astype(np.float64), axis=2)
    near = distance.argmin(1)[distance.min(1) <= radius * sigma]
    count = np.bincount(near, minlength=len(modes))
    if not len(near):
        return ModeCoverage(modes=0, of=len(modes), share=0.0, reverse_kl=float("inf"))
    share = count[count > 0] / len(near)
    return ModeCoverage(
        modes=len(share),
        of=len(modes),
        share=len(near) / len(points),
        reverse_kl=float((share * np.log(share * len(modes))).sum()),
    )
