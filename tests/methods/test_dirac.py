"""The Dirac-GAN of Mescheder et al. 2018 by ganvas's losses: who converges, who does not, and the eigenvalues."""

from __future__ import annotations

import importlib.util
import math
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch
from PIL import Image


def _load() -> ModuleType:
    file = Path(__file__).parents[2] / "benchmarks" / "dirac.py"
    spec = importlib.util.spec_from_file_location("ganvas_benchmark_dirac", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


dirac = _load()
GAMES = dirac.games(gamma=0.3)


def _radius(name: str, *, alternating: bool, steps: int = 500) -> torch.Tensor:
    return dirac.descend(GAMES[name], steps=steps, alternating=alternating).norm(dim=1)


@pytest.mark.parametrize("name", ["GAN (minimax)", "GAN (non-saturating)", "RpGAN"])
def test_plain_games_only_turn(name: str) -> None:
    """Eigenvalues f'(0) = +-i/2 without a real part (Mescheder et al. 2018, lemma 2.3)."""
    values = dirac.eigenvalues(GAMES[name])
    assert torch.allclose(values.real, torch.zeros(2, dtype=torch.float64), atol=1e-12)
    assert sorted(values.imag.tolist()) == pytest.approx([-0.5, 0.5], abs=1e-12)


@pytest.mark.parametrize("penalty", ["GAN + R1", "GAN + R2"])
@pytest.mark.parametrize(("gamma", "real", "imaginary"), [(0.3, -0.15, 0.4769696), (1.0, -0.5, 0.0)])
def test_zero_centred_penalties_damp(penalty: str, gamma: float, real: float, imaginary: float) -> None:
    """-gamma/2 +- sqrt(gamma^2/4 - 1/4) (Mescheder et al. 2018, lemma 4.1)."""
    values = dirac.eigenvalues(dirac.games(gamma=gamma)[f"{penalty} ({gamma})"])
    assert values.real.tolist() == pytest.approx([real, real], abs=1e-6)
    assert sorted(values.imag.tolist()) == pytest.approx([-imaginary, imaginary], abs=1e-6)


def test_both_penalties_damp_twice_as_much() -> None:
    """R1 and R2 add up to 2 gamma, so -gamma +- sqrt(gamma^2 - 1/4)."""
    values = dirac.eigenvalues(GAMES["RpGAN + R1 + R2 (0.3)"])
    assert values.real.tolist() == pytest.approx([-0.3, -0.3], abs=1e-12)
    assert sorted(values.imag.tolist()) == pytest.approx([-0.4, 0.4], abs=1e-12)


def test_wasserstein_turns_twice_as_fast() -> None:
    values = dirac.eigenvalues(GAMES["WGAN, clip 1"])
    assert sorted(values.imag.tolist()) == pytest.approx([-1.0, 1.0], abs=1e-12)


@pytest.mark.parametrize("name", ["GAN + R1 (0.3)", "GAN + R2 (0.3)", "RpGAN + R1 + R2 (0.3)"])
@pytest.mark.parametrize("alternating", [False, True])
def test_penalised_games_converge(name: str, alternating: bool) -> None:
    """At the rate of the eigenvalues: 500 steps of 0.1 shrink by about e^-7.5 (R1) or e^-15 (both) at the end."""
    radius = _radius(name, alternating=alternating)
    slowest = 0.15 if "Rp" not in name else 0.3
    late = math.log((radius[-1] / radius[-200]).item()) / 199 / 0.1
    assert radius[-1] < 5e-3
    assert late == pytest.approx(-slowest, rel=0.15)


def test_the_minimax_game_moves_away_in_simultaneous_and_orbits_in_alternating_descent() -> None:
    away = dirac.descend(GAMES["GAN (minimax)"], steps=1000)
    assert dirac.verdict(away) == "moves away"
    orbit = _radius("GAN (minimax)", alternating=True, steps=700)
    assert orbit.min() > 1.3 and orbit.max() < 1.5


@pytest.mark.parametrize("name", ["GAN (non-saturating)", "RpGAN", "WGAN, clip 1", "WGAN-GP, target 0.3"])
@pytest.mark.parametrize("alternating", [False, True])
def test_the_other_games_do_not_reach_the_equilibrium(name: str, alternating: bool) -> None:
    """WGAN-GP asks for a slope of 0.3 at the equilibrium, where 0 is right; clipping bounds psi, not its turning."""
    radius = _radius(name, alternating=alternating, steps=700)
    assert radius[-300:].min() > 0.25


def test_wgan_clip_keeps_psi_in_its_bounds() -> None:
    path = dirac.descend(GAMES["WGAN, clip 1"], steps=300)
    assert path[:, 1].abs().max() <= 1.0


def test_first_step_by_hand() -> None:
    """At (1, 1): psi moves by -s(1), theta by s(-1), s the logistic function; alternating sees the new psi."""

    def s(t: float) -> float:
        return 1 / (1 + math.exp(-t))

    game = GAMES["GAN (non-saturating)"]
    psi = 1 - 0.1 * s(1)
    together = dirac.descend(game, steps=1)[-1].tolist()
    assert together == pytest.approx([1 + 0.1 * s(-1), psi], abs=1e-12)
    in_turn = dirac.descend(game, steps=1, alternating=True)[-1].tolist()
    assert in_turn == pytest.approx([1 + 0.1 * psi * s(-psi), psi], abs=1e-12)


def test_the_picture_is_drawn(tmp_path: Path) -> None:
    dirac.plot(
        {name: dirac.descend(GAMES[name], steps=20) for name in list(GAMES)[:2]}, tmp_path / "paths.png", side=80
    )
    with Image.open(tmp_path / "paths.png") as image:
        assert image.size == (320, 80)
        assert image.convert("L").getextrema()[0] < 100
