"""Losses of masks: closed forms and limits."""

from __future__ import annotations

import math

import pytest
import torch

from ganvas.losses.overlap import dice_loss, intersection_over_union, mask_cross_entropy

MASK = torch.zeros(2, 1, 4, 4, dtype=torch.float64)
MASK[0, 0, :2] = 1  # 8 of 32 pixels


def test_odds_of_one_to_one_cost_a_bit_each() -> None:
    assert mask_cross_entropy(torch.zeros_like(MASK), MASK).item() == pytest.approx(math.log(2))
    # What is missed counts three times: (8 * 3 + 24) / 32 of it.
    assert mask_cross_entropy(torch.zeros_like(MASK), MASK, missed=3.0).item() == pytest.approx(1.5 * math.log(2))


def test_dice_is_that_of_the_sums_over_the_batch() -> None:
    # All at one half: (2 * 4 + 1) / (16 + 8 + 1).
    assert dice_loss(torch.zeros_like(MASK), MASK).item() == pytest.approx(1 - 9 / 25)
    sure = (MASK * 2 - 1) * 60
    assert dice_loss(sure, MASK).item() == pytest.approx(0, abs=1e-12)
    empty = torch.zeros_like(MASK)
    assert dice_loss(empty - 60, empty).item() == pytest.approx(0, abs=1e-12)  # no photo has to be scratched


def test_dice_falls_where_more_of_the_mask_is_found() -> None:
    odds = torch.full_like(MASK, -2).requires_grad_()
    dice_loss(odds, MASK).backward()
    assert odds.grad is not None
    assert (odds.grad[MASK > 0] < 0).all() and (odds.grad[MASK == 0] > 0).all()


def test_overlap_counts_pixels() -> None:
    odds = torch.full_like(MASK, -1.0)
    odds[0, 0, 1:3] = 1  # half of the mask, and as many beside it
    assert intersection_over_union(odds, MASK).item() == pytest.approx(4 / 12)
    assert intersection_over_union(torch.full_like(MASK, -1.0), torch.zeros_like(MASK)).item() == 1
