"""GMSD against a transcription of the definition with SciPy's convolutions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import convolve2d
from skimage import data

from ganvas.metrics.gmsd import gmsd


def oracle(result: np.ndarray, truth: np.ndarray) -> float:
    """The paper's equations, with MATLAB's ``conv2(x, k, 'same')`` cut out of the full convolution."""

    def same(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
        top, left = (n // 2 for n in kernel.shape)
        return convolve2d(x, kernel)[top : top + x.shape[0], left : left + x.shape[1]]

    def magnitude(x: np.ndarray) -> np.ndarray:
        half = same(x.astype(float), np.full((2, 2), 0.25))[::2, ::2]
        prewitt = np.array([[1, 0, -1]] * 3) / 3
        return np.sqrt(same(half, prewitt) ** 2 + same(half, prewitt.T) ** 2)

    a, b = magnitude(result), magnitude(truth)
    return float(np.std((2 * a * b + 170) / (a**2 + b**2 + 170), ddof=1))


@pytest.mark.parametrize("shape", [(64, 80), (63, 80), (64, 79), (63, 79)])
def test_agrees_with_the_definition(shape: tuple[int, int]) -> None:
    truth = data.camera()[100 : 100 + shape[0], 200 : 200 + shape[1]]
    result = np.clip(truth + np.random.default_rng(0).normal(0, 15, shape), 0, 255)
    assert gmsd(result, truth) == pytest.approx(oracle(result, truth), abs=1e-12)


def test_equal_is_zero_and_worse_is_larger() -> None:
    truth = data.camera()[100:200, 200:300].astype(float)
    noise = np.random.default_rng(0).normal(0, 1, truth.shape)
    assert gmsd(truth, truth) == 0
    assert 0 < gmsd(truth + 5 * noise, truth) < gmsd(truth + 20 * noise, truth)


def test_colour_is_judged_by_its_gray() -> None:
    truth = data.astronaut()[100:160, 200:260].astype(float)
    result = truth[::-1]
    weights = np.array([0.299, 0.587, 0.114])
    assert gmsd(result, truth) == pytest.approx(oracle(result @ weights, truth @ weights), abs=1e-12)
