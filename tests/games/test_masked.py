"""What the methods that fill holes share: games with and without judges, stabilisers, pasting, odd sizes."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch
from torch.nn import functional as F

from ganvas.core.batch import Masked
from ganvas.core.errors import SettingsError
from ganvas.core.method import Draws, Query
from ganvas.games.stabilisers import Stabilisers
from ganvas.losses.structure import structural_dissimilarity
from ganvas.methods.inpainting_gan import InpaintingGAN
from ganvas.methods.semantic_inpainting import SemanticInpainting
from ganvas.nets.inpainting.generator import InpaintingSettings, posed
from ganvas.train.engine import Engine, EngineSettings
from ganvas.train.samples import sample_grid

METHOD = InpaintingGAN(
    generator=InpaintingSettings(features=4, coarse=1, fine=1), adversarial=0.1, pixel=0.5, d_features=4, d_layers=2
)
DRAWS = Draws(0, 0, "apply", torch.arange(2))


class Stream:
    def batch(self, first: int, count: int) -> Masked:
        image = torch.rand(count, 3, 16, 16, generator=torch.Generator().manual_seed(first)) * 2 - 1
        mask = torch.zeros(count, 1, 16, 16)
        mask[:, :, 3:9, 5:12] = 1
        mask[0, :, 12:] = 1
        return Masked(image, mask)


def test_the_losses_are_the_formulas() -> None:
    engine = Engine(METHOD, EngineSettings(batch=3, total=300, seed=1))
    g, d = (copy.deepcopy(engine.state.nets[name]) for name in ("g", "d"))
    logs = engine.advance(Stream())
    batch = Stream().batch(0, 3)
    with torch.no_grad():
        made, coarse = g(posed(batch.image, batch.mask))
        pasted = batch.image * (1 - batch.mask) + made * batch.mask
        scores = [d(torch.cat([x, batch.mask], dim=1))[0] for x in (pasted, batch.image)]
    error = (made - batch.image).abs()

    def within(values: torch.Tensor, mask: torch.Tensor) -> float:
        return float(torch.stack([(v * m).sum() / m.sum() / 3 for v, m in zip(values, mask, strict=True)]).mean())

    assert float(logs["g/hole"]) == pytest.approx(within(error, batch.mask), rel=1e-4)
    assert float(logs["g/valid"]) == pytest.approx(0.1 * within(error, 1 - batch.mask), rel=1e-4)
    assert float(logs["g/pixel"]) == pytest.approx(0.5 * float(error.mean()), rel=1e-4)
    small = (coarse - F.avg_pool2d(batch.image, 4)).abs()
    assert float(logs["g/coarse"]) == pytest.approx(0.5 * within(small, F.avg_pool2d(batch.mask, 4)), rel=1e-4)
    dissimilar = structural_dissimilarity(pasted, batch.image)
    assert float(logs["g/structure"]) == pytest.approx(0.2 * within(dissimilar, batch.mask), rel=1e-4)
    sides = [F.softplus(real - fake).mean() for fake, real in zip(*scores, strict=True)]
    assert float(logs["g/adversarial"]) == pytest.approx(0.1 * float(sum(sides)) / 2, rel=1e-3)


def test_without_a_game_there_are_no_judges() -> None:
    alone = replace(METHOD, adversarial=0.0)
    assert set(alone.networks()) == set(alone.optimisers()) == {"g"}
    assert [phase.name for phase in alone.phases()] == ["g"]
    matching = replace(alone, content=1.0, content_by="discriminator")
    assert [phase.name for phase in matching.phases()] == ["g", "d"]


def test_any_size_fits_and_known_pixels_are_the_images_own() -> None:
    nets = METHOD.networks()
    for size in ((16, 16), (13, 22), (5, 3)):
        image = torch.rand(2, 3, *size) * 2 - 1
        mask = (torch.rand(2, 1, *size) < 0.3).float()
        with torch.no_grad():
            made = METHOD.apply(nets, Query(image=image, mask=mask), DRAWS).images
        assert made.shape == image.shape
        assert torch.equal(torch.where(mask > 0, image, made), image)


def test_what_the_edge_is_filled_up_with_teaches_nothing() -> None:
    """An image of 12 px and the same one cut from 16 px whose last four columns are a hole give the same fill."""
    nets = METHOD.networks()
    image, mask = torch.rand(2, 3, 8, 10) * 2 - 1, torch.zeros(2, 1, 8, 10)
    mask[:, :, 2:5, 2:5] = 1
    wide, hole = F.pad(image, (0, 2), value=0.7), F.pad(mask, (0, 2), value=1.0)
    with torch.no_grad():
        first = METHOD.apply(nets, Query(image=image, mask=mask), DRAWS).images
        second = METHOD.apply(nets, Query(image=wide, mask=hole), DRAWS).images[..., :10]
    assert torch.equal(first, second)


@pytest.mark.parametrize("mask", [None, torch.zeros(1, 1, 8, 9)])
def test_a_missing_mask_or_one_of_another_size_is_refused(mask: torch.Tensor | None) -> None:
    query = Query(image=torch.zeros(1, 3, 8, 8))
    object.__setattr__(query, "mask", mask)  # past the check of types, which only the tests have
    with pytest.raises(SettingsError, match="a mask of its size"):
        METHOD.apply(METHOD.networks(), query, DRAWS)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"stabilise": Stabilisers(augment="ada")}, "not stabilised by augment"),
        ({"stabilise": Stabilisers(lecam=1.0)}, "not stabilised by lecam"),
        ({"stabilise": Stabilisers(r1=1.0), "adversarial": 0.0}, "need a game"),
        ({"stabilise": Stabilisers(label_smoothing=0.1)}, "use game standard"),
        ({"content": 1.0, "content_by": "vgg"}, "needs the file"),
    ],
)
def test_what_does_not_go_together_is_refused(settings: dict, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        replace(METHOD, **settings)


def test_lazy_penalties_are_as_strong_as_those_of_every_step() -> None:
    def logged(every: int) -> dict[str, float]:
        method = replace(METHOD, stabilise=Stabilisers(r1=1.0, r2=1.0, penalty_every=every))
        logs = Engine(method, EngineSettings(batch=2, total=20, seed=4)).advance(Stream())
        return {name.split("/")[1]: float(value) for name, value in logs.items() if name.endswith(("r1", "r2"))}

    once, lazy = logged(1), logged(2)
    assert set(once) == {"r1", "r2"} == set(lazy) and min(once.values()) > 0
    assert lazy["r1"] == pytest.approx(once["r1"], rel=0.05)


def test_gray_pictures_get_their_semantic_loss_from_three_equal_channels() -> None:
    method = SemanticInpainting(
        generator=METHOD.generator, channels=1, content_by="discriminator", d_features=4, d_layers=2
    )

    class Gray(Stream):
        def batch(self, first: int, count: int) -> Masked:
            batch = super().batch(first, count)
            return Masked(batch.image[:, :1], batch.mask)

    logs = Engine(method, EngineSettings(batch=2, total=20)).advance(Gray())
    assert {"g/content", "g/appearance", "g/adversarial"} <= set(logs)
    assert method.describe().tiling == "never" and method.describe().channels == 1


def test_the_grid_of_samples_shows_hole_fill_and_truth() -> None:
    batch = Stream().batch(0, 4)
    grid = sample_grid(METHOD, METHOD.networks(), batch)
    assert grid is not None and grid.shape == (4 * 16, 3 * 16, 3)
    truth = ((batch.image[0] + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()
    assert (grid[:16, 32:] == truth).all()
    assert (grid[12:16, :16] == 128).all()  # the hole of the first sample, shown gray
