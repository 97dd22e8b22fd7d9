from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from skimage import data

from ganvas.core.errors import SettingsError
from ganvas.degrade.degradation import Degradation, quantise
from ganvas.degrade.enlarged import Enlarged

FACE = data.astronaut()[60:140, 180:260].astype(np.float32) / np.float32(255)
SPOILT = Enlarged(clean=0.0)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("network", [0.0, 1.0])
def test_size_and_channels_stay_and_values_are_bytes(channels: int, network: float) -> None:
    degrade = replace(SPOILT, network=network)
    assert isinstance(degrade, Degradation)
    for seed in range(6):
        made = degrade(FACE[:, :72, :channels], np.random.default_rng(seed))
        assert made.shape == (80, 72, channels) and made.dtype == np.float32
        assert np.allclose(made * 255, np.rint(made * 255), atol=1e-4) and made.min() >= 0 and made.max() <= 1


def test_same_seed_same_result_and_the_network_is_one_more_way_back() -> None:
    by_four = replace(SPOILT, scales=(4,), shares=(1.0,))
    first, again = (by_four(FACE, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(first, again)
    cubic, network = (replace(by_four, network=chance)(FACE, np.random.default_rng(3)) for chance in (0.0, 1.0))
    assert 0.001 < np.abs(cubic - network).mean() < 0.1  # both show the same thing, each in its way


def test_a_clean_one_stays() -> None:
    assert np.array_equal(Enlarged(clean=1.0)(FACE, np.random.default_rng(0)), quantise(FACE))


def test_a_stronger_reduction_loses_more() -> None:
    def error(scale: int) -> float:
        degrade = replace(SPOILT, scales=(scale,), shares=(1.0,), network=0.0)
        return float(np.mean([np.abs(degrade(FACE, np.random.default_rng(s)) - FACE).mean() for s in range(10)]))

    assert error(1) < error(2) < error(4)


def test_another_kind_of_model_cannot_enlarge() -> None:
    with pytest.raises(SettingsError, match="deblur"):
        replace(SPOILT, scales=(2,), shares=(1.0,), network=1.0, model="deblur")(FACE, np.random.default_rng(0))
