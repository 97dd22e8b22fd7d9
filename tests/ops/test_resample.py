"""Resampling against Pillow inside the image, by closed form at its border, and against its own dense matrix."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from ganvas.ops.resample import Kernel, resample, resize_matrix
from ganvas.ops.resize import resize

KERNELS: list[Kernel] = ["bicubic", "bilinear", "box", "lanczos3"]
PLANE = np.random.default_rng(0).random((60, 84)).astype(np.float32)


@pytest.mark.parametrize("size", [(15, 21), (20, 50), (120, 252)])
@pytest.mark.parametrize(
    ("kind", "filter_"),
    [
        ("bicubic", Image.Resampling.BICUBIC),
        ("bilinear", Image.Resampling.BILINEAR),
        ("lanczos3", Image.Resampling.LANCZOS),
    ],
)
def test_agrees_with_pillow_away_from_the_border(
    kind: Kernel, filter_: Image.Resampling, size: tuple[int, int]
) -> None:
    expected = np.asarray(Image.fromarray(PLANE).resize(size[::-1], filter_))
    border = max(4, *(4 * new // old for new, old in zip(size, PLANE.shape, strict=True)))
    inside = (slice(border, -border), slice(border, -border))
    np.testing.assert_allclose(resample(PLANE, size, kind=kind)[inside], expected[inside], atol=2e-6)


@pytest.mark.parametrize("kind", KERNELS)
@pytest.mark.parametrize("size", [(15, 21), (7, 13), (120, 85), (60, 84), (1, 1)])
def test_taps_matrix_and_tensor_agree(kind: Kernel, size: tuple[int, int]) -> None:
    image = np.random.default_rng(1).random((60, 84, 3))
    rows, columns = resize_matrix(60, size[0], kind=kind), resize_matrix(84, size[1], kind=kind)
    expected = np.einsum("Hh,hwc,Ww->HWc", rows, image, columns)
    found = resample(image, size, kind=kind)
    np.testing.assert_allclose(found, expected, atol=1e-12)
    np.testing.assert_allclose(resample(image[:, :, 0], size, kind=kind), expected[:, :, 0], atol=1e-12)
    tensor = resize(torch.from_numpy(image).permute(2, 0, 1)[None], size, kind=kind)
    np.testing.assert_allclose(tensor[0].permute(1, 2, 0).numpy(), expected, atol=1e-12)


@pytest.mark.parametrize("kind", KERNELS)
@pytest.mark.parametrize("antialias", [False, True])
def test_rows_sum_to_one_even_where_the_image_is_smaller_than_the_kernel(kind: Kernel, antialias: bool) -> None:
    for length, new_length in ((1, 1), (1, 9), (2, 1), (3, 2), (40, 7), (7, 40)):
        matrix = resize_matrix(length, new_length, kind=kind, antialias=antialias)
        np.testing.assert_allclose(matrix.sum(axis=1), 1, atol=1e-12)


def test_the_border_mirrors_with_the_edge_pixel_repeated_as_in_matlab() -> None:
    line = np.random.default_rng(2).random(24)
    mirrored = np.pad(line, 24, mode="symmetric")
    expected = resize_matrix(72, 18)[6:12] @ mirrored
    np.testing.assert_allclose(resize_matrix(24, 6) @ line, expected, atol=1e-12)


def test_halving_without_antialiasing_is_the_known_stencil() -> None:
    inside = resize_matrix(16, 8, antialias=False)[4]
    np.testing.assert_allclose(inside[7:11], [-1 / 16, 9 / 16, 9 / 16, -1 / 16], atol=1e-12)
    assert np.count_nonzero(inside) == 4


def test_dtype_is_kept_and_sides_below_one_are_refused() -> None:
    assert resample(PLANE, (9, 9)).dtype == np.float32
    with pytest.raises(ValueError, match="at least 1"):
        resample(PLANE, (0, 9))
    with pytest.raises(ValueError, match="at least 1"):
        resize_matrix(3, 0)
