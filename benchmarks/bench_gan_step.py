"""Speed of a DCGAN and of a WGAN-GP step: the engine against the public examples' eager loops, in one run.

    python benchmarks/bench_gan_step.py                          # 64 px, batch 64; and the losses after 200 steps
    python benchmarks/bench_gan_step.py --size 32 --losses 0     # the speed alone

The plain loops are what the public examples do: contiguous NCHW float32, Adam as it comes, ``.item()`` of every loss in
every iteration; DCGAN's judges real and generated samples one after the other and uses the generated ones twice,
WGAN-GP's makes new ones in each of five critic updates. The networks, the data and the start are the same. Steps are
interleaved, so that a change of the machine's speed meets both. The ratio is given for the time on the clock and for
the processor time of all threads, which says the same on a quiet machine and can still be read on a busy one.
"""

from __future__ import annotations

import argparse
import copy
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ganvas.core.batch import Clean
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
class Discs:
    """Coloured discs on a ground of another colour, made once: the benchmark is of the step, not of the disk."""

    images: Tensor

    @classmethod
    def of(cls, count: int, size: int) -> Discs:
        """Returns ``count`` different ones of ``size`` px."""
        torch.manual_seed(0)
        ground, colour = torch.rand(2, count, 3, 1, 1) * 2 - 1
        centre, radius = torch.rand(2, count, 1, 1) * 0.6 + 0.2, torch.rand(count, 1, 1) * 0.2 + 0.1
        axis = (torch.arange(size) + 0.5) / size
        distance = ((axis[:, None] - centre[0]).square() + (axis[None] - centre[1]).square()).sqrt()
        inside = ((radius - distance) * size).clamp(0, 1)[:, None]
        return cls(ground + (colour - ground) * inside)

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

    def real(self, data: Discs, count: int) -> Tensor:
        """Returns the next samples."""
        self.seen += count
        return data.batch(self.seen - count, count).image

    def dcgan(self, data: Discs, count: int) -> float:
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

    def wgan_gp(self, data: Discs, count: int) -> float:
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


def compare(name: str, method: Synthesis, phase: str, given: argparse.Namespace) -> None:
    """Interleaves both steps and prints their times and losses."""
    bf16 = TrainSettings(images=1, precision=given.precision).bf16("cpu")
    steps = max(given.steps + 3, given.losses)
    engine: Engine[Any] = Engine(method, EngineSettings(batch=given.batch, total=10**9, bf16=bf16))  # type: ignore[arg-type]
    nets = {key: net.to(memory_format=torch.contiguous_format) for key, net in copy.deepcopy(engine.state.nets).items()}
    plain = Plain(nets["g"], nets["d"], method.networks_.latent, method.d_optimiser.lr, method.d_optimiser.betas)
    data = Discs.of(8 * given.batch, given.size)
    iterate: Callable[[Discs, int], float] = getattr(plain, name)
    wall: dict[str, list[float]] = {"plain": [], "engine": []}
    cpu: dict[str, list[float]] = {"plain": [], "engine": []}
    losses: dict[str, list[float]] = {"plain": [], "engine": []}
    for number in range(steps):
        for who in ("plain", "engine"):
            clock, processor = time.perf_counter(), time.process_time()
            if who == "plain":
                losses[who].append(iterate(data, given.batch))
            else:
                logs = engine.advance(data)
                parts = ("adversarial", "gradient_penalty")
                losses[who].append(sum(float(logs[f"{phase}/{part}"]) for part in parts if f"{phase}/{part}" in logs))
            if number >= 3:  # the first steps compile kernels
                wall[who].append(time.perf_counter() - clock)
                cpu[who].append(time.process_time() - processor)
    seconds, processor_seconds = ({k: statistics.median(v) for k, v in times.items()} for times in (wall, cpu))
    print(f"{name}, {given.batch} x {given.size} px, {given.features} features, {torch.get_num_threads()} threads")
    kinds = {"plain": "plain, float32 NCHW", "engine": f"ganvas, {'bf16' if bf16 else 'float32'} channels_last"}
    for who, kind in kinds.items():
        print(f"  {kind:<30}{seconds[who]:8.3f} s a step, {processor_seconds[who]:.3f} s of CPU")
    ratios = [times["plain"] / times["engine"] for times in (seconds, processor_seconds)]
    print(f"  ratio {ratios[0]:.2f} on the clock, {ratios[1]:.2f} of CPU (medians of {len(wall['plain'])} steps)")
    if given.losses:
        means = {who: statistics.fmean(values[-given.losses // 2 :]) for who, values in losses.items()}
        apart = abs(means["engine"] - means["plain"]) / abs(means["plain"])
        told = f"{means['plain']:.3f} and {means['engine']:.3f}, {apart:.1%} apart"
        print(f"  mean D loss of the last half of {steps} steps: {told}")


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=9, help="counted steps of each")
    parser.add_argument("--losses", type=int, default=200, help="steps of DCGAN whose losses are compared; 0 for none")
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
    if given.only != "wgan_gp":
        compare("dcgan", DCGAN(networks_=pair), "d", given)
    if given.only != "dcgan":
        given.losses = 0  # a critic's loss has no level to agree on
        method = WganGp(networks_=critic, stabilise=own, n_critic=Repeats(count=CRITIC_UPDATES))
        compare("wgan_gp", method, "critic", given)


if __name__ == "__main__":
    main()
