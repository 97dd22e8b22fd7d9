"""Lumas by their defining values, and the border."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.color import rgb2ycbcr

from ganvas.core.errors import ImageError
from ganvas.metrics.colour import crop, gray, luma


def test_black_and_white_are_16_and_235() -> None:
    np.testing.assert_allclose(luma(np.array([[[0, 0, 0], [255, 255, 255]]], np.uint8)), [[16, 235]])
    np.testing.assert_allclose(gray(np.array([[[0, 0, 0], [255, 255, 255]]], np.uint8)), [[0, 255]])


def test_luma_agrees_with_scikit_image() -> None:
    image = np.random.default_rng(0).integers(0, 256, (9, 8, 3)).astype(np.uint8)
    np.testing.assert_allclose(luma(image), rgb2ycbcr(image)[:, :, 0], atol=1e-9)


def test_gray_passes_images_without_colour() -> None:
    plane = np.random.default_rng(0).integers(0, 256, (9, 8)).astype(np.uint8)
    np.testing.assert_array_equal(gray(plane), plane)
    np.testing.assert_array_equal(gray(plane[:, :, None]), plane)
    np.testing.assert_allclose(gray(np.dstack([plane] * 3)), plane)


def test_crop() -> None:
    image = np.arange(60).reshape(6, 10)
    np.testing.assert_array_equal(crop(image, 2), image[2:4, 2:8])
    assert crop(image, 0).shape == image.shape
    with pytest.raises(ImageError, match="border"):
        crop(image, 3)
