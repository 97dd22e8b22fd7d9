"""Two processes of one thread each against one of one thread: images per second of the same training step.

    python benchmarks/bench_distributed.py                 # DCGAN, 64 px, the same global batch of 128
    python benchmarks/bench_distributed.py --method wgan_gp --rounds 5

Ideal are twice as many images per second. What is done once per step (optimiser, average, exchange of gradients) is not
shared out, so small batches of small images fall behind. Wants a quiet machine with two cores. The processor time per
image of all processes together, which waiting does not add to, is printed too: it can be read on a busy machine. Beside
them, two processes that know nothing of each other, each with half the batch: what the cores, which share memory and
heat, give at best.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from typing import Any

import torch

from ganvas.core.batch import Clean
from ganvas.games.stabilisers import Stabilisers
from ganvas.games.synthesis import Synthesis
from ganvas.methods.dcgan import DCGAN
from ganvas.methods.wgan_gp import WganGp
from ganvas.nets.synthesis.settings import DCGANSettings
from ganvas.ops import random
from ganvas.train.distributed import Shared, joined
from ganvas.train.engine import Engine, EngineSettings
from ganvas.train.settings import TrainSettings


class Noise:
    """Samples by their index; the first of them again and again, so that nothing is made while the clock runs."""

    def __init__(self, size: int) -> None:
        self._images = random.uniform(1, torch.arange(256), (3, size, size)) * 2 - 1

    def batch(self, first: int, count: int) -> Clean:
        """Returns samples ``first`` to ``first + count - 1``."""
        return Clean(self._images[torch.arange(first, first + count) % len(self._images)])


def work(given: argparse.Namespace) -> None:
    """Trains some steps; every process prints its seconds."""
    torch.set_num_threads(1)
    pair = DCGANSettings(size=given.size, channels=3, norm_d="batch" if given.method == "dcgan" else "none")
    method: Synthesis = DCGAN(networks_=pair)
    if given.method == "wgan_gp":
        method = WganGp(networks_=pair, stabilise=Stabilisers(gradient_penalty=10.0))
    settings = EngineSettings(batch=given.batch, total=10**9, bf16=TrainSettings(images=1).bf16("cpu"))
    with joined("cpu") as world:
        engine: Engine[Any] = Engine(method, settings, world)  # type: ignore[arg-type]
        stream = Shared(Noise(given.size), world)
        for _ in range(2):
            engine.advance(stream)
        first = engine.state.images_seen
        clock, processor = time.perf_counter(), time.process_time()
        for _ in range(given.steps):
            engine.advance(stream)
        world.any_of([True])  # all are done
        seen = engine.state.images_seen - first
        told = {"seconds": time.perf_counter() - clock, "cpu": time.process_time() - processor, "images": seen}
    print(json.dumps(told))


def launch(given: argparse.Namespace, size: int, *, apart: bool = False) -> dict[str, float]:
    """Runs ``size`` processes, together or ``apart``; returns images per second, and processor seconds per image."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = str(found.getsockname()[1])
    batch = given.batch // size if apart else given.batch
    words = [f"--{name}={getattr(given, name)}" for name in ("method", "steps", "size")]
    command = [sys.executable, __file__, "--worker", f"--batch={batch}", *words]
    shared = {**os.environ, "OMP_NUM_THREADS": "1", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    group = [{"WORLD_SIZE": "1", "RANK": "0"}] * size
    if not apart:
        group = [{"WORLD_SIZE": str(size), "RANK": str(rank)} for rank in range(size)]
    children = [
        subprocess.Popen(command, env={**shared, **place}, stdout=subprocess.PIPE, text=True) for place in group
    ]
    rows = [json.loads(child.communicate()[0].splitlines()[-1]) for child in children]
    images = sum(row["images"] for row in rows) if apart else rows[0]["images"]
    return {
        "rate": images / max(row["seconds"] for row in rows),
        "cost": sum(row["cpu"] for row in rows) / images,
    }


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--method", choices=["dcgan", "wgan_gp"], default="dcgan")
    parser.add_argument("--steps", type=int, default=10, help="counted steps of a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--size", type=int, default=64, help="side of the images, px")
    parser.add_argument("--batch", type=int, default=128, help="samples per update, of all processes together")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        work(given)
        return
    groups = {"1 process": (1, False), "2 processes": (2, False), "2 of half the batch, apart": (2, True)}
    found: dict[str, list[dict[str, float]]] = {name: [] for name in groups}
    for _ in range(given.rounds):
        for name, (size, apart) in groups.items():
            found[name].append(launch(given, size, apart=apart))
    print(f"{given.method}, {given.size} px, global batch {given.batch}, one thread a process")
    rates = {name: statistics.median(row["rate"] for row in rows) for name, rows in found.items()}
    costs = {name: statistics.median(row["cost"] for row in rows) for name, rows in found.items()}
    for name in groups:
        print(f"  {name:<28}{rates[name]:8.1f} images/s  {1000 * costs[name]:7.2f} ms of CPU an image")
    one, together, alone = groups
    for name, best in ((f"twice {one}", 2 * rates[one]), (alone, rates[alone])):
        print(f"  {together} against {name}: {rates[together] / best:.2f} on the clock")
    print(f"  by processor time against {one}: {costs[one] / costs[together]:.2f}")


if __name__ == "__main__":
    main()
