"""What the codes of an InfoGAN mean: purity of its categories, and whether its continuous codes can be read back.

    ganvas train info-mnist --data mnist
    python benchmarks/info_codes.py runs/info-mnist/model.safetensors --data mnist

Purity of real images: Q names a category for each test image, and the label of the image is what it should be of.
Purity of generated images: the category asked for, against the class that the extractor sees; the lower of both ways,
since categories that all make the same class would be pure one way. Codes are drawn evenly in [-1, 1], and Q reads them
in the generated image.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from ganvas.api.load import load, networks
from ganvas.core.method import Draws, Query
from ganvas.data.images import LabelledImages
from ganvas.methods.info_gan import InfoGAN
from ganvas.metrics.generation.codes import cluster_purity, code_correlation
from ganvas.nets.synthesis.codes import even
from ganvas.zoo.extractors import extractor

BATCH = 100
BARS = {"purity, real": 0.85, "correlation": 0.8}


@torch.no_grad()
def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="images with labels and a test split")
    parser.add_argument("--features", default="mnist-lenet", help="extractor whose classes are those of the data")
    parser.add_argument("--samples", type=int, default=5_000)
    options = parser.parse_args()
    torch.set_num_threads(1)
    method, nets = networks(load(options.model).entry)
    assert isinstance(method, InfoGAN)
    shape = method.networks_
    stream = LabelledImages(size=shape.size, channels=shape.channels, classes=shape.classes, split="test").stream(
        options.data, seed=0
    )
    told, labels = [], []
    for first in range(0, min(options.samples, len(stream.labels)) // BATCH * BATCH, BATCH):
        batch = stream.batch(first, BATCH)
        told.append(method.read(nets, batch.image)[0].argmax(1).numpy())
        labels.append(batch.label.numpy())
    judge = extractor(options.features)
    asked, seen, codes, read = [], [], [], []
    for first in range(0, options.samples // BATCH * BATCH, BATCH):
        draws = Draws(0, 0, "apply", torch.arange(first, first + BATCH))
        wanted = draws.index % shape.classes
        made = method.apply(nets, Query(label=wanted), draws).images
        codes.append(even(method.codes(Query(), draws)[:, : method.continuous]).numpy())
        read.append(method.read(nets, made)[1].numpy())
        asked.append(wanted.numpy())
        pixels = ((made.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()
        seen.append(judge.probabilities(pixels).argmax(1))
    category, shown = np.concatenate(asked), np.concatenate(seen)
    found = {
        "purity, real": cluster_purity(np.concatenate(told), np.concatenate(labels)),
        f"purity, generated [{judge.name}]": min(cluster_purity(category, shown), cluster_purity(shown, category)),
    }
    correlation = code_correlation(np.concatenate(codes), np.concatenate(read))
    found |= {f"correlation, code{number + 1}": value for number, value in enumerate(correlation.tolist())}
    for name, value in found.items():
        bar = BARS.get(name, BARS["correlation"] if name.startswith("correlation") else None)
        verdict = "" if bar is None else f"  {'met' if value >= bar else 'MISSED'} ({bar})"
        print(f"{name:32} {value:6.3f}{verdict}")


if __name__ == "__main__":
    main()
