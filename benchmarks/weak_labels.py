"""Test accuracy of a classifier from few labels: the discriminator of weakly_supervised_gan, and the labels alone.

    ganvas train weak-mnist --data mnist
    python benchmarks/weak_labels.py runs/weak-mnist/model.safetensors --data mnist         # beside the labels alone
    python benchmarks/weak_labels.py --data mnist --images 100000                           # trains both, and measures

The labels alone train the same network, with the same dropout, noise, rate, schedule, average and number of labelled
images drawn; the same labels are kept, since they are drawn by the seed.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from ganvas.api.load import load, networks
from ganvas.core.batch import Labelled
from ganvas.core.method import Draws, Losses, Phase, Query, Step
from ganvas.data.images import LabelledImages
from ganvas.losses.classes import class_loss
from ganvas.methods.weakly_supervised_gan import WeaklySupervisedGAN
from ganvas.recipes import weak_mnist
from ganvas.train.engine import Engine, EngineSettings

BATCH = 100
BAR = 0.95


@dataclass(frozen=True, kw_only=True)
class LabelsOnly(WeaklySupervisedGAN):
    """The same without the game: the discriminator descends on the known labels."""

    def phases(self) -> Sequence[Phase[Any]]:
        """Returns the one descent."""
        return [Phase(name="d", trains=("d",), loss=self.fit, splittable=False)]

    def fit(self, batch: Labelled, step: Step) -> Losses:
        """Returns the cross-entropy."""
        real = self._judged(self._real(batch, step), step, slope=False)
        assert real.judgement.classes is not None
        return {"supervised": class_loss(real.judgement.classes, batch.label)}


def fitted(method: WeaklySupervisedGAN, data: LabelledImages, path: Path, batch: int, images: int, seed: int) -> Any:
    """Returns the networks after that many images, and the processor time they took."""
    stream = data.stream(path, seed=seed)
    engine: Engine[Labelled] = Engine(method, EngineSettings(batch=batch, total=images, seed=seed))
    start = time.process_time()
    while engine.state.images_seen < images:
        engine.advance(stream)
    seconds = time.process_time() - start
    return {name: net.eval() for name, net in {**engine.state.nets, **engine.state.averages}.items()}, seconds


@torch.no_grad()
def accuracy(method: WeaklySupervisedGAN, nets: Mapping[str, Any], data: LabelledImages, path: Path) -> float:
    """Returns the share of test images whose class the discriminator tells."""
    test = replace(data, split="test", labels_kept=None, labelled_share=0.0, flip=False).stream(path, seed=0)
    right, count = 0, len(test.labels) // BATCH * BATCH
    for first in range(0, count, BATCH):
        batch = test.batch(first, BATCH)
        logits = method.apply(nets, Query(image=batch.image), Draws(0, 0, "apply", torch.arange(BATCH))).images
        right += int((logits.argmax(1) == batch.label).sum())
    return right / count


def main() -> None:
    """Prints both accuracies."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, nargs="?", help="of a run of the recipe; trained here when left out")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--images", type=int, help="of each training; the recipe's when left out")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    recipe = weak_mnist.recipe()
    method, data = recipe.method, recipe.data
    assert isinstance(method, WeaklySupervisedGAN)
    images, batch = options.images or recipe.train.images, recipe.train.batch
    if options.model is not None:
        trained, nets = networks(load(options.model).entry)
        assert isinstance(trained, WeaklySupervisedGAN)
        share, seconds = accuracy(trained, nets, data, options.data), "its own run"
    else:
        nets, spent = fitted(method, data, options.data, batch, images, options.seed)
        share, seconds = accuracy(method, nets, data, options.data), f"{spent:.0f} s"
    verdict = "met" if share >= BAR else "MISSED"
    print(f"{'weakly supervised':20} {share:7.2%}  {seconds:>12}  {verdict} ({BAR:.0%})", flush=True)
    labelled = round(batch * data.labelled_share)
    alone = replace(LabelsOnly(**vars(method)), average_images=method.average_images * labelled / batch)
    only = replace(data, labelled_share=1.0)
    # As many labelled images as the other run saw; the rest of its batches had no label.
    nets, spent = fitted(alone, only, options.data, labelled, images * labelled // batch, options.seed)
    print(f"{'labels alone':20} {accuracy(alone, nets, data, options.data):7.2%}  {spent:10.0f} s", flush=True)


if __name__ == "__main__":
    main()
