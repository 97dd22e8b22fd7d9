"""What the paired adversarial methods share: content settings, terms by their weights, coupled batches."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ganvas.core.batch import Paired
from ganvas.core.errors import CheckpointError, SettingsError
from ganvas.games.paired import PairedGame
from ganvas.methods.deblur_gan import DeblurGAN
from ganvas.methods.enhancement_gan import EnhancementGAN
from ganvas.methods.esrgan import ESRGAN
from ganvas.methods.srgan import SRGAN
from ganvas.nets.generator import CompactSettings
from ganvas.train.engine import Engine, EngineSettings

VGG = Path("vgg.safetensors")
EVERY = pytest.mark.parametrize("kind", [SRGAN, ESRGAN, EnhancementGAN, DeblurGAN])
METHOD = SRGAN(generator=CompactSettings(features=4, convolutions=1), scale=2, d_features=4, d_layers=2)


class Stream:
    def batch(self, first: int, count: int) -> Paired:
        target = torch.rand(count, 3, 16, 16, generator=torch.Generator().manual_seed(first)) * 2 - 1
        return Paired(target[:, :, ::2, ::2], target)


@pytest.mark.parametrize(
    ("method", "distance", "taps"),
    [
        (SRGAN(content_by="vgg", vgg_weights=VGG), "l2", (15,)),
        (ESRGAN(content_by="vgg", vgg_weights=VGG), "l1", (15,)),
        (EnhancementGAN(content_by="vgg", vgg_weights=VGG, content=1.0), "l1", (15,)),
        (EnhancementGAN(content_by="features", content=1.0, distance="bounded_kernel"), "bounded_kernel", (15,)),
        (DeblurGAN(content_by="vgg", vgg_weights=VGG), "l2", (6,)),
    ],
)
def test_each_paper_compares_its_own_features(method: PairedGame, distance: str, taps: tuple[int, ...]) -> None:
    content = method.content_loss()
    assert (content.by, content.distance, content.taps) == (method.content_by, distance, taps)


@EVERY
def test_vgg_without_a_file_is_refused_at_once(kind: type[PairedGame]) -> None:
    with pytest.raises(SettingsError, match="needs the file of its weights"):
        kind(content_by="vgg", content=1.0)


@EVERY
def test_without_a_weight_the_content_loss_asks_for_no_file(kind: type[PairedGame], tmp_path: Path) -> None:
    missing = kind(content_by="features", content=1.0, feature_weights=tmp_path / "gone.safetensors")
    with pytest.raises(CheckpointError, match="no weights file"):
        missing.phases()
    without = replace(missing, content=0.0)
    assert {phase.name for phase in without.phases()} == {"g", "d"} == set(without.networks())


def test_a_term_is_weighed_by_the_setting_of_its_name_and_one_without_weight_is_left_out() -> None:
    def losses(method: SRGAN) -> dict[str, float]:
        logs = Engine(method, EngineSettings(batch=2, total=20, seed=4)).advance(Stream())
        return {name: float(logs[f"g/{name}"]) for name in ("pixel", "grid", "content") if f"g/{name}" in logs}

    once, twice = losses(METHOD), losses(replace(METHOD, pixel=2 * METHOD.pixel, grid=0.0))
    assert set(twice) == {"pixel", "content"} and set(once) == {"pixel", "grid", "content"}
    assert twice["pixel"] == pytest.approx(2 * once["pixel"]) and twice["content"] == once["content"]


def test_means_over_the_batch_refuse_micro_batches_and_pairs_take_them() -> None:
    settings = EngineSettings(batch=4, total=40, micro_batch=2)
    for method in (replace(METHOD, game="relativistic_average"), ESRGAN(content_by="discriminator")):
        with pytest.raises(SettingsError, match="couple the samples"):
            Engine(method, settings)
    Engine(METHOD, settings)
