"""Metrics are found by file name; every one tells which direction is better truthfully."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from ganvas.core.errors import SettingsError
from ganvas.metrics import registry

TRUTH = data.astronaut()[100:164, 200:270]


def test_the_names() -> None:
    assert {"psnr", "ssim", "gmsd", "spectrum", "band_correlation"} <= set(registry.names())
    with pytest.raises(SettingsError, match="choose one of"):
        registry.find("lpips2")


@pytest.mark.parametrize("name", registry.names())
def test_more_noise_is_worse_in_the_stated_direction(name: str) -> None:
    metric = registry.find(name)
    noise = np.random.default_rng(0).normal(0, 1, TRUTH.shape[:2])[:, :, None]
    little, much = (np.clip(TRUTH + sigma * noise, 0, 255) for sigma in (4, 40))
    better, worse = metric.measure(little, TRUTH), metric.measure(much, TRUTH)
    assert better > worse if metric.better == "higher" else better < worse
