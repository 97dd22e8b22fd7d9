"""Methods learn: trained for seconds on real photos with a fixed seed, judged on photos they have not seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from skimage import data
from torch import nn

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.sources import Folder
from ganvas.data.streams import PairedStream
from ganvas.degrade.bicubic import Bicubic
from ganvas.degrade.noise import GaussianNoise
from ganvas.methods.regression import Regression
from ganvas.methods.srgan import SRGAN
from ganvas.metrics.psnr import psnr
from ganvas.metrics.spectrum import spectrum_distance
from ganvas.nets.generator import CompactSettings
from ganvas.ops.resize import resize
from ganvas.train.engine import Engine, EngineSettings
from ganvas.zoo.classical import tv

pytestmark = pytest.mark.learn
HELD_OUT = data.coffee()[60:316, 160:416]


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    folder: Path = tmp_path_factory.mktemp("photos")
    for name in ("astronaut", "chelsea", "rocket"):
        cv2.imwrite(str(folder / f"{name}.png"), getattr(data, name)()[:, :, ::-1])
    return Folder(folder)


def train(method, stream: PairedStream, steps: int) -> Engine:
    engine = Engine(method, EngineSettings(batch=8, total=8 * steps, seed=1))
    for _ in range(steps):
        engine.advance(stream)
    return engine


def result(net: nn.Module, source: np.ndarray) -> np.ndarray:
    image = torch.from_numpy(source.astype(np.float32) / 127.5 - 1).permute(2, 0, 1)[None]
    with torch.no_grad():
        made = net(image)[0].permute(1, 2, 0).numpy()
    return np.rint(np.clip((made + 1) * 127.5, 0, 255)).astype(np.uint8)


def rate(lr: float) -> Optimiser:
    return Optimiser(lr=lr, schedule=Schedule(warm_up=160, decay_from=0.0, final=0.02))


@pytest.fixture(scope="module")
def upscaler(photos: Folder) -> Engine:
    method = Regression(
        generator=CompactSettings(features=16, convolutions=4), scale=2, optimiser=rate(3e-3), average_images=200
    )
    return train(method, PairedStream(source=photos, degradation=Bicubic(scale=2), patch=24, scale=2), 600)


def low() -> np.ndarray:
    return np.rint(Bicubic(scale=2)(HELD_OUT.astype(np.float32) / 255, np.random.default_rng(0)) * 255).astype(np.uint8)


def enlarged() -> np.ndarray:
    tensor = torch.from_numpy(low().astype(np.float64)).permute(2, 0, 1)[None]
    return np.rint(resize(tensor, HELD_OUT.shape[:2])[0].permute(1, 2, 0).numpy().clip(0, 255)).astype(np.uint8)


def test_regression_beats_bicubic_by_a_margin(upscaler: Engine) -> None:
    ours = psnr(result(upscaler.state.averages["g"], low()), HELD_OUT)
    assert ours > psnr(enlarged(), HELD_OUT) + 0.3


def test_regression_denoises_better_than_total_variation(photos: Folder) -> None:
    noise = GaussianNoise(sigma=(25, 25))
    method = Regression(
        generator=CompactSettings(features=24, convolutions=4),
        scale=1,
        task="denoise",
        optimiser=rate(3e-3),
        average_images=200,
    )
    engine = train(method, PairedStream(source=photos, degradation=noise, patch=48), 450)
    noisy = noise(HELD_OUT.astype(np.float32) / 255, np.random.default_rng(7))
    ours = psnr(result(engine.state.averages["g"], np.rint(noisy * 255)), HELD_OUT)
    classical = max(
        psnr(np.rint(tv.apply(noisy, weight=weight) * 255).astype(np.uint8), HELD_OUT) for weight in (0.06, 0.08, 0.1)
    )
    assert ours > classical + 0.3


def test_the_adversarial_loss_brings_the_spectrum_to_the_truths(photos: Folder, upscaler: Engine) -> None:
    method = SRGAN(
        generator=CompactSettings(features=16, convolutions=4),
        scale=2,
        adversarial=2e-2,
        structure=1.0,
        grid=1.0,
        d_features=16,
        d_layers=2,
        g_optimiser=rate(1e-3),
        d_optimiser=Optimiser(lr=2e-3, betas=(0.5, 0.99)),
        average_images=200,
    )
    stream = PairedStream(source=photos, degradation=Bicubic(scale=2), patch=24, scale=2)
    engine = Engine(method, EngineSettings(batch=8, total=8 * 150, seed=1))
    engine.state.nets["g"].load_state_dict(upscaler.state.averages["g"].state_dict())
    engine.state.averages["g"].load_state_dict(upscaler.state.averages["g"].state_dict())
    for _ in range(150):
        engine.advance(stream)
    smooth = result(upscaler.state.averages["g"], low())
    sharp = result(engine.state.averages["g"], low())
    assert spectrum_distance(sharp, HELD_OUT) < 0.7 * spectrum_distance(smooth, HELD_OUT)
    assert psnr(sharp, HELD_OUT) > psnr(smooth, HELD_OUT) - 3


def test_without_the_losses_gradient_nothing_is_learnt(photos: Folder) -> None:
    """The tests above can fail: a rate of zero leaves the nearest-neighbour upsampler."""
    method = Regression(generator=CompactSettings(features=8, convolutions=1), scale=2, optimiser=rate(0.0))
    stream = PairedStream(source=photos, degradation=Bicubic(scale=2), patch=24, scale=2)
    engine = train(replace(method), stream, 3)
    assert psnr(result(engine.state.averages["g"], low()), HELD_OUT) < psnr(enlarged(), HELD_OUT)
