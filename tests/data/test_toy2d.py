"""The toy mixtures: pure functions of the sample index, with the moments they state."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

from ganvas.core.errors import SettingsError
from ganvas.data.toy2d import Toy2d
from ganvas.metrics.mode_coverage import mode_coverage

BOTH = ("ring", "grid")


@pytest.mark.parametrize("shape", BOTH)
def test_points_do_not_depend_on_the_batch(shape: Any) -> None:
    mixture = Toy2d(shape=shape)
    whole = mixture.batch(100, 64).image
    parts = torch.cat([mixture.batch(100, 7).image, mixture.batch(107, 57).image])
    assert torch.equal(whole, parts)
    assert not torch.equal(whole, Toy2d(shape=shape, seed=1).batch(100, 64).image)
    assert len(whole.unique(dim=0)) == 64


def test_ring_has_eight_modes_on_the_unit_circle() -> None:
    modes = Toy2d(shape="ring").modes().double()
    assert torch.allclose(modes.norm(dim=1), torch.ones(8, dtype=torch.float64), atol=1e-6)
    neighbours = (modes - modes.roll(1, 0)).norm(dim=1)
    assert torch.allclose(neighbours, torch.full((8,), 2 * math.sin(math.pi / 8), dtype=torch.float64), atol=1e-6)


def test_grid_is_the_article_s_divided_by_four() -> None:
    axis = torch.tensor([-4.0, -2.0, 0.0, 2.0, 4.0]) / 4
    assert torch.equal(Toy2d(shape="grid").modes(), torch.cartesian_prod(axis, axis))
    assert Toy2d(shape="grid").deviation == 0.05 / 4


@pytest.mark.parametrize("shape", BOTH)
def test_the_data_themselves_score_as_a_perfect_sampler(shape: Any) -> None:
    """1 - exp(-9/2) = 98.89 % within three sigma, all modes, equally often; not 100 %."""
    mixture = Toy2d(shape=shape)
    got = mode_coverage(mixture.batch(0, 100_000).image.numpy(), mixture.modes().numpy(), sigma=mixture.deviation)
    assert got.modes == got.of == len(mixture.modes())
    assert got.share == pytest.approx(1 - math.exp(-4.5), abs=0.0015)  # four standard errors
    assert got.reverse_kl < 5e-4


def test_each_axis_has_the_stated_sigma() -> None:
    mixture = Toy2d(sigma=0.05)
    points, modes = mixture.batch(0, 50_000).image, mixture.modes()
    offset = (points - modes[torch.cdist(points, modes).argmin(1)]).double()
    assert np.allclose(offset.std(0), 0.05, rtol=0.02) and np.allclose(offset.mean(0), 0, atol=1e-3)
    assert abs(torch.corrcoef(offset.T)[0, 1].item()) < 0.02


def test_a_recipe_s_seed_reaches_the_points() -> None:
    assert torch.equal(Toy2d().stream(None, seed=3).batch(0, 4).image, Toy2d(seed=3).batch(0, 4).image)


def test_settings_that_make_no_sense() -> None:
    with pytest.raises(SettingsError, match="sigma > 0"):
        Toy2d(sigma=0.0)
