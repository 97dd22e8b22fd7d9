"""Bilateral grids: closed forms of the torch reference."""

from __future__ import annotations

import pytest
import torch

from ganvas.ops.field import LUMA, TRANSFORM, apply_field, guide


def image(height: int = 12, width: int = 17) -> torch.Tensor:
    return torch.rand(2, 3, height, width, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def test_a_grid_of_zeros_changes_nothing() -> None:
    values = image()
    assert torch.equal(apply_field(values, torch.zeros(2, 4 * TRANSFORM, 3, 5, dtype=torch.float64)), values)


def test_a_grid_of_one_transform_is_that_transform_everywhere() -> None:
    values = image()
    transform = torch.randn(3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    grid = transform.flatten().repeat(5)[None, :, None, None].expand(2, -1, 4, 3)
    expected = values + torch.einsum("ij,bjhw->bihw", transform[:, :3], values) + transform[:, 3, None, None]
    torch.testing.assert_close(apply_field(values, grid), expected)


def test_levels_are_even_in_the_root_of_the_luma_and_interpolated() -> None:
    bins = 5
    values = torch.linspace(0, 1, 33, dtype=torch.float64)[None, None, None].expand(1, 3, 1, -1)
    grid = torch.zeros(1, bins, 3, 4, dtype=torch.float64)
    grid[0, :, :, 3] = torch.arange(bins)[:, None]  # each level adds its own number
    made = apply_field(values, grid.view(1, -1, 1, 1)) - values
    torch.testing.assert_close(made, (values.sqrt() * (bins - 1)).expand_as(made))


def test_cells_are_centred_in_their_shares_of_the_image() -> None:
    values = torch.zeros(1, 3, 1, 8, dtype=torch.float64)
    grid = torch.zeros(1, TRANSFORM, 1, 2, dtype=torch.float64)
    grid[0, 3::4, 0, 1] = 1
    made = apply_field(values, grid)[0, 0, 0]
    expected = torch.tensor([0, 0, 0.125, 0.375, 0.625, 0.875, 1, 1], dtype=torch.float64)
    torch.testing.assert_close(made, expected)


def test_the_guide_carries_no_gradient_and_the_grid_does() -> None:
    values = torch.zeros(1, 3, 4, 4, requires_grad=True)
    assert not guide(values).requires_grad and float(guide(values + 1).min()) == pytest.approx(sum(LUMA))
    grid = torch.zeros(1, 2 * TRANSFORM, 1, 1, requires_grad=True)
    apply_field(values, grid).sum().backward()
    assert values.grad.isfinite().all() and grid.grad[0, 3, 0, 0] == 16
