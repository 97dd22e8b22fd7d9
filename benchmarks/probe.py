"""What a discriminator learns without a label: a linear probe of its features, against those of one never trained.

    python benchmarks/probe.py --data cifar10-subset.zip
    python benchmarks/probe.py --data mnist --channels 1 --images 50000

The features are those that its score is read from. A part of the images trains nothing and tests the probe; how much
the probe is held back (its ridge) is chosen for each network anew, or features of many numbers would be judged by it.
"""

from __future__ import annotations

import argparse
import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.images import LabelledImages, LabelledImageStream
from ganvas.games.stabilisers import Stabilisers
from ganvas.methods.dcgan import DCGAN
from ganvas.metrics.generation.linear_probe import linear_probe
from ganvas.nets.synthesis.settings import DCGANSettings
from ganvas.train.engine import Engine, EngineSettings
from ganvas.train.settings import TrainSettings

BAR = 0.08
BATCH = 50
RIDGES = (0.01, 0.1, 1.0, 10.0)
PARTS = 5  # of the training, told one by one; the last counts


def gan(size: int, channels: int) -> DCGAN:
    """Returns DCGAN with narrow networks, and augmentation, since the images are few."""
    optimiser = Optimiser(lr=2e-4, betas=(0.5, 0.99), schedule=Schedule(decay_from=0.4))
    return DCGAN(
        networks_=DCGANSettings(size=size, channels=channels, latent=64, features_g=48, features_d=48),
        g_optimiser=optimiser,
        d_optimiser=optimiser,
        stabilise=Stabilisers(augment="diffaugment"),
    )


@torch.no_grad()
def features(d: nn.Module, stream: LabelledImageStream, numbers: np.ndarray) -> np.ndarray:
    """Returns the features of images by their numbers."""
    d = d.eval()
    found = []
    for first in range(0, len(numbers), BATCH):
        pixels = stream.images.pixels(numbers[first : first + BATCH].tolist())
        image = torch.from_numpy(pixels.astype(np.float32) / 127.5 - 1).permute(0, 3, 1, 2)
        found.append(d(image).features.double().numpy())
    return np.concatenate(found)


def probed(fit: np.ndarray, labels: np.ndarray, test: np.ndarray, test_labels: np.ndarray) -> tuple[float, float]:
    """Returns the accuracy on the test images, and the ridge, which a fifth of the fitted ones chose."""
    part = len(fit) // 5
    tried = {ridge: linear_probe(fit[part:], labels[part:], fit[:part], labels[:part], ridge=ridge) for ridge in RIDGES}
    best = max(tried, key=lambda ridge: tried[ridge])
    return linear_probe(fit, labels, test, test_labels, ridge=best), best


def main() -> None:
    """Trains and prints both accuracies."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="images with labels, 10 classes")
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--channels", type=int, default=3)
    parser.add_argument("--images", type=int, default=250_000, help="drawn in the training of the discriminator")
    parser.add_argument("--test", type=int, default=1_000, help="images that test the probe")
    parser.add_argument("--most", type=int, default=10_000, help="images that the probe is fitted on, at most")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    data = LabelledImages(size=options.size, channels=options.channels, classes=10, flip=options.channels == 3)
    whole = data.stream(options.data, seed=options.seed)
    mixed = np.random.default_rng(options.seed).permutation(len(whole.labels))
    test, fit = mixed[: options.test], mixed[options.test :]
    stream = replace(whole, held=np.sort(test))
    bf16 = TrainSettings(images=1).bf16("cpu")
    settings = EngineSettings(batch=64, total=options.images, seed=options.seed, bf16=bf16)
    engine: Engine[Any] = Engine(gan(options.size, options.channels), settings)
    fit = fit[: options.most]
    found = []
    for part in range(PARTS + 1):
        while engine.state.images_seen < options.images * part / PARTS:
            engine.advance(stream)
        d = copy.deepcopy(engine.state.nets["d"])
        share, ridge = probed(features(d, whole, fit), whole.labels[fit], features(d, whole, test), whole.labels[test])
        found.append(share)
        told = f"after {engine.state.images_seen:,} images" if part else "random"
        print(
            f"{told:24}{found[-1]:.1%} of {len(test)} images, probe fitted on {len(fit)}, ridge {ridge:g}", flush=True
        )
    more = found[-1] - found[0]
    print(f"{100 * more:+.1f} points: {'met' if more >= BAR else 'MISSED'} ({100 * BAR:.0f})")


if __name__ == "__main__":
    main()
