"""Colouring: lightness kept, large pictures by a reduced look, losses against plain formulas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from ganvas.core.batch import Paired
from ganvas.core.errors import SettingsError
from ganvas.core.method import Draws, Query
from ganvas.degrade.colourless import Colourless
from ganvas.losses.chroma import cie94
from ganvas.methods.colorize_gan import ColorizeGAN
from ganvas.nets.colour import ColourSettings
from ganvas.ops.lab import lightness_of, to_lab
from ganvas.train.engine import Engine, EngineSettings

METHOD = ColorizeGAN(generator=ColourSettings(features=4, levels=2, blocks=1), look=32, d_features=4, d_layers=2)
DRAWS = Draws(0, 0, "apply", torch.arange(1))


class Stream:
    def batch(self, first: int, count: int) -> Paired:
        target = torch.rand(count, 3, 16, 16, generator=torch.Generator().manual_seed(first)) * 2 - 1
        gray = Colourless(faded=0.0)
        source = [gray(x.numpy() / 2 + 0.5, np.random.default_rng(0)) for x in target.permute(0, 2, 3, 1)]
        return Paired(torch.from_numpy(np.stack(source)).permute(0, 3, 1, 2) * 2 - 1, target)


@pytest.mark.parametrize("size", [(16, 16), (13, 30), (70, 41)])
def test_lightness_is_kept_at_any_size(size: tuple[int, int]) -> None:
    gray = torch.rand(1, 1, *size).expand(-1, 3, -1, -1) * 2 - 1
    with torch.no_grad():
        made = METHOD.apply(METHOD.networks(), Query(image=gray), DRAWS).images
    assert made.shape == gray.shape and made.min() >= -1 and made.max() <= 1
    torch.testing.assert_close(lightness_of(to_lab(made)), lightness_of(to_lab(gray)), atol=3e-3, rtol=0)
    assert to_lab(made)[:, 1:].abs().max() > 0.1


def test_a_large_picture_has_the_colours_of_its_reduced_look() -> None:
    nets = METHOD.networks()
    small = torch.rand(1, 1, 8, 8).expand(-1, 3, -1, -1) * 2 - 1
    large = torch.nn.functional.interpolate(small, size=(64, 64), mode="bilinear", align_corners=False)
    with torch.no_grad():
        first = to_lab(METHOD.apply(nets, Query(image=large), DRAWS).images)
        second = to_lab(replace(METHOD, look=64).apply(nets, Query(image=large[..., ::2, ::2]), DRAWS).images)
    assert (first[:, 1:].mean((2, 3)) - second[:, 1:].mean((2, 3))).abs().max() < 1.5


def test_the_chroma_loss_is_cie94_and_without_a_game_there_is_no_discriminator() -> None:
    alone = replace(METHOD, adversarial=0.0)
    assert set(alone.networks()) == set(alone.optimisers()) == {"g"}
    engine = Engine(alone, EngineSettings(batch=2, total=20, seed=3))
    batch = Stream().batch(0, 2)
    with torch.no_grad():
        made = engine.state.nets["g"](batch.source)
    logs = engine.advance(Stream())
    assert float(logs["g/chroma"]) == pytest.approx(0.1 * float(cie94(to_lab(made), to_lab(batch.target))), rel=1e-4)
    assert {name for name in logs if name.startswith("g/") and name.split("/")[1] in ("chroma", "statistics")} == {
        "g/chroma",
        "g/statistics",
    }
    assert {phase.name for phase in METHOD.phases()} == {"g", "d"}


def test_loss_of_colour_keeps_lightness_and_leaves_what_it_says() -> None:
    clean = np.random.default_rng(1).random((9, 7, 3), np.float32)
    rng = np.random.default_rng(0)
    gray, faded = Colourless(faded=0.0)(clean, rng), Colourless(faded=1.0, left=(0.3, 0.3))(clean, rng)
    assert gray.shape == faded.shape == clean.shape and np.ptp(gray, axis=2).max() < 1e-6

    def lab(image: np.ndarray) -> torch.Tensor:
        values = np.ascontiguousarray(image.transpose(2, 0, 1))
        return to_lab(torch.from_numpy(values)[None] * 2 - 1)

    for image in (gray, faded):
        torch.testing.assert_close(lab(image)[:, :1], lab(clean)[:, :1], atol=0.1, rtol=0)
    assert lab(gray)[:, 1:].abs().max() < 0.1
    assert 0.1 < float(lab(faded)[:, 1:].abs().mean() / lab(clean)[:, 1:].abs().mean()) < 0.5
    with pytest.raises(SettingsError, match="from 0 to 1"):
        Colourless(left=(0.5, 0.1))
