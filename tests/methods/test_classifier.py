"""The classifier: trained on class folders to a model file that content losses read."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from ganvas.core.batch import Labelled
from ganvas.core.method import Optimiser
from ganvas.data.labelled import LabelledFolder
from ganvas.losses.content import Content
from ganvas.methods.classifier import Classifier
from ganvas.nets.feature_net import FeatureSettings
from ganvas.train.engine import Engine, EngineSettings
from ganvas.train.settings import Recipe, TrainSettings
from ganvas.train.trainer import Plan, fit

NETWORK = FeatureSettings(widths=(4, 8), convolutions=(1, 1))
RATE = Optimiser(lr=2e-2)


class Watcher:
    """Asks for samples, as a person's TensorBoard does."""

    def __init__(self) -> None:
        self.top1: list[float] = []
        self.grids = 0

    def scalars(self, moment) -> None:
        self.top1.append(moment["fit/top1"])

    def samples(self, step, grid) -> None:
        self.grids += 1

    def close(self) -> None:
        pass


@pytest.fixture
def textures(tmp_path: Path) -> Path:
    """Three classes that differ in texture alone."""
    rng = np.random.default_rng(0)
    for name, period in (("fine", 2), ("middle", 4), ("coarse", 8)):
        (tmp_path / "data" / name).mkdir(parents=True)
        for number in range(4):
            wave = np.sin(2 * np.pi * (np.arange(24) / period + rng.random()))
            image = np.rint(128 + 90 * np.broadcast_to(wave, (24, 24))).astype(np.uint8)
            cv2.imwrite(str(tmp_path / "data" / name / f"{number}.png"), image)
    return tmp_path


def test_a_training_ends_in_a_model_that_knows_held_out_images_and_serves_the_content_loss(textures: Path) -> None:
    recipe = Recipe(
        method=Classifier(network=NETWORK, classes=3, optimiser=RATE, average_images=30),
        data=LabelledFolder(classes=3, patch=16, zoom=(0.7, 1.0), hold_out=1),
        train=TrainSettings(images=300, batch=12, log_every=5, precision="f32"),
    )
    watcher = Watcher()
    outcome = fit(recipe, Plan(run=textures / "run", data=textures / "data"), [watcher])
    assert watcher.grids == 0  # logits are no picture
    assert watcher.top1[0] < watcher.top1[-1] and watcher.top1[-1] > 0.9
    content = Content(by="features", feature_weights=outcome.model)
    content.check()
    test = recipe.data.stream(textures / "data", seed=0).test()
    net = content.networks()["content"]
    assert [f.shape[1] for f in net(test.image)] == [4, 8]
    with torch.no_grad():
        assert torch.equal(net._held[0].net(test.image).argmax(1), test.label)


def test_unknown_labels_do_not_count() -> None:
    image = torch.rand(4, 3, 8, 8, generator=torch.Generator().manual_seed(0)) * 2 - 1

    class Stream:
        def __init__(self, labels: list[int]) -> None:
            self.labels = torch.tensor(labels)

        def batch(self, first: int, count: int) -> Labelled:
            return Labelled(image, self.labels)

    method = Classifier(network=NETWORK, classes=3, smoothing=0.0)
    losses = []
    for labels in ([0, 1, 2, -1], [0, 1, 2, 2]):
        engine = Engine(method, EngineSettings(batch=4, total=40, seed=0))
        with torch.no_grad():
            logits = engine.state.nets["c"](image)
            known = torch.tensor(labels) >= 0
            chosen = torch.log_softmax(logits, 1)[known, torch.tensor(labels)[known]]
        engine = Engine(method, EngineSettings(batch=4, total=40, seed=0))
        losses.append((float(engine.advance(Stream(labels))["fit/cross_entropy"]), -float(chosen.mean())))
    for found, expected in losses:
        assert found == pytest.approx(expected, rel=1e-5)
    assert losses[0][0] != losses[1][0]
