from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from ganvas.degrade.defocus import Defocus, defocus_kernel

PHOTO = data.astronaut()[100:164, 150:214].astype(np.float32) / np.float32(255)


@pytest.mark.parametrize("blades", [0, 5, 8])
@pytest.mark.parametrize("radius", [0.3, 2.5, 7.0])
def test_kernels_sum_to_one_and_are_centred(radius: float, blades: int) -> None:
    kernel = defocus_kernel(radius, soft=1.5, blades=blades, angle=0.4)
    assert kernel.sum(dtype=np.float64) == pytest.approx(1, abs=1e-5)
    y, x = np.indices(kernel.shape) - len(kernel) // 2
    assert max(abs((kernel * x).sum()), abs((kernel * y).sum())) < 0.1
    assert kernel.min() >= 0


def test_a_disc_is_flat_and_as_large_as_its_radius() -> None:
    kernel = defocus_kernel(6.0)
    assert 1 / kernel.max() == pytest.approx(np.pi * 36, rel=0.02)
    y, x = np.indices(kernel.shape) - len(kernel) // 2
    assert np.ptp(kernel[np.hypot(x, y) < 5.4]) == 0
    assert (kernel[np.hypot(x, y) > 6.6] == 0).all()
    soft = defocus_kernel(6.0, soft=4.0)
    assert len(np.unique(soft)) > len(np.unique(kernel))


def test_polygons_have_their_area_and_turn() -> None:
    square = defocus_kernel(8.0, blades=4, angle=0.0)
    assert 1 / square.max() == pytest.approx(2 * 64, rel=0.05)
    assert not np.allclose(square, defocus_kernel(8.0, blades=4, angle=np.pi / 4)[: len(square), : len(square)])
    assert np.allclose(square, defocus_kernel(8.0, blades=4, angle=np.pi / 2), atol=1e-6)


def test_no_radius_is_the_identity_and_more_radius_is_more_blur() -> None:
    settings = {"noise": (0.0, 0.0), "clean": 0.0, "soft": (1.0, 1.0)}
    point = Defocus(radius=(0, 0), **settings)(PHOTO, np.random.default_rng(0))
    assert np.abs(point - PHOTO).max() < 1.01 / 255
    edges = [
        np.abs(np.diff(Defocus(radius=(r, r), **settings)(PHOTO, np.random.default_rng(0)), axis=1)).mean()
        for r in (1, 3, 7)
    ]
    assert edges[0] > edges[1] > edges[2]
