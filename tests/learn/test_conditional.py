"""A conditional GAN learns what it is asked for: classes are places in the plane, each way of meeting the label."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import pytest
import torch

from ganvas.core.batch import Labelled
from ganvas.core.method import Draws, Optimiser, Query
from ganvas.games.stabilisers import Stabilisers
from ganvas.methods.conditional_gan import ConditionalGAN
from ganvas.nets.synthesis.settings import MLPSettings
from ganvas.ops import random
from ganvas.train.engine import Engine, EngineSettings

pytestmark = pytest.mark.learn
CLASSES, BATCH = 4, 64


def centres(label: torch.Tensor) -> torch.Tensor:
    angle = label * (2 * math.pi / CLASSES)
    return 0.7 * torch.stack([angle.cos(), angle.sin()], 1)


@dataclass(frozen=True)
class Places:
    """Round clouds of deviation 0.1, one for each class, as images of one pixel and two channels."""

    def batch(self, first: int, count: int) -> Labelled:
        index = torch.arange(first, first + count)
        label = index % CLASSES
        return Labelled((centres(label) + 0.1 * random.normal(4, index, (2,)))[:, :, None, None], label)


def right(
    condition: Literal["concatenate", "projection", "auxiliary"], *, lr: float, steps: int = 500
) -> tuple[float, float]:
    """Returns the share of samples that are nearest to the centre of the class asked for, and their spread."""
    optimiser = Optimiser(lr=lr, betas=(0.5, 0.99))
    method = ConditionalGAN(
        networks_=MLPSettings(size=1, width=32, depth_g=2, depth_d=2, leak=0.2, classes=CLASSES, condition=condition),
        g_optimiser=optimiser,
        d_optimiser=optimiser,
        average_images=4_000,
        stabilise=Stabilisers(r1=0.1),
    )
    engine = Engine(method, EngineSettings(batch=BATCH, total=steps * BATCH, seed=1))
    for _ in range(steps):
        engine.advance(Places())
    index = torch.arange(400)
    asked = index % CLASSES
    with torch.no_grad():
        made = method.apply(engine.state.averages, Query(label=asked), Draws(0, 0, "apply", index)).images.flatten(1)
    nearest = torch.cdist(made, centres(torch.arange(CLASSES))).argmin(1)
    spread = torch.stack([made[asked == number].std(0).mean() for number in range(CLASSES)]).mean()
    return (nearest == asked).float().mean().item(), spread.item()


@pytest.mark.parametrize("condition", ["concatenate", "projection", "auxiliary"])
def test_samples_are_of_the_class_asked_for_and_vary(
    condition: Literal["concatenate", "projection", "auxiliary"],
) -> None:
    share, spread = right(condition, lr=2e-3)
    assert share > 0.97
    assert spread > 0.03


def test_without_learning_classes_are_chance() -> None:
    assert right("concatenate", lr=0.0, steps=3)[0] < 0.6
