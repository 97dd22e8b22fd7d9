"""What a discriminator says of a sample, and the layer that says it: a score, and where asked for, classes.

Sources: Mirza and Osindero 2014 (labels as input, https://arxiv.org/abs/1411.1784), Odena et al. 2017 (AC-GAN, classes
as output, https://arxiv.org/abs/1610.09585), Miyato and Koyama 2018 (projection, https://arxiv.org/abs/1802.05637),
Salimans et al. 2016 (classes and reality in one, https://arxiv.org/abs/1606.03498, section 5).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

__all__ = ["Condition", "Head", "Judgement", "bound", "one_hot", "planes"]

Condition = Literal["none", "concatenate", "projection", "auxiliary", "fused"]


class Judgement(NamedTuple):
    """What a discriminator says.

    Attributes:
        score: (b, 1), logits or critic's scores.
        features: (b, n), what the score was read from: for feature matching, probes and further heads.
        classes: (b, k), logits of the classes under ``auxiliary`` and ``fused``; None elsewhere.
    """

    score: Tensor
    features: Tensor
    classes: Tensor | None = None


def one_hot(label: Int[Tensor, " b"], classes: int) -> Float[Tensor, "b classes"]:
    """Returns 1 at the sample's class, 0 elsewhere; nothing but 0 where the label is -1 (unknown)."""
    return (label[:, None] == torch.arange(classes, device=label.device)).float()


def planes(image: Float[Tensor, "b c h w"], label: Int[Tensor, " b"], classes: int) -> Float[Tensor, "b n h w"]:
    """Returns the image with one further plane for each class, of ones at the sample's class."""
    flags = one_hot(label, classes).to(image.dtype)
    return torch.cat([image, flags[:, :, None, None].expand(-1, -1, *image.shape[2:])], 1)


def bound(layer: nn.Module, *, spectral: bool) -> nn.Module:
    """Returns the layer, its weight divided by its largest singular value where ``spectral`` (Miyato et al. 2018)."""
    return spectral_norm(layer) if spectral else layer


class Head(nn.Module):
    """Features to judgement.

    Args:
        features: how many there are.
        classes: how many, for all but ``none`` and ``concatenate``.
        condition: ``projection`` adds the inner product of the features and the class's vector to the score;
            ``auxiliary`` gives the classes' logits too. Under ``fused`` they are all there is, beside that of one
            further class, generated, which is 0: with Z the sum of their exponentials, a sample is real with the
            probability Z / (Z + 1), so the score is ln Z. The other two change nothing here.
        spectral: bound every layer, the vectors of the classes too.
    """

    def __init__(self, features: int, *, classes: int, condition: Condition, spectral: bool) -> None:
        super().__init__()
        self.condition = condition
        if condition != "fused":
            self.score = bound(nn.Linear(features, 1), spectral=spectral)
        if condition == "projection":
            vectors = nn.Linear(classes, features, bias=False)  # of one-hot labels: unknown ones project to 0
            nn.init.normal_(vectors.weight, std=features**-0.5)
            self.vectors = bound(vectors, spectral=spectral)
        if condition in ("auxiliary", "fused"):
            self.classes = bound(nn.Linear(features, classes), spectral=spectral)
        self.count = classes

    def forward(self, features: Float[Tensor, "b n"], label: Int[Tensor, " b"] | None) -> Judgement:
        """Returns the judgement of samples of these classes."""
        if self.condition == "fused":
            logits = self.classes(features)
            return Judgement(logits.logsumexp(1, keepdim=True), features, logits)
        score = self.score(features)
        if self.condition == "projection":
            assert label is not None
            wanted = self.vectors(one_hot(label, self.count).to(features.dtype))
            score = score + (wanted * features).sum(1, keepdim=True)
        return Judgement(score, features, self.classes(features) if self.condition == "auxiliary" else None)
