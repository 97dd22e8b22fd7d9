"""Losses of classes and codes against closed forms."""

from __future__ import annotations

import math

import pytest
import torch

from ganvas.losses.classes import class_loss, gaussian_surprise, share_right


def test_the_class_loss_is_the_mean_surprise_of_the_known_labels() -> None:
    logits = torch.tensor([[0.0, math.log(3)], [0.0, 0.0], [9.0, -9.0]], requires_grad=True)
    loss = class_loss(logits, torch.tensor([1, 0, -1]))
    assert loss.item() == pytest.approx((math.log(4 / 3) + math.log(2)) / 2)
    loss.backward()
    assert torch.equal(logits.grad[2], torch.zeros(2)) and logits.grad[0].abs().sum() > 0


def test_no_known_label_is_no_loss_and_no_nan() -> None:
    logits = torch.randn(3, 4, requires_grad=True)
    loss = class_loss(logits, torch.full((3,), -1))
    loss.backward()
    assert loss.item() == 0 and torch.equal(logits.grad, torch.zeros(3, 4))
    assert share_right(logits, torch.full((3,), -1)).item() == 0


def test_share_right_counts_known_labels_only() -> None:
    logits = torch.tensor([[2.0, 1.0], [2.0, 1.0], [2.0, 1.0]])
    assert share_right(logits, torch.tensor([0, 1, -1])).item() == 0.5


def test_the_gaussian_surprise_is_that_of_the_distribution() -> None:
    value, mean = torch.randn(5, 2, dtype=torch.float64), torch.randn(5, 2, dtype=torch.float64)
    deviation = torch.rand(5, 2, dtype=torch.float64) + 0.5
    expected = -torch.distributions.Normal(mean, deviation).log_prob(value).sum(1).mean()
    assert gaussian_surprise(value, mean, deviation).item() == pytest.approx(expected.item())
