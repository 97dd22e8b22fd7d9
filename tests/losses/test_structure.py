"""Structural and colour losses against scikit-image and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from skimage.color import deltaE_ciede94
from skimage.metrics import structural_similarity

from ganvas.losses.chroma import chroma_statistics, cie94
from ganvas.losses.structure import appearance, distance_within, mean_within, structural_dissimilarity


def pair() -> tuple[torch.Tensor, torch.Tensor]:
    truth = torch.rand(2, 3, 24, 24, dtype=torch.float64, generator=torch.Generator().manual_seed(1)) * 2 - 1
    noise = torch.randn(truth.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    return (truth + 0.2 * noise).clamp(-1, 1), truth


def test_dissimilarity_is_scikit_images_away_from_the_border() -> None:
    made, truth = pair()
    a, b = (((x[0] + 1) / 2).permute(1, 2, 0).numpy() for x in (made, truth))
    _, full = structural_similarity(
        a, b, channel_axis=2, full=True, data_range=1.0, use_sample_covariance=False, win_size=7
    )
    found = 1 - 2 * structural_dissimilarity(made, truth)[0].permute(1, 2, 0).numpy()
    np.testing.assert_allclose(found[3:-3, 3:-3], full[3:-3, 3:-3].clip(-1, 1), atol=1e-9)


def test_equal_images_have_no_dissimilarity_and_a_finite_slope() -> None:
    image = torch.zeros(1, 3, 9, 9, requires_grad=True)
    lost = appearance(image, image.detach(), torch.ones(1, 1, 9, 9))
    lost.backward()
    assert float(lost.detach()) == pytest.approx(0, abs=1e-7) and image.grad is not None and image.grad.isfinite().all()


def test_means_are_of_the_hole_sample_by_sample() -> None:
    values = torch.ones(2, 3, 4, 4)
    values[1] = 3
    mask = torch.zeros(2, 1, 4, 4)
    mask[0, :, 0, 0] = 1
    mask[1] = 1
    assert float(mean_within(values, mask)) == pytest.approx(2.0)
    assert float(distance_within("l2", values, 0 * values, mask)) == pytest.approx(5.0)
    mask[1] = 0
    assert float(mean_within(values, mask)) == pytest.approx(0.5)


def test_appearance_is_85_parts_of_structure_and_15_of_level() -> None:
    made, truth = pair()
    mask = torch.ones(2, 1, 24, 24, dtype=torch.float64)
    expected = 0.85 * structural_dissimilarity(made, truth).mean() + 0.15 * (made - truth).abs().mean()
    torch.testing.assert_close(appearance(made, truth, mask), expected)


def test_cie94_is_scikit_images_where_lightness_is_equal() -> None:
    lab = torch.rand(2, 2, 3, 8, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(5)) * 80 - 40
    lab[:, :, 0] = 50
    expected = deltaE_ciede94(*(x.permute(0, 2, 3, 1).numpy() for x in (lab[1], lab[0]))).mean()
    assert float(cie94(lab[0], lab[1])) == pytest.approx(expected, rel=1e-3)
    assert float(cie94(lab[0], lab[0])) == pytest.approx(0.01, abs=1e-3)  # the root is rounded off at zero


def test_statistics_know_no_places_but_gray() -> None:
    lab = torch.rand(2, 3, 8, 8, dtype=torch.float64) * 80 - 40
    assert float(chroma_statistics(lab, lab.flip(3))) == pytest.approx(0, abs=1e-9)
    gray = torch.cat([lab[:, :1], lab[:, 1:].mean((2, 3), keepdim=True).expand(-1, -1, 8, 8)], dim=1)
    assert float(chroma_statistics(gray, lab)) > 5
