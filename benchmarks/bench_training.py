"""Speed of one SRGAN training step: the engine against the plain eager float32 step, in one run.

    python benchmarks/bench_training.py                 # 16 crops of 96 px, SRResNet and patch discriminator
    python benchmarks/bench_training.py --steps 3 --patch 48

The plain step is what the peers' training loops do: contiguous NCHW float32, one generator forward pass for each
network's update, unfused Adam, the same networks and the same losses, no moving average. Steps of both are interleaved,
so that a change of the machine's speed meets both; the ratio of the medians is printed.
"""

from __future__ import annotations

import argparse
import copy
import statistics
import time
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ganvas.core.batch import Paired
from ganvas.losses.adversarial import relativistic_pairing
from ganvas.losses.perceptual import feature_matching
from ganvas.losses.reconstruction import l1
from ganvas.methods.srgan import SRGAN
from ganvas.nets.generator import SRResNetSettings
from ganvas.train.engine import Engine, EngineSettings
from ganvas.train.settings import TrainSettings


@dataclass
class OneBatch:
    """Gives the same made-up batch for ever: the benchmark is of the step, not of the disk."""

    batch_: Paired

    def batch(self, first: int, count: int) -> Paired:
        return self.batch_


@dataclass
class PlainStep:
    """The step as it is usually written."""

    g: nn.Module
    d: nn.Module
    method: SRGAN

    def __post_init__(self) -> None:
        rates = (self.method.g_optimiser.lr, self.method.d_optimiser.lr)
        parameters = (self.g.parameters(), self.d.parameters())
        self.optimisers = [torch.optim.Adam(p, lr, foreach=False) for p, lr in zip(parameters, rates, strict=True)]

    def __call__(self, source: Tensor, target: Tensor) -> None:
        g_optimiser, d_optimiser = self.optimisers
        self.d.requires_grad_(False)
        g_optimiser.zero_grad()
        made = self.g(source)
        fake, features = self.d(made)
        with torch.no_grad():
            real, real_features = self.d(target)
        loss = self.method.pixel * l1(made, target) + self.method.content * feature_matching(features, real_features)
        (loss + self.method.adversarial * relativistic_pairing(fake, real)).backward()
        g_optimiser.step()
        self.d.requires_grad_(True)
        d_optimiser.zero_grad()
        made = self.g(source).detach()
        relativistic_pairing(self.d(target)[0], self.d(made)[0]).backward()
        d_optimiser.step()


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=9, help="counted steps of each")
    parser.add_argument("--patch", type=int, default=96, help="side of the target crop, px")
    parser.add_argument("--batch", type=int, default=16)
    given = parser.parse_args()
    method = SRGAN(generator=SRResNetSettings(features=64, blocks=16), game="relativistic_paired")
    bf16 = TrainSettings(images=1).bf16("cpu")
    engine = Engine(method, EngineSettings(batch=given.batch, total=10**6, bf16=bf16))
    nets = copy.deepcopy(engine.state.nets)
    plain = PlainStep(*[nets[name].to(memory_format=torch.contiguous_format) for name in ("g", "d")], method)
    low = given.patch // method.scale
    source = torch.rand(given.batch, 3, low, low) * 2 - 1
    target = torch.rand(given.batch, 3, low * method.scale, low * method.scale) * 2 - 1
    stream = OneBatch(Paired(source, target))
    seconds: dict[str, list[float]] = {"plain": [], "engine": []}
    for number in range(given.steps + 2):
        for name, taken in seconds.items():
            start = time.perf_counter()
            if name == "plain":
                plain(source, target)
            else:
                engine.advance(stream)
            if number >= 2:  # the first steps compile kernels
                taken.append(time.perf_counter() - start)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    print(f"SRGAN step, {given.batch} x {given.patch} px, SRResNet 64 x 16, {torch.get_num_threads()} threads")
    print(f"plain eager float32 NCHW   {medians['plain']:.3f} s")
    print(f"ganvas ({'bf16' if bf16 else 'float32'}, channels_last)  {medians['engine']:.3f} s")
    print(f"ratio {medians['plain'] / medians['engine']:.2f} (medians of {given.steps} interleaved steps)")


if __name__ == "__main__":
    main()
