"""CIEDE2000 against the test data published with its definition, and against scikit-image."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import color, data

from ganvas.core.errors import ImageError
from ganvas.metrics.ciede2000 import ciede2000, difference, lab

# Sharma, Wu and Dalal 2005, table 1: L a b of both colours, and their difference.
SHARMA = np.array(
    [
        [50, 2.6772, -79.7751, 50, 0, -82.7485, 2.0425],
        [50, 3.1571, -77.2803, 50, 0, -82.7485, 2.8615],
        [50, 2.8361, -74.0200, 50, 0, -82.7485, 3.4412],
        [50, -1.3802, -84.2814, 50, 0, -82.7485, 1.0000],
        [50, -1.1848, -84.8006, 50, 0, -82.7485, 1.0000],
        [50, -0.9009, -85.5211, 50, 0, -82.7485, 1.0000],
        [50, 0, 0, 50, -1, 2, 2.3669],
        [50, -1, 2, 50, 0, 0, 2.3669],
        [50, 2.4900, -0.0010, 50, -2.4900, 0.0009, 7.1792],
        [50, 2.4900, -0.0010, 50, -2.4900, 0.0010, 7.1792],
        [50, 2.4900, -0.0010, 50, -2.4900, 0.0011, 7.2195],
        [50, 2.4900, -0.0010, 50, -2.4900, 0.0012, 7.2195],
        [50, -0.0010, 2.4900, 50, 0.0009, -2.4900, 4.8045],
        [50, -0.0010, 2.4900, 50, 0.0010, -2.4900, 4.8045],
        [50, -0.0010, 2.4900, 50, 0.0011, -2.4900, 4.7461],
        [50, 2.5, 0, 50, 0, -2.5, 4.3065],
        [50, 2.5, 0, 73, 25, -18, 27.1492],
        [50, 2.5, 0, 61, -5, 29, 22.8977],
        [50, 2.5, 0, 56, -27, -3, 31.9030],
        [50, 2.5, 0, 58, 24, 15, 19.4535],
        [50, 2.5, 0, 50, 3.1736, 0.5854, 1.0000],
        [50, 2.5, 0, 50, 3.2972, 0, 1.0000],
        [50, 2.5, 0, 50, 1.8634, 0.5757, 1.0000],
        [50, 2.5, 0, 50, 3.2592, 0.3350, 1.0000],
        [60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644],
        [63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.2630],
        [61.2901, 3.7196, -5.3901, 61.4292, 2.2480, -4.9620, 1.8731],
        [35.0831, -44.1164, 3.7933, 35.0232, -40.0716, 1.5901, 1.8645],
        [22.7233, 20.0904, -46.6940, 23.0331, 14.9730, -42.5619, 2.0373],
        [36.4612, 47.8580, 18.3852, 36.2715, 50.5065, 21.2231, 1.4146],
        [90.8027, -2.0831, 1.4410, 91.1528, -1.6435, 0.0447, 1.4441],
        [90.9257, -0.5406, -0.9208, 88.6381, -0.8985, -0.7239, 1.5381],
        [6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377],
        [2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514, 0.9082],
    ]
)


def test_published_pairs_to_their_four_decimals_either_way_round() -> None:
    first, second, expected = SHARMA[:, :3], SHARMA[:, 3:6], SHARMA[:, 6]
    np.testing.assert_allclose(difference(first, second), expected, atol=5e-5)
    np.testing.assert_allclose(difference(second, first), expected, atol=5e-5)


def test_agrees_with_scikit_image() -> None:
    rng = np.random.default_rng(0)
    truth = data.astronaut()[100:164, 200:270]
    result = np.clip(truth + rng.normal(0, 20, truth.shape), 0, 255)
    np.testing.assert_allclose(lab(truth), color.rgb2lab(truth), atol=1e-3)
    expected = color.deltaE_ciede2000(color.rgb2lab(result / 255), color.rgb2lab(truth)).mean()
    assert ciede2000(result, truth) == pytest.approx(expected, abs=1e-4)


def test_gray_images_have_no_hue() -> None:
    plane = data.camera()[100:140, 200:240]
    other = plane // 2
    rgb, dark = (np.dstack([image] * 3) for image in (plane, other))
    assert ciede2000(other, plane) == pytest.approx(ciede2000(dark, rgb))
    assert ciede2000(other[:, :, None], plane[:, :, None]) == ciede2000(other, plane)
    assert ciede2000(plane, plane) == 0


def test_sizes_must_agree() -> None:
    with pytest.raises(ImageError, match="same size"):
        ciede2000(np.zeros((4, 4, 3)), np.zeros((4, 5, 3)))
