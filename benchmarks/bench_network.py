"""The network alone: our best back end against the same network the way Real-ESRGAN's script runs it on a CPU.

    python benchmarks/bench_network.py [--model NAME] [--side 1000] [--rounds 5]

The reference is the loop of ``eager_tiles.py``: eager torch, float32, NCHW, tiles of 400 px with 10 px of context, one
at a time. Both run in this process, in turns; medians are printed, and every single time.
Without ``--model`` the network is an untrained Compact (64 features, 16 convolutions, x4).
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ganvas.infer.model import RunnableModel
from ganvas.infer.session import ApplyOptions, Session

if TYPE_CHECKING:
    from torch import nn


def untrained() -> RunnableModel:
    """A Compact with random weights; nothing is cached."""
    import torch

    from ganvas.methods.regression import Regression

    torch.manual_seed(0)
    method = Regression()
    networks = {name: net.eval() for name, net in method.networks().items()}
    return RunnableModel(card=method.describe(), name="untrained Compact", load=lambda: (method, networks))


def named(name: str) -> RunnableModel:
    """A model of the zoo or a weights file."""
    from ganvas.api.load import runnable
    from ganvas.zoo.models import find

    return runnable(find(name))


def picture(side: int) -> np.ndarray:
    """Waves, edges and a little noise, in [0, 1]."""
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    planes = [0.5 + 0.3 * np.sin(x / (7 + 3 * c) + y / 11) * np.cos(y / (13 - c)) for c in range(3)]
    image = np.stack(planes, axis=2) + 0.2 * ((x // 37 + y // 53) % 2)[..., None] - 0.1
    noise = np.random.default_rng(0).normal(0, 0.01, image.shape)
    return np.clip(image + noise, 0, 1).astype(np.float32)


def reference(network: nn.Module, image: np.ndarray, *, scale: int, low: float, high: float) -> np.ndarray:
    """Tiles of 400 px with 10 px of context, one after the other, hard joints."""
    import torch
    from eager_tiles import tiled

    source = torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1)))[None] * (high - low) + low
    with torch.no_grad():
        result = tiled(network, source, scale)
    return ((result[0] - low) / (high - low)).clamp_(0, 1).permute(1, 2, 0).numpy()


def multiplications(network: nn.Module, channels: int, side: int = 64) -> float:
    """Multiply-adds per input pixel of a square picture, counted in the convolutions."""
    import torch

    total = 0

    def count(module: Any, inputs: Any, output: Any) -> None:
        nonlocal total
        total += output[0].numel() * module.weight[0].numel()

    hooks = [m.register_forward_hook(count) for m in network.modules() if isinstance(m, torch.nn.Conv2d)]
    with torch.no_grad():
        network(torch.zeros(1, channels, side, side))
    for hook in hooks:
        hook.remove()
    return total / side**2


def matmul_peak(bf16: bool) -> float:
    """Best of some matrix products in torch, multiply-adds a second."""
    import torch

    best = 0.0
    for size in (1024, 2048, 3072):
        a, b = (torch.randn(size, size, dtype=torch.bfloat16 if bf16 else torch.float32) for _ in range(2))
        for _ in range(5):
            start = time.perf_counter()
            a @ b
            best = max(best, size**3 / (time.perf_counter() - start))
    return best


class Timed:
    """A back end that adds up the time spent in it."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.seconds = 0.0
        self.name, self.device, self.precision = inner.name, inner.device, inner.precision
        self.bytes_per_pixel = inner.bytes_per_pixel

    def run(self, images: np.ndarray) -> np.ndarray:
        start = time.perf_counter()
        output = self.inner.run(images)
        self.seconds += time.perf_counter() - start
        return output

    def at(self, precision: str) -> Timed:
        return Timed(self.inner.at(precision))


def main() -> None:
    """Prints the table and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="name or path; an untrained Compact when left out")
    parser.add_argument("--side", type=int, default=1000, help="side of the square image, px (default 1000)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds in turns (default 5)")
    parser.add_argument("--backend", default="auto")
    parser.add_argument("--precision", default="auto")
    choice = parser.parse_args()

    model = named(choice.model) if choice.model else untrained()
    assert model.load is not None, "a classical model has no network to compare"
    method, networks = model.load()
    network, card = networks[method.exportable()[0]].eval(), model.card
    options = ApplyOptions(backend=choice.backend, precision=choice.precision)
    backend = Timed(Session(model, options)._runner.backend)
    # The guard is not the network: it is left out of this comparison.
    session = Session.on(backend, replace(model, drifts=False), options)
    image = picture(choice.side)[:, :, : card.channels]

    def theirs() -> np.ndarray:
        return reference(network, image, scale=card.scale, low=card.range[0], high=card.range[1])

    def ours() -> np.ndarray:
        return session.array(image)

    def timed(function: Callable[[], np.ndarray]) -> tuple[float, np.ndarray]:
        start = time.perf_counter()
        result = function()
        return time.perf_counter() - start, result

    ours(), theirs()
    times: dict[str, list[float]] = {"reference": [], "session": [], "network": []}
    for _ in range(choice.rounds):
        seconds, expected = timed(theirs)
        times["reference"].append(seconds)
        backend.seconds = 0.0
        seconds, result = timed(ours)
        times["session"].append(seconds)
        times["network"].append(backend.seconds)
    medians = {name: statistics.median(values) for name, values in times.items()}
    psnr = -10 * np.log10(float(((result.astype(np.float64) - expected) ** 2).mean()) + 1e-20)
    work = multiplications(network, card.channels) * image.shape[0] * image.shape[1]
    peak = matmul_peak(backend.precision == "bf16")
    report = session.report
    print(f"{model.name}, {choice.side} x {choice.side} px, x{card.scale}, {work / 1e9:.1f} G multiply-adds")
    print(f"ours: {report.backend} {report.precision}, {report.mode} tiles of {report.tile}, work {report.work:.3f}")
    print("                                     median s   ratio   all")
    for name, text in (
        ("reference", "eager float32 NCHW, 400 px tiles"),
        ("network", "ours, network alone"),
        ("session", "ours, whole session"),
    ):
        every = " ".join(f"{value:.2f}" for value in times[name])
        print(f"{text:36s} {medians[name]:8.3f} {medians['reference'] / medians[name]:7.2f}   {every}")
    print(f"PSNR between the outputs: {psnr:.1f} dB")
    share = work / medians["network"] / peak
    print(f"share of the matmul peak ({peak * 2 / 1e9:.0f} GFLOP/s in {report.precision}): {100 * share:.0f} %")
    ratio = medians["reference"] / medians["network"]
    print(json.dumps({"ratio": ratio, "psnr": psnr, "share": share, **medians, **report.to_json()}))


if __name__ == "__main__":
    main()
