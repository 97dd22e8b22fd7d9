"""Segmentation: what its answer means, and that it learns to find specks."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from skimage import data

from ganvas.core.batch import Paired
from ganvas.core.method import Draws, Optimiser, Query, Schedule, Step
from ganvas.data.settings import PairedFolder
from ganvas.degrade.captions import Captions
from ganvas.degrade.damage.marked import Marked
from ganvas.degrade.damage.specks import Specks
from ganvas.methods.segmentation import UNIT, Segmentation
from ganvas.nets.generator import HalfUNetSettings
from ganvas.train.engine import Engine, EngineSettings

TINY = Segmentation(generator=HalfUNetSettings(features=4, levels=2, blocks=1))


class _Fixed(torch.nn.Module):
    """Says the same of every pixel."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = value

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return torch.full_like(image, self.value)


def _losses(value: float, mask: float) -> dict[str, float]:
    net = {"g": _Fixed(value)}
    step = Step(
        number=0,
        images_seen=0,
        nets=net,
        raw=net,
        rng=Draws(0, 0, "fit", torch.arange(1)),
        memory={},
        carry={},
        seen={},
    )
    batch = Paired(torch.zeros(1, 3, 4, 4), torch.full((1, 3, 4, 4), mask))
    return {name: float(loss) for name, loss in TINY.fit(batch, step).items()} | {"iou": float(step.seen["iou"])}


def test_the_output_is_the_logarithm_of_the_odds_in_its_unit() -> None:
    found = _losses(0.5, 1.0)
    assert found["cross_entropy"] == pytest.approx(math.log1p(math.exp(-0.5 * UNIT)), rel=1e-5)
    assert found["iou"] == 1.0 and _losses(-0.5, 1.0)["iou"] == 0.0
    assert _losses(-1.0, -1.0)["cross_entropy"] < 1e-3 < _losses(1.0, -1.0)["cross_entropy"]


def test_its_card_says_that_any_image_goes_in_and_a_map_of_it_comes_out() -> None:
    card = TINY.describe()
    assert (card.task, card.scale, card.channels, card.plain, card.multiple_of) == ("scratches", 1, 3, True, 4)
    nets = TINY.networks()
    image = torch.zeros(2, 3, 8, 12)
    assert TINY.apply(nets, Query(image=image), Draws(0, 0, "apply", torch.arange(2))).images.shape == image.shape


@pytest.mark.learn
def test_it_learns_to_find_specks(tmp_path: Path) -> None:
    """Better than any threshold on brightness, on a photo it has not seen."""
    for name, photo in (("a", data.astronaut()), ("b", data.coffee()), ("c", data.chelsea())):
        Image.fromarray(photo).save(tmp_path / f"{name}.png")
    specks = Specks(count=(600, 1500), radius=(1.0, 3.0), dark=0.0)
    bare = Captions(border=0.0, lettering=0.0)
    folder = PairedFolder(degradation=Marked(made=specks, captions=bare, clean=0.1), patch=64)
    method = Segmentation(
        generator=HalfUNetSettings(features=12, levels=2, blocks=1),
        optimiser=Optimiser(lr=2e-3, schedule=Schedule(warm_up=64, decay_from=0.0, final=0.02)),
        average_images=300,
    )
    engine = Engine(method, EngineSettings(batch=8, total=2400, seed=0))
    stream = folder.stream(tmp_path, seed=0)
    for _ in range(300):
        engine.advance(stream)
    rocket = data.rocket()[:256, 200:456].astype(np.float32) / 255
    damaged, mask = specks.damage(rocket, np.random.default_rng(0))
    shown = torch.from_numpy(damaged * 2 - 1).permute(2, 0, 1)[None]
    with torch.no_grad():
        found = engine.state.nets["g"].eval()(shown)[0].mean(0).numpy() > 0
    thresholds = [_iou(damaged.min(axis=2) > level, mask) for level in np.linspace(0.3, 1, 29)]
    assert _iou(found, mask) > max(*thresholds, 0.5)


def _iou(found: np.ndarray, mask: np.ndarray) -> float:
    return float((found & mask).sum() / max(1, (found | mask).sum()))
