"""Speed of a DCGAN and of a WGAN-GP step: the engine against the public examples' eager loops, in one run.

    python benchmarks/bench_gan_step.py                                # the speed at 64 px, batch 64
    python benchmarks/bench_gan_step.py --losses 200 --data FOLDER     # DCGAN's losses over 200 steps on real images

The plain loops are what the public examples do: contiguous NCHW float32, Adam as it comes, ``.item()`` of every loss in
every iteration; DCGAN's judges real and generated samples one after the other and uses the generated ones twice,
WGAN-GP's makes new ones in each of five critic updates. The networks, the data and the start are the same. Steps are
interleaved, so that a change of the machine's speed meets both. The ratio is given for the time on the clock and for
the processor time of all threads, which says the same on a quiet machine and can still be read on a busy one.

Losses are compared from the same starts with other draws: a run of the engine and two of the plain loop each, since how
far two plain runs are apart is what no engine can be below.
"""

from __future__ import annotations

import argparse
import copy
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ganvas.core.batch import Clean
from ganvas.data.images import Images
from ganvas.games.stabilisers import Repeats, Stabilisers
from ganvas.games.synthesis import Synthesis
from ganvas.methods.dcgan import DCGAN
from ganvas.methods.wgan_gp import WganGp
from ganvas.nets.synthesis.settings import DCGANSettings
from ganvas.train.engine import Engine, EngineSettings
from ganvas.train.settings import TrainSettings

LAMBDA = 10.0
CRITIC_UPDATES = 5


@dataclass(frozen=True)
class Data:
    """Images held in memory: the benchmark is of the step, not of the disk."""

    images: Tensor

    @classmethod
    def discs(cls, count: int, size: int) -> Data:
        """Returns ``count`` coloured discs on a ground of another colour, of ``size`` px."""
        torch.manual_seed(0)
        ground, colour = torch.rand(2, count, 3, 1, 1) * 2 - 1
        centre, radius = torch.rand(2, count, 1, 1) * 0.6 + 0.2, torch.rand(count, 1, 1) * 0.2 + 0.1
        axis = (torch.arange(size) + 0.5) / size
        distance = ((axis[:, None] - centre[0]).square() + (axis[None] - centre[1]).square()).sqrt()
        inside = ((radius - distance) * size).clamp(0, 1)[:, None]
        return cls(ground + (colour - ground) * inside)

    @classmethod
    def real(cls, path: Path, count: int, size: int) -> Data:
        """Returns ``count`` real images (rounded up to 64), cropped to squares, in colour."""
        stream = Images(size=size, channels=3).stream(path, seed=0)
        return cls(torch.cat([stream.batch(first, 64).image for first in range(0, count, 64)]))

    def batch(self, first: int, count: int) -> Clean:
        """Returns the samples, again and again."""
        return Clean(self.images[torch.arange(first, first + count) % len(self.images)])


@dataclass
class Plain:
    """Networks and optimisers as the examples set them up."""

    g: nn.Module
    d: nn.Module
    latent: int
    lr: float
    betas: tuple[float, float]
    seen: int = 0

    def __post_init__(self) -> None:
        self.g_optimiser = torch.optim.Adam(self.g.parameters(), lr=self.lr, betas=self.betas)
        self.d_optimiser = torch.optim.Adam(self.d.parameters(), lr=self.lr, betas=self.betas)

    def real(self, data: Data, count: int) -> Tensor:
        """Returns the next samples."""
        self.seen += count
        return data.batch(self.seen - count, count).image

    def dcgan(self, data: Data, count: int) -> float:
        """Does one iteration of DCGAN's loop; returns the discriminator's loss."""
        real = self.real(data, count)
        ones, zeros = torch.ones(count, 1), torch.zeros(count, 1)
        self.d.zero_grad()
        output = self.d(real).score
        on_real = F.binary_cross_entropy_with_logits(output, ones)
        on_real.backward()
        _ = output.mean().item()
        fake = self.g(torch.randn(count, self.latent))
        output = self.d(fake.detach()).score
        on_fake = F.binary_cross_entropy_with_logits(output, zeros)
        on_fake.backward()
        _ = output.mean().item()
        loss = on_real + on_fake
        self.d_optimiser.step()
        self.g.zero_grad()
        output = self.d(fake).score
        on_g = F.binary_cross_entropy_with_logits(output, ones)
        on_g.backward()
        _ = output.mean().item(), on_g.item()
        self.g_optimiser.step()
        return loss.item()

    def wgan_gp(self, data: Data, count: int) -> float:
        """Does five critic updates and one of the generator; returns the critic's last loss."""
        told = 0.0
        for _ in range(CRITIC_UPDATES):
            real = self.real(data, count)
            self.d_optimiser.zero_grad()
            fake = self.g(torch.randn(count, self.latent)).detach()
            alpha = torch.rand(count, 1, 1, 1)
            between = (alpha * real + (1 - alpha) * fake).requires_grad_(True)
            score = self.d(between).score
            (slope,) = torch.autograd.grad(score, between, torch.ones_like(score), create_graph=True, retain_graph=True)
            penalty = LAMBDA * (slope.reshape(count, -1).norm(2, dim=1) - 1).square().mean()
            loss = self.d(fake).score.mean() - self.d(real).score.mean() + penalty
            loss.backward()
            self.d_optimiser.step()
            told = loss.item()
        self.g_optimiser.zero_grad()
        on_g = -self.d(self.g(torch.randn(count, self.latent))).score.mean()
        on_g.backward()
        self.g_optimiser.step()
        _ = on_g.item()
        return told


class Pair:
    """The engine and the plain loop from the same start."""

    def __init__(self, name: str, method: Synthesis, data: Data, given: argparse.Namespace, *, seed: int = 0) -> None:
        self.bf16 = TrainSettings(images=1, precision=given.precision).bf16("cpu")
        settings = EngineSettings(batch=given.batch, total=10**9, bf16=self.bf16, seed=seed)
        self.engine: Engine[Any] = Engine(method, settings)  # type: ignore[arg-type]
        nets = copy.deepcopy(self.engine.state.nets)
        nets = {key: net.to(memory_format=torch.contiguous_format) for key, net in nets.items()}
        self._plain = Plain(
            nets["g"], nets["d"], method.networks_.latent, method.d_optimiser.lr, method.d_optimiser.betas
        )
        self._iterate: Callable[[Data, int], float] = getattr(self._plain, name)
        self._data, self._batch = data, given.batch

    def plain_step(self) -> float:
        """Returns D's loss."""
        return self._iterate(self._data, self._batch)

    def engine_step(self) -> float:
        """Returns D's loss."""
        logs = self.engine.advance(self._data)
        return sum(
            float(value)
            for key, value in logs.items()
            if key.endswith(("/adversarial", "/gradient_penalty")) and not key.startswith("g/")
        )


def speeds(name: str, method: Synthesis, given: argparse.Namespace) -> None:
    """Interleaves both steps and prints their times."""
    pair = Pair(name, method, Data.discs(8 * given.batch, given.size), given)
    steps = {"plain": pair.plain_step, "engine": pair.engine_step}
    wall: dict[str, list[float]] = {who: [] for who in steps}
    cpu: dict[str, list[float]] = {who: [] for who in steps}
    for number in range(given.steps + 3):
        for who, step in steps.items():
            clock, processor = time.perf_counter(), time.process_time()
            step()
            if number >= 3:  # the first steps compile kernels
                wall[who].append(time.perf_counter() - clock)
                cpu[who].append(time.process_time() - processor)
    seconds, processor_seconds = ({k: statistics.median(v) for k, v in times.items()} for times in (wall, cpu))
    print(f"{name}, {given.batch} x {given.size} px, {given.features} features, {torch.get_num_threads()} threads")
    kinds = {"plain": "plain, float32 NCHW", "engine": f"ganvas, {'bf16' if pair.bf16 else 'float32'} channels_last"}
    for who, kind in kinds.items():
        print(f"  {kind:<30}{seconds[who]:8.3f} s a step, {processor_seconds[who]:.3f} s of CPU")
    ratios = [times["plain"] / times["engine"] for times in (seconds, processor_seconds)]
    print(f"  ratio {ratios[0]:.2f} on the clock, {ratios[1]:.2f} of CPU (medians of {given.steps} steps)")


def losses(method: Synthesis, given: argparse.Namespace) -> None:
    """Prints D's mean loss over the steps: the engine's, and the plain loop's with two different draws."""
    count, size = given.losses * given.batch, given.size
    data = Data.real(given.data, count, size) if given.data else Data.discs(8 * given.batch, size)
    print(f"dcgan, mean D loss of {given.losses} steps, {'real images' if given.data else 'discs'}, {size} px")
    rows = []
    for seed in range(given.starts):
        means = []
        for draws in (None, 1, 2):
            torch.manual_seed(draws or 0)
            pair = Pair("dcgan", method, data, given, seed=seed)
            step = pair.plain_step if draws else pair.engine_step
            means.append(statistics.fmean(step() for _ in range(given.losses)))
        rows.append(means)
        print(f"  start {seed}: ganvas {means[0]:.3f}, plain {means[1]:.3f} and {means[2]:.3f}", flush=True)
    own, one, other = (statistics.fmean(column) for column in zip(*rows, strict=True))
    plain = (one + other) / 2
    told = f"{abs(own - plain) / plain:.1%} from plain; the two plain ones {abs(one - other) / plain:.1%} apart"
    print(f"  over {given.starts} starts: ganvas {own:.3f}, plain {plain:.3f}: {told}")


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=9, help="counted steps of each")
    parser.add_argument("--losses", type=int, default=0, help="steps of DCGAN whose losses are compared, not its speed")
    parser.add_argument("--data", type=Path, default=None, help="images for --losses (folder, zip, ...); none: discs")
    parser.add_argument("--starts", type=int, default=3, help="starts for --losses")
    parser.add_argument("--size", type=int, default=64, help="side of the images, px")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--features", type=int, default=64, help="width of the networks' first layers")
    parser.add_argument("--precision", choices=["auto", "f32", "bf16"], default="auto", help="of ganvas's step")
    parser.add_argument("--only", choices=["dcgan", "wgan_gp"], default=None)
    given = parser.parse_args()
    size, features = given.size, given.features
    pair = DCGANSettings(size=size, channels=3, features_g=features, features_d=features)
    critic = DCGANSettings(size=size, channels=3, features_g=features, features_d=features, norm_d="none")
    own = Stabilisers(gradient_penalty=LAMBDA)
    if given.losses:
        losses(DCGAN(networks_=pair), given)  # a critic's loss has no level to agree on
        return
    if given.only != "wgan_gp":
        speeds("dcgan", DCGAN(networks_=pair), given)
    if given.only != "dcgan":
        method = WganGp(networks_=critic, stabilise=own, n_critic=Repeats(count=CRITIC_UPDATES))
        speeds("wgan_gp", method, given)


if __name__ == "__main__":
    main()
