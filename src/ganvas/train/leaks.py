"""Augmentations that leaked: the share of generated samples that look as if they had been augmented.

An augmentation A moves the mean of a descriptor from that of the real samples, m, to m + v_A. If a share p of the
generated samples looks augmented, their mean is moved by p v_A; so the shares are the non-negative least-squares
solution of (generated mean - m) = sum p_A v_A. Blur, noise and lost contrast, which generators make by themselves,
stand in the sum too, so that they are not taken for augmentations. What cannot be told from real samples (mirroring
faces, turning textures) has no v_A, is no leak, and is left out.

The augmentations are DiffAugment's (Zhao et al. 2020) at its own strength, and the mirroring and turning of ADA (Karras
et al. 2020, limited data).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from scipy.optimize import nnls
from torch import Tensor
from torch.nn import functional as F

from ganvas.ops import random
from ganvas.ops.augment import DIFFAUGMENT_NUMBERS, diffaugment
from ganvas.train.spaces import raw_features, thumbnails

__all__ = ["Leaks"]

Images = Float[Tensor, "n c h w"]


def _numbers(name: str, images: Images, count: int) -> Float[Tensor, "n k"]:
    index = torch.arange(len(images), device=images.device)
    return random.uniform(random.key_of("leaks", name), index, (count,))


def _mirrored(images: Images) -> Images:
    return images.flip(3)


def _turned(images: Images) -> Images:
    """Each turned by one to three quarters; by a half where images are not square."""
    half = images.flip((2, 3))
    if images.shape[2] != images.shape[3]:
        return half
    turn = (_numbers("turn", images, 1) * 3).long()[:, :, None, None]
    quarter = images.transpose(2, 3)
    return torch.where(turn == 0, quarter.flip(2), torch.where(turn == 1, half, quarter.flip(3)))


def _shifted(images: Images) -> Images:
    return diffaugment(images, _numbers("shift", images, DIFFAUGMENT_NUMBERS), ("translation",))


def _cut_out(images: Images) -> Images:
    return diffaugment(images, _numbers("cutout", images, DIFFAUGMENT_NUMBERS), ("cutout",))


def _recoloured(images: Images) -> Images:
    return diffaugment(images, _numbers("colour", images, DIFFAUGMENT_NUMBERS), ("colour",))


_AUGMENTATIONS: dict[str, Callable[[Images], Images]] = {
    "mirror": _mirrored,
    "turn": _turned,
    "shift": _shifted,
    "cutout": _cut_out,
    "colour": _recoloured,
}


def _blurred(images: Images) -> Images:
    return F.avg_pool2d(F.pad(images, (1, 1, 1, 1), mode="replicate"), 3, stride=1)


def _noisy(images: Images) -> Images:
    return images + 0.2 * (_numbers("noise", images, images[0].numel()).view_as(images) - 0.5) * 2


def _faded(images: Images) -> Images:
    return images + 0.5 * (images.mean(0, keepdim=True) - images)


def _descriptor(images: Images) -> Tensor:
    """What shows an augmentation: a thumbnail, colours, random features, and the share of exact mid-gray."""
    colour, gray = images.mean((2, 3)), images.mean(1, keepdim=True)
    contrast, saturation = images.std((2, 3), correction=0), (images - gray).abs().mean((1, 2, 3))[:, None]
    flat = (images.abs().amax(1) < 0.02).float().flatten(1)
    empty = F.adaptive_avg_pool2d(flat.unflatten(1, images.shape[2:])[:, None], 4).flatten(1)
    return torch.cat([thumbnails(images, 8), colour, contrast, saturation, empty, raw_features(images, 1.0)], dim=1)


@dataclass(frozen=True)
class Leaks:
    """What augmentations would do to the real images, ready to be compared with generated ones.

    Attributes:
        centre, scale: of the real images' descriptors.
        mean: of their standardised descriptors and squares.
        directions: where each augmentation moves that mean; the nuisances stand last.
        names: of the augmentations that the real images can tell.
    """

    centre: Tensor
    scale: Tensor
    mean: Tensor
    directions: np.ndarray
    names: tuple[str, ...]

    @classmethod
    def of(cls, real: Images) -> Leaks:
        """Returns it for these real images."""
        raw = _descriptor(real)
        deviation = raw.std(0)
        centre, scale = raw.mean(0), deviation.clamp(min=0.05 * float(deviation.mean()) + 1e-6)
        rows = _moments(raw, centre, scale)
        mean, noise = rows.mean(0), float((rows.var(0) / len(real)).sum().sqrt())

        def move(change: Callable[[Images], Images]) -> Tensor:
            return _moments(_descriptor(change(real)), centre, scale).mean(0) - mean

        moves = {name: move(change) for name, change in _AUGMENTATIONS.items()}
        seen = {name: way for name, way in moves.items() if float(way.norm()) > 2 * noise}
        columns = [*seen.values(), *(move(change) for change in (_blurred, _noisy, _faded))]
        return cls(centre, scale, mean, torch.stack(columns, 1).double().cpu().numpy(), tuple(seen))

    def shares(self, fake: Images) -> tuple[dict[str, float], float]:
        """Returns what generated images show.

        First the share that looks augmented, for each augmentation that can be told, then how much of all that sets
        the generated images apart these shares explain, in [0, 1]: shares are to be believed where that is much.
        """
        moved = (_moments(_descriptor(fake), self.centre, self.scale).mean(0) - self.mean).double().cpu().numpy()
        if not np.isfinite(moved).all():
            return {}, 0.0
        found, _ = nnls(self.directions, moved)
        count = len(self.names)
        rest = moved - self.directions[:, :count] @ found[:count]
        explained = max(0.0, 1 - float(rest @ rest) / max(float(moved @ moved), 1e-12))
        return {name: min(1.0, float(share)) for name, share in zip(self.names, found, strict=False)}, explained


def _moments(raw: Tensor, centre: Tensor, scale: Tensor) -> Tensor:
    standard = ((raw - centre) / scale).clamp(-4, 4)
    return torch.cat([standard, standard**2], dim=1)
