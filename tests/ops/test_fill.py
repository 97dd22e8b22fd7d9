"""The smooth fill: what it keeps, what it ignores, and how near it comes to the harmonic one."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from ganvas.ops.fill import smooth_fill


def ramp(side: int = 32) -> torch.Tensor:
    down, across = torch.meshgrid(torch.linspace(-1, 1, side), torch.linspace(-0.5, 0.5, side), indexing="ij")
    return torch.stack([down, across, down + across])[None].double()


def middle(side: int, width: int) -> torch.Tensor:
    mask = torch.zeros(1, 1, side, side, dtype=torch.float64)
    low = (side - width) // 2
    mask[:, :, low : low + width, low : low + width] = 1
    return mask


@pytest.mark.parametrize("size", [(7, 7), (16, 33), (1, 5)])
def test_known_pixels_come_back_bit_for_bit_and_any_size_fits(size: tuple[int, int]) -> None:
    image = torch.rand(2, 3, *size)
    mask = (torch.rand(2, 1, *size) < 0.4).float()
    made = smooth_fill(image, mask)
    assert torch.equal(made * (1 - mask), image * (1 - mask))
    assert made.isfinite().all()
    assert made.min() >= 0 and made.max() <= 1  # means of what is known stay within it


def test_what_stands_in_a_hole_does_not_matter() -> None:
    image, mask = ramp(), middle(32, 10)
    other = torch.where(mask > 0, torch.full_like(image, 9.0), image)
    assert torch.equal(smooth_fill(image, mask), smooth_fill(other, mask))


def test_a_ramp_goes_on_through_the_hole() -> None:
    """It is harmonic, so its exact fill is itself; a fill by the mean would be off by a quarter at the rim."""
    image, mask = ramp(), middle(32, 8)
    assert (smooth_fill(image, mask) - image).abs().max() < 0.1
    assert (smooth_fill(image, mask, sweeps=200) - image).abs().max() < 0.01


def test_more_sweeps_come_nearer_to_the_laplace_equation() -> None:
    image = torch.rand(1, 1, 32, 32, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    mask = middle(32, 12)
    kernel = torch.tensor([[1.0, 1, 1], [1, -8, 1], [1, 1, 1]], dtype=torch.float64)[None, None]
    residues = [
        float((F.conv2d(smooth_fill(image, mask, sweeps=sweeps), kernel, padding=1) * mask).abs().mean())
        for sweeps in (0, 3, 30)
    ]
    assert residues[0] > 2 * residues[1] > 4 * residues[2]


def test_nothing_known_gives_zero_and_nothing_missing_the_image() -> None:
    image = torch.rand(1, 3, 16, 16)
    assert torch.equal(smooth_fill(image, torch.ones(1, 1, 16, 16)), torch.zeros_like(image))
    assert torch.equal(smooth_fill(image, torch.zeros(1, 1, 16, 16)), image)
