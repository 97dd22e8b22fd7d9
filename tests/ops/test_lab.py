"""Lab tensors against scikit-image; lightness that no colour can change."""

from __future__ import annotations

import pytest
import torch
from skimage.color import rgb2lab

from ganvas.ops.guided import guided_upsample
from ganvas.ops.lab import chroma_of, from_lab, lightness_of, to_lab


def picture(seed: int = 0, side: int = 12) -> torch.Tensor:
    return torch.rand(2, 3, side, side, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def test_lab_is_scikit_images() -> None:
    image = picture()
    expected = rgb2lab(((image + 1) / 2).permute(0, 2, 3, 1).numpy())
    torch.testing.assert_close(to_lab(image).permute(0, 2, 3, 1), torch.from_numpy(expected), atol=0.05, rtol=0)


def test_there_and_back_is_the_image() -> None:
    image = picture()
    torch.testing.assert_close(from_lab(to_lab(image)), image, atol=1e-6, rtol=0)
    single = image.float()
    torch.testing.assert_close(from_lab(to_lab(single)), single, atol=1e-4, rtol=0)


def test_grays_have_no_chroma() -> None:
    gray = picture()[:, :1].expand(-1, 3, -1, -1)
    assert to_lab(gray)[:, 1:].abs().max() < 1e-9


@pytest.mark.parametrize("push", [1.0, 4.0])
def test_impossible_colours_lose_chroma_and_keep_their_lightness(push: float) -> None:
    lab = to_lab(picture())
    wild = torch.cat([lab[:, :1], lab[:, 1:] * push + 40 * (push - 1)], dim=1)
    made = from_lab(wild)
    assert made.min() >= -1 - 1e-12 and made.max() <= 1 + 1e-12
    torch.testing.assert_close(to_lab(made)[:, :1], lab[:, :1], atol=1e-3, rtol=0)
    assert (chroma_of(to_lab(made)[:, 1:]) <= chroma_of(wild[:, 1:]) + 1e-3).float().mean() > 0.9


def test_gradients_are_finite_at_black_white_and_gray() -> None:
    for level in (-1.0, 0.0, 1.0):
        image = torch.full((1, 3, 2, 2), level, requires_grad=True)
        lab = to_lab(image)
        (from_lab(lab).sum() + chroma_of(lab[:, 1:]).sum()).backward()
        assert image.grad is not None and image.grad.isfinite().all()


def test_lightness_spans_minus_one_to_one() -> None:
    ends = torch.tensor([-1.0, 1.0]).reshape(2, 1, 1, 1).expand(2, 3, 1, 1)
    torch.testing.assert_close(lightness_of(to_lab(ends)).flatten(), torch.tensor([-1.0, 1.0]), atol=1e-4, rtol=0)


def test_a_small_map_follows_the_edges_of_the_large_guide() -> None:
    guide = torch.zeros(1, 1, 64, 64)
    guide[..., 37:] = 1
    truth = 3 * guide - 1
    small_guide = torch.nn.functional.avg_pool2d(guide, 4)
    small = 3 * small_guide - 1
    made = guided_upsample(small, small_guide, guide)
    plain = torch.nn.functional.interpolate(small, size=(64, 64), mode="bilinear", align_corners=False)
    assert (made - truth).abs().mean() < 0.3 * (plain - truth).abs().mean()
    assert made.shape == guide.shape
