"""The Dirac-GAN of Mescheder et al. 2018 (https://arxiv.org/abs/1801.04406) by ganvas's own losses.

The data are one point at 0, the generator is one point at theta, the discriminator is D(x) = psi x; the equilibrium is
(0, 0). Prints how far from it gradient descent from (1, 1) ends and the eigenvalues of the gradient field there, and
draws the paths:

    python benchmarks/dirac.py --plot dirac.png
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import torch
from jaxtyping import Complex, Float
from PIL import Image, ImageDraw
from torch import Tensor

from ganvas.losses import adversarial
from ganvas.losses.penalties import gradient_penalty, r1, r2

Loss = Callable[[Tensor, Tensor], Tensor]
Point = tuple[float, float]
REAL = torch.zeros(1, 1, dtype=torch.float64)


@dataclass(frozen=True, kw_only=True)
class Game:
    """A game as functions of (theta, psi), both (1, 1).

    Attributes:
        discriminator: loss that psi descends.
        generator: loss that theta descends.
        clip: bound on \\|psi\\|; infinite for none.
    """

    discriminator: Loss
    generator: Loss
    clip: float = math.inf


def _logistic(theta: Tensor, psi: Tensor) -> Tensor:
    return adversarial.discriminator_logistic(REAL * psi, theta * psi)


def _nonsaturating(theta: Tensor, psi: Tensor) -> Tensor:
    return adversarial.generator_nonsaturating(theta * psi)


def _wasserstein(theta: Tensor, psi: Tensor) -> Tensor:
    return adversarial.critic_wasserstein(REAL * psi, theta * psi)


def _paired(theta: Tensor, psi: Tensor) -> Tensor:
    return adversarial.relativistic_pairing(REAL * psi, theta * psi)


def _r1(gamma: float) -> Loss:
    return lambda theta, psi: r1(lambda x: x * psi, REAL, gamma=gamma)


def _r2(gamma: float) -> Loss:
    return lambda theta, psi: r2(lambda x: x * psi, theta, gamma=gamma)


def _gp(weight: float, target: float) -> Loss:
    half = torch.full((1,), 0.5, dtype=torch.float64)
    return lambda theta, psi: weight * gradient_penalty(lambda x: x * psi, REAL, theta, half, target=target)


def _sum(*losses: Loss) -> Loss:
    return lambda theta, psi: torch.stack([loss(theta, psi) for loss in losses]).sum()


def games(*, gamma: float = 0.3) -> dict[str, Game]:
    """Returns the games by name; ``gamma`` is the weight of R1 and R2."""
    paired_generator: Loss = lambda theta, psi: adversarial.relativistic_pairing(theta * psi, REAL * psi)  # noqa: E731
    wasserstein_generator: Loss = lambda theta, psi: adversarial.generator_wasserstein(theta * psi)  # noqa: E731
    return {
        "GAN (minimax)": Game(
            discriminator=_logistic, generator=lambda theta, psi: adversarial.generator_minimax(theta * psi)
        ),
        "GAN (non-saturating)": Game(discriminator=_logistic, generator=_nonsaturating),
        "WGAN, clip 1": Game(discriminator=_wasserstein, generator=wasserstein_generator, clip=1.0),
        "WGAN-GP, target 0.3": Game(discriminator=_sum(_wasserstein, _gp(0.5, 0.3)), generator=wasserstein_generator),
        "RpGAN": Game(discriminator=_paired, generator=paired_generator),
        f"GAN + R1 ({gamma})": Game(discriminator=_sum(_logistic, _r1(gamma)), generator=_nonsaturating),
        f"GAN + R2 ({gamma})": Game(discriminator=_sum(_logistic, _r2(gamma)), generator=_nonsaturating),
        f"RpGAN + R1 + R2 ({gamma})": Game(
            discriminator=_sum(_paired, _r1(gamma), _r2(gamma)), generator=paired_generator
        ),
    }


def _slope(loss: Loss, theta: Tensor, psi: Tensor, *, of_psi: bool) -> Tensor:
    value = loss(theta, psi)
    (slope,) = torch.autograd.grad(value, psi if of_psi else theta)
    return slope


def descend(game: Game, *, steps: int, rate: float = 0.1, alternating: bool = False) -> Float[Tensor, "steps+1 2"]:
    """Returns the path of (theta, psi) from (1, 1): both move at once, or the discriminator first."""
    theta = torch.ones(1, 1, dtype=torch.float64, requires_grad=True)
    psi = torch.ones(1, 1, dtype=torch.float64, requires_grad=True)
    path = [(1.0, 1.0)]
    for _ in range(steps):
        before = psi.detach().clone().requires_grad_()
        down = _slope(game.discriminator, theta, psi, of_psi=True)
        with torch.no_grad():
            psi -= rate * down
            psi.clamp_(-game.clip, game.clip)
        seen = psi if alternating else before
        down = _slope(game.generator, theta, seen, of_psi=False)
        with torch.no_grad():
            theta -= rate * down
        path.append((theta.item(), psi.item()))
    return torch.tensor(path, dtype=torch.float64)


def eigenvalues(game: Game) -> Complex[Tensor, " 2"]:
    """Returns the eigenvalues of the Jacobian of the field (-d L_G / d theta, -d L_D / d psi) at the equilibrium.

    Unlike the paths, the field needs the losses' second derivatives, R1's with respect to psi among them.
    """

    def jacobian_row(loss: Loss, of_psi: bool) -> list[float]:
        theta = torch.zeros(1, 1, dtype=torch.float64, requires_grad=True)
        psi = torch.zeros(1, 1, dtype=torch.float64, requires_grad=True)
        (slope,) = torch.autograd.grad(loss(theta, psi), psi if of_psi else theta, create_graph=True)
        second = torch.autograd.grad(-slope, [theta, psi], allow_unused=True)
        return [0.0 if value is None else value.item() for value in second]

    field = [jacobian_row(game.generator, False), jacobian_row(game.discriminator, True)]
    return torch.linalg.eigvals(torch.tensor(field, dtype=torch.float64))


def verdict(path: Float[Tensor, "n 2"]) -> str:
    """Returns where the last fifth of the path is, beside its start and the fifth before."""
    radius = path.norm(dim=1)
    fifth = len(radius) // 5
    late, before = radius[-fifth:].max().item(), radius[-2 * fifth : -fifth].max().item()
    if late < 1e-3:
        return "converges"
    if late > 1.5 * radius[0].item():
        return "moves away"
    return "shrinks slowly" if late < 0.99 * before else "orbits"


def plot(paths: dict[str, Float[Tensor, "n 2"]], file: Path, *, columns: int = 4, side: int = 300) -> None:
    """Draws each path in a panel over [-2, 2]^2: theta to the right, psi up, early blue, late red."""
    fine = 2 * side
    rows = math.ceil(len(paths) / columns)
    sheet = Image.new("RGB", (columns * fine, rows * fine), "white")
    draw = ImageDraw.Draw(sheet)
    for number, (name, path) in enumerate(paths.items()):
        left, top = number % columns * fine, number // columns * fine

        def place(point: Sequence[float], left: int = left, top: int = top) -> Point:
            return left + fine * (0.5 + point[0] / 4.4), top + fine * (0.54 - point[1] / 4.4)

        draw.line([place((-2, 0)), place((2, 0))], fill="#cccccc", width=2)
        draw.line([place((0, -2)), place((0, 2))], fill="#cccccc", width=2)
        points = [point for point in path.tolist() if max(abs(point[0]), abs(point[1])) < 2.0]
        for index, (a, b) in enumerate(pairwise(points)):
            late = index / len(points)
            draw.line([place(a), place(b)], fill=(int(220 * late), 60, int(220 * (1 - late))), width=2)
        draw.text((left + 16, top + 10), name, fill="black", font_size=24)
    sheet.resize((columns * side, rows * side), Image.Resampling.LANCZOS).save(file)


def main() -> None:
    """Prints the table and draws the paths."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--steps", type=int, default=5000, help="updates of each player")
    parser.add_argument("--rate", type=float, default=0.1, help="learning rate")
    parser.add_argument("--gamma", type=float, default=0.3, help="weight of R1 and R2")
    parser.add_argument("--plot", type=Path, help="draw the alternating paths into this PNG")
    options = parser.parse_args()
    print(f"Dirac-GAN from (1, 1), radius 1.414; {options.steps} steps of {options.rate}\n")
    print(f"{'game':24} {'simultaneous':>28} {'alternating':>28}   eigenvalues at the equilibrium")
    paths = {}
    for name, game in games(gamma=options.gamma).items():
        cells = []
        for alternating in (False, True):
            path = descend(game, steps=options.steps, rate=options.rate, alternating=alternating)
            cells.append(f"{path[-1].norm():9.3g} {verdict(path)}")
        paths[name] = path[:1000]
        # The gradient norm |psi| has a kink at the equilibrium: WGAN-GP has no Jacobian there.
        values = "none (kink)" if name.startswith("WGAN-GP") else _format(eigenvalues(game))
        print(f"{name:24} {cells[0]:>28} {cells[1]:>28}   {values}")
    if options.plot is not None:
        plot(paths, options.plot)
        print(f"\npaths of the alternating descents, first 1000 steps: {options.plot}")


def _format(values: Complex[Tensor, " 2"]) -> str:
    return ", ".join(f"{value.real:+.3f}{value.imag:+.3f}i" for value in values.tolist())


if __name__ == "__main__":
    main()
