"""The enhancement GAN learns: trained for seconds on three photos, it brings spoilt views of a fourth nearer to it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from skimage import data

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.sources import Folder
from ganvas.data.streams import PairedStream
from ganvas.degrade.tone import ToneLoss
from ganvas.methods.enhancement_gan import EnhancementGAN
from ganvas.metrics.psnr import psnr
from ganvas.nets.generator import FieldSettings
from ganvas.train.engine import Engine, EngineSettings

pytestmark = pytest.mark.learn
HELD_OUT = cv2.resize(data.coffee(), (192, 128), interpolation=cv2.INTER_AREA)
SPOIL = ToneLoss(chance=1.0, exposure=(-1.5, -0.7), gamma=(1.0, 1.4), contrast=(0.3, 0.6), clean=0.0)
STEPS = 250


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    folder: Path = tmp_path_factory.mktemp("photos")
    for name in ("astronaut", "chelsea", "rocket"):
        cv2.imwrite(str(folder / f"{name}.png"), getattr(data, name)()[:, :, ::-1])
    return Folder(folder)


def trained(photos: Folder, distance: str) -> torch.nn.Module:
    method = EnhancementGAN(
        generator=FieldSettings(side=64, features=8, bins=4, blocks=1),
        distance=distance,
        d_features=8,
        d_layers=2,
        g_optimiser=Optimiser(lr=3e-3, schedule=Schedule(warm_up=80, decay_from=0.3, final=0.02)),
        average_images=200,
    )
    stream = PairedStream(source=photos, degradation=SPOIL, patch=64, zoom=(1.5, 4.0))
    engine = Engine(method, EngineSettings(batch=8, total=8 * STEPS, seed=1))
    for _ in range(STEPS):
        engine.advance(stream)
    return engine.state.averages["g"]


def gains(net: torch.nn.Module) -> list[float]:
    """PSNR above the input's, dB, of eight spoilt views."""
    found = []
    for seed in range(8):
        spoilt = SPOIL(HELD_OUT.astype(np.float32) / 255, np.random.default_rng(seed))
        with torch.no_grad():
            made = net(torch.from_numpy(spoilt * 2 - 1).permute(2, 0, 1)[None])[0].permute(1, 2, 0).numpy()
        before, after = (np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8) for image in (spoilt, (made + 1) / 2))
        found.append(psnr(after, HELD_OUT) - psnr(before, HELD_OUT))
    return found


@pytest.mark.parametrize("distance", ["l1", "bounded_kernel"])
def test_spoilt_tones_come_back(photos: Folder, distance: str) -> None:
    net = trained(photos, distance)
    found = gains(net)
    assert np.mean(found) > 3.0
    assert min(found) > 0.0
