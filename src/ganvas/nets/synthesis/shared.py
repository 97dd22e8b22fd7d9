"""What the settings of every pair of networks have in common."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from ganvas.core.errors import SettingsError
from ganvas.nets.synthesis.judge import Condition, one_hot

__all__ = ["Shared", "halved", "joined", "strides"]


@dataclass(frozen=True, kw_only=True)
class Shared:
    """Sizes, classes, and what bounds or couples the discriminator.

    Attributes:
        size: side of the images in px, or height and width.
        channels: of the images.
        latent: numbers of the latent code, standard normal.
        classes: how many; 0 is unconditional.
        condition: how the label reaches the networks. The discriminator has it as input (``concatenate``), as the
            vector its features are multiplied with (``projection``), or has to tell it (``auxiliary``). Under
            ``fused`` it tells class and reality in one, and the generator has no label.
        spectral_norm: every layer of the discriminator is divided by its largest singular value.
        dropout: share of the discriminator's features that are left out, in training.
        minibatch_discrimination: features of the discriminator that compare the samples of a batch; 0 is none.

    Raises:
        SettingsError: classes without a condition, or the reverse, or a number out of range.
    """

    size: int | tuple[int, int] = 32
    channels: int = 3
    latent: int = 128
    classes: int = 0
    condition: Condition = "none"
    spectral_norm: bool = False
    dropout: float = 0.0
    minibatch_discrimination: int = 0

    def __post_init__(self) -> None:
        if (self.classes > 0) != (self.condition != "none"):
            raise SettingsError(
                f"{self.classes} classes with the condition {self.condition!r} contradict each other: "
                "give both, or neither."
            )
        if not 0 <= self.dropout < 1:
            raise SettingsError(f"A dropout of {self.dropout} is no share: give a number from 0 to below 1.")
        if min(self.channels, self.latent) < 1 or min(self.minibatch_discrimination, self.classes, *self.sides) < 0:
            raise SettingsError("Networks need channels and latent of at least 1, and no negative number.")

    @property
    def sides(self) -> tuple[int, int]:
        """Height and width in px."""
        return self.size if isinstance(self.size, tuple) else (self.size, self.size)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one sample: (channels, height, width)."""
        return (self.channels, *self.sides)

    @property
    def asked(self) -> int:
        """How many classes the generator can be asked for."""
        return 0 if self.condition == "fused" else self.classes

    @property
    def inputs_g(self) -> int:
        """Numbers that the generator starts from: the code, and the label where it is joined to it."""
        return self.latent + self.asked

    @property
    def compares(self) -> bool:
        """Whether the discriminator judges a sample by the others of its batch, batch norm aside."""
        return self.minibatch_discrimination > 0

    @property
    def normalises_g(self) -> bool:
        """Whether the generator has batch norm."""
        return False

    @property
    def normalises_d(self) -> bool:
        """Whether the discriminator has batch norm, under which one sample's gradient is not defined."""
        return False


def joined(code: Float[Tensor, "b n"], label: Int[Tensor, " b"] | None, classes: int) -> Float[Tensor, "b m"]:
    """Returns the code, followed by the one-hot label where there are classes.

    Raises:
        ValueError: there are classes and no label.
    """
    if not classes:
        return code
    if label is None:
        raise ValueError("A conditional network needs labels.")
    return torch.cat([code, one_hot(label, classes).to(code.dtype)], 1)


def strides(sides: tuple[int, int], *, least: int = 4) -> int:
    """Returns how often both sides can be halved so that at least ``least`` px are left.

    Raises:
        SettingsError: not once.
    """
    count = 0
    while all(side % 2 ** (count + 1) == 0 and side // 2 ** (count + 1) >= least for side in sides):
        count += 1
    if not count:
        height, width = sides
        raise SettingsError(
            f"Images of {height} x {width} px cannot be halved to {least} px or more: choose even sides of at least "
            f"{2 * least} px, better powers of two."
        )
    return count


def halved(sides: tuple[int, int], times: int) -> list[tuple[int, int]]:
    """Returns height and width after 0, 1, ... ``times`` halvings, an odd side rounded up.

    Raises:
        SettingsError: a side is down to 1 px before the last.
    """
    levels = [(math.ceil(sides[0] / 2**level), math.ceil(sides[1] / 2**level)) for level in range(times + 1)]
    if min(levels[times - 1]) < 2:
        raise SettingsError(f"Sides of {sides[0]} and {sides[1]} px cannot be halved {times} times: ask for fewer.")
    return levels
