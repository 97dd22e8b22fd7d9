"""A pre-trained GAN on 200 images of another kind, against the same networks from nothing.

Source and target are two classes of one set (cats and dogs). Both runs see the same 200 images of the target with the
same seeds; KID is measured against the target's other images, which no run sees, under a named extractor.

    python benchmarks/transfer.py --data catdog64.zip                     # some minutes on one core, at 32 px
    python benchmarks/transfer.py --data catdog64.zip --size 64 --images 100000 --source-images 300000
"""

from __future__ import annotations

import argparse
import copy
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ganvas.core.method import Draws
from ganvas.data.fitted import Fitted
from ganvas.data.image_source import ImageSource, Pixels
from ganvas.data.images import ImageStream
from ganvas.data.open import open_source
from ganvas.io import checkpoint
from ganvas.methods.sngan import SNGAN
from ganvas.metrics.generation.kid import kid
from ganvas.recipes import few_64, transfer_64
from ganvas.train.engine import Engine, EngineSettings
from ganvas.train.export import load_into
from ganvas.zoo.extractors import Extractor, extractor

BAR = 0.5
BATCH = 50


@dataclass(frozen=True)
class Part:
    """Some images of a set, in an order of their own."""

    source: ImageSource
    numbers: Sequence[int]

    @property
    def classes(self) -> tuple[str, ...]:
        return self.source.classes

    def __len__(self) -> int:
        return len(self.numbers)

    def read(self, number: int) -> Pixels:
        return self.source.read(self.numbers[number])

    def label(self, number: int) -> int:
        return self.source.label(self.numbers[number])

    def name(self, number: int) -> str:
        return self.source.name(self.numbers[number])

    def facts(self) -> dict[str, Any]:
        return self.source.facts()


def method_at(method: Any, size: int) -> SNGAN:
    """Returns a recipe's method at another size."""
    assert isinstance(method, SNGAN)
    return replace(method, networks_=replace(method.networks_, size=size))


def engine_of(method: SNGAN, images: int, seed: int) -> Engine[Any]:
    """Returns a training that has not begun."""
    return Engine(method, EngineSettings(batch=few_64.recipe().train.batch, total=images, seed=seed))


@torch.no_grad()
def distance(method: SNGAN, engine: Engine[Any], real: np.ndarray, judge: Extractor) -> float:
    """Returns the KID of as many samples as there are real images, by the averaged generator as a model file has it."""
    g = copy.deepcopy(engine.state.averages["g"])
    method.settle({"g": g}, Draws(0, engine.state.step, "settle", torch.arange(1)))
    features = []
    for first in range(0, len(real), BATCH):
        made = method.sample({"g": g}, Draws(0, 0, "apply", torch.arange(first, min(first + BATCH, len(real)))))
        pixels = ((made.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).contiguous().numpy()
        features.append(judge.features(pixels))
    return float(kid(real, np.concatenate(features)))


def curve(
    method: SNGAN, engine: Engine[Any], stream: ImageStream, every: int, real: np.ndarray, judge: Extractor
) -> list[tuple[int, float]]:
    """Trains to the end; returns images seen and KID at each point."""
    found = [(0, distance(method, engine, real, judge))]
    while engine.state.images_seen < engine.settings.total:
        engine.advance(stream)
        if engine.state.images_seen >= found[-1][0] + every:
            found.append((engine.state.images_seen, distance(method, engine, real, judge)))
            print(f"  {found[-1][0]:>8,} images  KID {found[-1][1]:.4f}", flush=True)
    return found


def main() -> None:
    """Trains the source, then scratch and transfer, and prints at which share of the images transfer is as good."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="images in class folders")
    parser.add_argument("--source", type=int, default=0, help="class of the pre-training")
    parser.add_argument("--target", type=int, default=1)
    parser.add_argument("--target-images", type=int, default=200)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--source-images", type=int, default=60_000, help="drawn in the pre-training")
    parser.add_argument("--images", type=int, default=30_000, help="drawn in each of the two runs")
    parser.add_argument("--every", type=int, default=2_000, help="images between measurements")
    parser.add_argument("--features", default="features", help="extractor")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="write the curves here too")
    options = parser.parse_args()
    torch.set_num_threads(1)
    source = open_source(options.data)
    labels = np.array([source.label(number) for number in range(len(source))])
    mixed = np.random.default_rng(options.seed).permutation(len(source))
    target = mixed[labels[mixed] == options.target].tolist()
    few, held = target[: options.target_images], target[options.target_images :]

    def images(numbers: Sequence[int]) -> Fitted:
        return Fitted(source=Part(source, numbers), size=(options.size, options.size), channels=3)

    def stream(numbers: Sequence[int]) -> ImageStream:
        return ImageStream(images=images(numbers), flip=True, seed=options.seed)

    judge = extractor(options.features)
    real = judge.features(images(held).pixels(range(len(held))))
    scratch, transfer = (method_at(recipe.recipe().method, options.size) for recipe in (few_64, transfer_64))
    print(f"source: class {options.source}, {options.source_images:,} images", flush=True)
    first = engine_of(scratch, options.source_images, options.seed)
    others = stream(mixed[labels[mixed] == options.source].tolist())
    while first.state.images_seen < options.source_images:
        first.advance(others)
    runs = {}
    for name, method in (("scratch", scratch), ("transfer", transfer)):
        print(f"{name}: {len(few)} images of class {options.target}, KID[{judge.name}] against {len(held)} others")
        engine = engine_of(method, options.images, options.seed + 1)
        if name == "transfer":
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "last.safetensors"
                checkpoint.save(path, first.state.tensors(), {"kind": "train"})
                print(f"  taken over: {load_into(engine.state, path)}")
        runs[name] = curve(method, engine, stream(few), options.every, real, judge)
    at, best = min(runs["scratch"][1:], key=lambda point: point[1])
    reached = next((seen for seen, value in runs["transfer"] if value <= best), None)
    print(f"scratch is best at {at:,} images: KID[{judge.name}] {best:.4f}")
    if reached is None:
        print("transfer never gets there: MISSED")
    else:
        verdict = "met" if reached <= BAR * at else "MISSED"
        print(f"transfer is there at {reached:,} images, {reached / at:.0%} of them: {verdict} ({BAR:.0%})")
    if options.json is not None:
        options.json.write_text(json.dumps({"extractor": judge.name, **runs}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
