"""What ``ganvas diagnose`` says of ten trainings with a planted illness, two of each, and of four healthy ones.

Points on a ring and a grid, and made pictures of 16 px; each training takes some ten seconds of one core. The tests'
limits (src/ganvas/train/diagnosis.py) were set on trainings like these with the seeds 11 to 14, 101 and 102, before the
seeds that this file trains with by default, SEEDS, were looked at; docs/diagnose.md says what was changed after that.

    python benchmarks/diagnose.py                      # all fourteen, one after the other
    python benchmarks/diagnose.py --only leak-turned --seed 7 --keep runs/planted
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from ganvas.api.diagnose import diagnose
from ganvas.core.batch import Clean
from ganvas.core.errors import NonFiniteError
from ganvas.core.method import Optimiser, Schedule, Step
from ganvas.data.toy2d import Toy2d
from ganvas.games.judged import Shown
from ganvas.games.stabilisers import Repeats, Stabilisers
from ganvas.methods.vanilla_gan import VanillaGan
from ganvas.nets.synthesis.settings import DCGANSettings, MLPSettings, NetworkSettings
from ganvas.ops import random
from ganvas.ops.augment import DIFFAUGMENT_NUMBERS, diffaugment
from ganvas.train.observers import Jsonl
from ganvas.train.settings import Recipe, TrainSettings
from ganvas.train.trainer import Plan, fit

SEEDS = (21, 22)  # of the first and the second training of each kind; the healthy ones have 21 to 24
BAR = 12
SIDE = 16
_FAR = 2**40


def scenes(index: Tensor, seed: int, *, texture: float) -> Float[Tensor, "n 3 h w"]:
    """Returns pictures in [-1, 1]: sky over ground, a red block on the left, and a grain that no two share.

    Nothing in them is symmetric, so that mirrored and turned ones can be told.
    """
    drawn = random.uniform(random.key_of(seed, "scene"), index, (13,))[:, :, None, None]
    rows = torch.linspace(-1, 1, SIDE)[:, None].expand(SIDE, SIDE)
    columns = torch.linspace(-1, 1, SIDE).expand(SIDE, SIDE)
    sky = torch.stack([-0.2 + 0.5 * drawn[:, 0], 0.1 + 0.4 * drawn[:, 1], 0.5 + 0.4 * drawn[:, 2]], 1)
    ground = torch.stack([-0.3 + 0.3 * drawn[:, 3], -0.4 + 0.3 * drawn[:, 4], -0.9 + 0.3 * drawn[:, 5]], 1)
    block = torch.stack([0.6 + 0.4 * drawn[:, 6], -0.8 + 0.5 * drawn[:, 7], -0.8 + 0.6 * drawn[:, 8]], 1)
    high = (rows + 0.2 - 0.4 * drawn[:, 9]).abs() < 0.3 + 0.25 * drawn[:, 10]
    wide = (columns + 0.3 + 0.3 * drawn[:, 11]).abs() < 0.25 + 0.15 * drawn[:, 12]
    image = torch.where((rows < 0.1 + 0.4 * drawn[:, 0])[:, None], sky, ground)
    image = torch.where((high & wide)[:, None], block, image)
    grain = random.normal(random.key_of(seed, "grain"), index, (3, SIDE, SIDE))
    return (image + texture * grain).clamp(-1, 1)


@dataclass(frozen=True)
class Few:
    """``count`` samples of an endless stream again and again; those after them are held back."""

    make: Callable[[Tensor], Tensor]
    count: int

    def batch(self, first: int, count: int) -> Clean:
        return Clean(self.make(torch.arange(first, first + count) % self.count))

    def unseen(self, count: int) -> Clean:
        return Clean(self.make(torch.arange(_FAR, _FAR + count)))


@dataclass(frozen=True, kw_only=True)
class Scenes:
    """``count`` pictures."""

    count: int = 4000
    texture: float = 0.0

    def stream(self, path: Path | None, *, seed: int) -> Few:
        return Few(lambda index: scenes(index, seed, texture=self.texture), self.count)


@dataclass(frozen=True, kw_only=True)
class FewPoints:
    """``count`` points of a ring."""

    count: int
    sigma: float

    def stream(self, path: Path | None, *, seed: int) -> Few:
        ring = Toy2d(sigma=self.sigma).stream(None, seed=seed)

        def make(index: Tensor) -> Tensor:
            return ring.unseen(len(index)).image if index[0] >= _FAR else ring.batch(0, self.count).image[index]

        return Few(make, self.count)


@dataclass(frozen=True, kw_only=True)
class RealsOnly(VanillaGan):
    """Augments what the discriminator sees of real pictures alone: a mistake that leaks."""

    def _real(self, batch: Any, step: Step) -> Shown:
        numbers = step.rng.uniform(DIFFAUGMENT_NUMBERS, stream="planted")
        return Shown(samples=diffaugment(batch.image, numbers, ("translation", "cutout")), label=None)


def _turned(images: Tensor, step: Step, side: str) -> Tensor:
    turns = step.rng.integers(4, stream=f"planted {side}").tolist()
    return torch.stack([image.rot90(turn, (1, 2)) for image, turn in zip(images, turns, strict=True)])


@dataclass(frozen=True, kw_only=True)
class AlwaysTurned(VanillaGan):
    """Turns real and generated pictures alike, but always: no picture stands upright more often, so it leaks."""

    def _real(self, batch: Any, step: Step) -> Shown:
        return Shown(samples=_turned(batch.image, step, "real"), label=None)

    def _fake(self, step: Step) -> Shown:
        shown = super()._fake(step)
        return replace(shown, samples=_turned(shown.samples, step, "fake"))


def _adam(lr: float, decay_from: float | None = None) -> Optimiser:
    return Optimiser(lr=lr, betas=(0.5, 0.99), schedule=Schedule(decay_from=decay_from))


POINTS = MLPSettings(width=48, depth_g=3, depth_d=3)
FLAT = MLPSettings(size=SIDE, channels=3, latent=16, width=96, depth_g=2, depth_d=2, leak=0.2)
PICTURES = DCGANSettings(size=SIDE, latent=24, features_g=16, features_d=16)
PLAIN = replace(PICTURES, norm_d="none")


def _game(g: float, d: float, nets: NetworkSettings, *, decay_from: float | None = None, **more: Any) -> VanillaGan:
    return VanillaGan(networks_=nets, g_optimiser=_adam(g, decay_from), d_optimiser=_adam(d, decay_from), **more)


@dataclass(frozen=True, kw_only=True)
class Planted:
    """A training and what ails it; nothing where it is healthy."""

    illness: str
    seed: int
    method: VanillaGan
    data: Any
    steps: int
    batch: int
    about: str


_LEAK = {"networks_": PICTURES, "g_optimiser": _adam(1e-3), "d_optimiser": _adam(1e-3), "average_images": 2000.0}
_ONE, _TWO = SEEDS
PLANTED = {
    "collapse-points": Planted(
        illness="mode collapse", seed=_ONE, method=_game(3e-3, 1e-4, POINTS), data=Toy2d(), steps=2000, batch=64,
        about="generator 30 times as fast as the discriminator",
    ),
    "collapse-pictures": Planted(
        illness="mode collapse", seed=_TWO, method=_game(3e-3, 1e-4, FLAT), data=Scenes(), steps=800, batch=32,
        about="the same, multilayer perceptrons",
    ),
    "overfitting-points": Planted(
        illness="discriminator overfitting", seed=_ONE,
        method=_game(2e-4, 1e-3, MLPSettings(width=96, depth_g=3, depth_d=4)),
        data=FewPoints(count=50, sigma=0.15), steps=2500, batch=50, about="50 points, a wide discriminator",
    ),
    "overfitting-pictures": Planted(
        illness="discriminator overfitting", seed=_TWO,
        method=_game(5e-4, 2e-3, replace(PLAIN, features_d=32), n_critic=Repeats(count=2)),
        data=Scenes(count=50, texture=0.2), steps=900, batch=25, about="50 pictures, no augmentation",
    ),
    "vanishing-pictures": Planted(
        illness="vanishing gradient", seed=_ONE, method=_game(1e-4, 2e-3, PLAIN, game="minimax"), data=Scenes(),
        steps=400, batch=32, about="minimax loss, discriminator 20 times as fast",
    ),
    "vanishing-flat": Planted(
        illness="vanishing gradient", seed=_TWO,
        method=_game(1e-4, 1e-3, FLAT, game="minimax", n_critic=Repeats(count=2)), data=Scenes(), steps=500, batch=32,
        about="minimax loss, multilayer perceptrons, two critic updates",
    ),
    "divergence-points": Planted(
        illness="divergence", seed=_ONE, method=_game(0.2, 0.2, POINTS), data=Toy2d(), steps=1000, batch=64,
        about="learning rates of 0.2",
    ),
    "divergence-pictures": Planted(
        illness="divergence", seed=_TWO, method=_game(0.05, 0.05, PLAIN), data=Scenes(), steps=400, batch=32,
        about="learning rates of 0.05",
    ),
    "leak-reals-only": Planted(
        illness="augmentation leak", seed=_ONE, method=RealsOnly(**_LEAK), data=Scenes(), steps=500, batch=32,
        about="translation and cutout of real pictures alone",
    ),
    "leak-turned": Planted(
        illness="augmentation leak", seed=_TWO, method=AlwaysTurned(**_LEAK), data=Scenes(), steps=500, batch=32,
        about="quarter turns of all pictures with probability 1",
    ),
    "healthy-ring": Planted(
        illness="", seed=21, method=_game(1e-3, 1e-3, POINTS, decay_from=0.3), data=Toy2d(sigma=0.05), steps=3000,
        batch=64, about="8 Gaussians",
    ),
    "healthy-grid": Planted(
        illness="", seed=22,
        method=_game(2e-3, 2e-3, POINTS, decay_from=0.3, stabilise=Stabilisers(r1=0.05), average_images=3000.0),
        data=Toy2d(shape="grid", sigma=0.05), steps=2500, batch=64, about="25 Gaussians, R1",
    ),
    "healthy-pictures": Planted(
        illness="", seed=23, method=_game(1e-3, 1e-3, PICTURES, average_images=2000.0), data=Scenes(), steps=600,
        batch=32, about="convolutions, batch norm",
    ),
    "healthy-r1": Planted(
        illness="", seed=24,
        method=_game(1e-3, 1e-3, PLAIN, average_images=2000.0, stabilise=Stabilisers(r1=1.0, penalty_every=4)),
        data=Scenes(), steps=600, batch=32, about="convolutions, lazy R1",
    ),
}  # fmt: skip


def train(planted: Planted, run: Path, seed: int) -> float:
    """Trains into the folder and returns the processor time, s."""
    images = planted.steps * planted.batch * planted.method.n_critic.at(10**9)
    settings = TrainSettings(
        images=images, batch=planted.batch, seed=seed, precision="f32", log_every=20, health_share=0.15,
        checkpoint_minutes=1e6, sample_minutes=1e6,
    )  # fmt: skip
    run.mkdir(parents=True)
    lines, start = Jsonl(run / "metrics.jsonl"), time.process_time()
    with suppress(NonFiniteError):  # what breaks down leaves its log
        fit(Recipe(method=planted.method, data=planted.data, train=settings), Plan(run=run), [lines])
    lines.close()
    return time.process_time() - start


def main() -> int:
    """Trains, prints the table, and returns 1 where too few are right."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=PLANTED, action="append", help="only this one; may be given again")
    parser.add_argument("--seed", type=int, help="in place of each one's own")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the folders of the runs there")
    parser.add_argument("--json", type=Path, help="write the rows here too")
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows, names = list[dict[str, Any]](), options.only or list(PLANTED)
    print("| training | seed | planted | found first | right | CPU s |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            planted = PLANTED[name]
            seed = planted.seed if options.seed is None else options.seed
            run = (options.keep or Path(folder)) / f"{name}-{seed}"
            seconds = train(planted, run, seed)
            found = [finding.illness for finding in diagnose(run).findings]
            right = (found[0] if found else "") == planted.illness
            row = {"training": name, "seed": seed, "planted": planted.illness, "found": found, "right": right}
            rows.append(row | {"cpu_seconds": round(seconds, 1)})
            told = f"{planted.illness or 'nothing'} | {found[0] if found else 'nothing'}"
            print(f"| {name} | {seed} | {told} | {'yes' if right else 'NO'} | {seconds:.0f} |", flush=True)
    right = sum(row["right"] for row in rows)
    print(f"\n{right} of {len(rows)} right; the bar is {BAR} of {len(PLANTED)}.")
    if options.json is not None:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return int(right < BAR and len(rows) == len(PLANTED))


if __name__ == "__main__":
    sys.exit(main())
