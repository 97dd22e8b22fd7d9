"""Figures of health against closed forms and independent code."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm as bounded

from ganvas.ops import random
from ganvas.ops.augment import diffaugment
from ganvas.train.leaks import Leaks
from ganvas.train.spaces import Space
from ganvas.train.vitals import above, covered, energy, nearest, spectral_norm, spread


def normal(count: int, *shape: int, key: int = 1) -> torch.Tensor:
    return random.normal(key, torch.arange(count), shape)


def test_spread_and_energy_against_scipy() -> None:
    fake, real = normal(40, 3, key=2) * 1.5 + 1, normal(50, 3)
    between, inner = cdist(fake, real).mean(), cdist(real, real).sum() / (50 * 49)
    own = cdist(fake, fake).sum() / (40 * 39)
    assert float(spread(real)) == pytest.approx(inner, rel=1e-5)
    assert float(energy(fake, real)) == pytest.approx((2 * between - own - inner) / inner, rel=1e-4)


def test_energy_of_two_points_far_apart() -> None:
    """Both at one point, d away from a pair that is 1 apart: 2d' - 0 - 1 over 1."""
    real = torch.tensor([[0.0, 0.0], [0.0, 1.0]])
    fake = torch.tensor([[3.0, 0.5], [3.0, 0.5]])
    assert float(energy(fake, real)) == pytest.approx(2 * math.hypot(3, 0.5) - 1, rel=1e-5)


def test_energy_is_zero_on_average_for_one_distribution() -> None:
    values = [float(energy(normal(32, 2, key=10 + k), normal(32, 2, key=90 + k))) for k in range(40)]
    assert abs(float(np.mean(values))) < 3 * float(np.std(values)) / math.sqrt(40)


def test_coverage_counts_modes_and_precision_what_lies_in_them() -> None:
    centres = torch.tensor([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0], [10.0, 10.0]])
    real = centres.repeat_interleave(20, 0) + 0.1 * normal(80, 2)
    one_mode = centres[:1] + 0.02 * normal(80, 2, key=3)
    coverage, precision = covered(one_mode, real)
    assert 0.1 < float(coverage) <= 0.25 and float(precision) == 1
    far, none = covered(real + 100, real)
    assert float(far) == float(none) == 0
    assert [float(value) for value in covered(real, real)] == [1, 1]


def test_nearest_leaves_out_the_sample_itself() -> None:
    line = torch.arange(5.0)[:, None] * 2
    assert float(nearest(line + 0.5, line)) == pytest.approx(0.5)
    assert float(nearest(line, line)) == 0
    assert float(nearest(line, line, others=True)) == pytest.approx(2)


def test_above_is_the_area_under_the_curve() -> None:
    assert float(above(torch.tensor([2.0, 3.0]), torch.tensor([0.0, 1.0]))) == 1
    assert float(above(torch.tensor([0.0, 1.0]), torch.tensor([0.0, 1.0]))) == 0.5
    assert float(above(torch.tensor([1.0]), torch.tensor([0.0, 1.0, 2.0, 3.0]))) == pytest.approx(0.375)


class Layers(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.down = nn.Conv2d(3, 5, 3)
        self.up = nn.ConvTranspose2d(4, 2, 4)
        self.flat = nn.Linear(6, 7)
        self.norm = nn.BatchNorm2d(3)


@pytest.mark.parametrize("largest", ["down", "up", "flat"])
def test_spectral_norm_against_the_singular_values(largest: str) -> None:
    net = Layers()
    with torch.no_grad():
        net.get_parameter(f"{largest}.weight").mul_(9)
        net.norm.weight.fill_(1e6)  # a vector is no layer
    weight = net.get_parameter(f"{largest}.weight")
    matrix = (weight.transpose(0, 1) if largest == "up" else weight).flatten(1)
    exact = float(torch.linalg.svdvals(matrix.detach())[0])
    value, vectors = spectral_norm(net, {})
    assert float(value) == pytest.approx(exact, rel=0.05)
    for _ in range(150):
        value, vectors = spectral_norm(net, vectors)
    assert float(value) == pytest.approx(exact, rel=1e-5), "the vectors are not kept from one look to the next"


def test_spectral_norm_of_a_bounded_layer_is_one_and_nothing_is_advanced() -> None:
    torch.manual_seed(0)
    net = bounded(nn.Linear(8, 8), n_power_iterations=30).eval()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    value, vectors = spectral_norm(net, {})
    assert float(value) == pytest.approx(1, rel=0.05) and set(vectors) == {""}
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())
    assert float(spectral_norm(nn.ReLU(), {})[0]) == 0


def scenes(count: int, key: int) -> torch.Tensor:
    """Bright above, dark below, with a red block on the left: nothing in them is symmetric."""
    drawn = random.uniform(key, torch.arange(count), (6,))[:, :, None, None]
    rows = torch.linspace(-1, 1, 16)[None, :, None].expand(count, 16, 16)
    columns = torch.linspace(-1, 1, 16)[None, None, :].expand(count, 16, 16)
    sky = torch.where(rows < drawn[:, 0] * 0.5, 0.3 + 0.5 * drawn[:, 1], -0.8 + 0.4 * drawn[:, 2])
    block = ((columns + 0.3 + 0.4 * drawn[:, 3]).abs() < 0.25) & ((rows + 0.4 * drawn[:, 4]).abs() < 0.4)
    image = sky[:, None] * torch.tensor([0.2, 0.6, 1.0])[:, None, None]
    red = torch.tensor([0.9, -0.7, -0.5])[:, None, None].expand_as(image)
    return torch.where(block[:, None], red, image)


def test_a_space_centres_real_samples_and_is_the_same_in_every_run() -> None:
    for real in (scenes(64, 1), normal(64, 2)):
        features = Space.of(real).features(real)
        assert features.mean(0).abs().max() < 1e-3
        assert 0.5 < float(features.std(0).mean()) < 1.5
        assert torch.equal(features, Space.of(real).features(real))


@pytest.fixture(scope="module")
def leaks() -> Leaks:
    return Leaks.of(scenes(128, 1))


def test_real_images_leak_nothing(leaks: Leaks) -> None:
    shares, explained = leaks.shares(scenes(128, 2))
    assert set(shares) == {"mirror", "turn", "shift", "cutout", "colour"}
    assert max(shares.values()) < 0.1 and explained < 0.5


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("mirror", lambda x: x.flip(3)),
        ("turn", lambda x: x.transpose(2, 3).flip(2)),
        ("cutout", lambda x: diffaugment(x, random.uniform(5, torch.arange(len(x)), (7,)), ("cutout",))),
        ("colour", lambda x: x + 1.4 * (random.uniform(5, torch.arange(len(x)), (1, 1, 1)) - 0.5)),
    ],
)
def test_the_share_of_augmented_images_is_seen(leaks: Leaks, name: str, change) -> None:
    made = scenes(128, 3)
    for share in (0.0, 0.5, 1.0):
        count = int(share * len(made))
        shares, explained = leaks.shares(torch.cat([change(made[:count]), made[count:]]))
        largest = max(shares, key=lambda key: shares[key])
        if share:
            assert largest == name and explained > 0.5
            assert 0.5 * share < shares[name] < 1.5 * share
        else:
            assert shares[name] < 0.1


def test_blur_is_no_leak(leaks: Leaks) -> None:
    made = nn.functional.avg_pool2d(nn.functional.pad(scenes(128, 3), (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    assert max(leaks.shares(made)[0].values()) < 0.2


def test_what_real_images_cannot_tell_is_left_out() -> None:
    real = scenes(128, 1)
    symmetric = torch.where((torch.arange(128) % 2 == 0)[:, None, None, None], real, real.flip(3))
    assert "mirror" not in Leaks.of(symmetric).names
