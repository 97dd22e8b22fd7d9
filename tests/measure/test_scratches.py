"""Scratches against masks that are known, on pictures that have none, and on sizes and kinds that people have."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from skimage import data

from ganvas.degrade.damage.scratches import Scratches
from ganvas.measure.scratch_weights import TABLE
from ganvas.measure.scratches import pieces, scratches


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return data.astronaut()[:240, 100:340].astype(np.float32) / 255


def _quiet(side: int = 160, level: float = 0.45) -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, 0.01, (side, side, 3))
    slope = np.linspace(-0.1, 0.1, side)[:, None, None]
    return np.clip(level + slope + noise, 0, 1).astype(np.float32)


def _scratched(image: np.ndarray, value: float, angle: float) -> tuple[np.ndarray, np.ndarray]:
    middle, far = np.array(image.shape[1::-1]) / 2, 50 * np.array([np.cos(angle), np.sin(angle)])
    mask = np.zeros(image.shape[:2], np.uint8)
    start, end = np.rint(middle - far).astype(int).tolist(), np.rint(middle + far).astype(int).tolist()
    cv2.line(mask, start, end, 1, 2)
    return np.where(mask[:, :, None] > 0, np.float32(value), image), mask > 0


@pytest.mark.parametrize("value", [0.95, 0.0], ids=["bright", "dark"])
@pytest.mark.parametrize("angle", [0.0, 0.5, np.pi / 2, 2.4])
def test_a_scratch_in_a_quiet_place_is_found_in_any_direction(value: float, angle: float) -> None:
    damaged, mask = _scratched(_quiet(), value, angle)
    found = scratches(damaged)
    assert (found & mask).sum() / (found | mask).sum() > 0.6


def test_seeded_scratches_are_found_and_a_clean_photo_is_left_alone(photo: np.ndarray) -> None:
    assert scratches(photo).mean() < 0.005
    shares = []
    for seed in range(3):
        damaged, mask = Scratches(bundle=0.0).damage(_quiet(), np.random.default_rng(seed))
        found = scratches(damaged)
        shares.append((found & mask).sum() / (found | mask).sum())
    assert np.mean(shares) > 0.5, shares


def test_edges_and_surfaces_are_no_scratches() -> None:
    steps = _quiet()
    steps[:, 80:] += 0.3  # an edge has one side that is as bright
    assert not scratches(steps).any()
    assert not scratches(_quiet()).any()
    assert not scratches(np.full((64, 64, 3), 0.5, np.float32)).any()


def test_a_colour_stands_out_less_than_paper_does() -> None:
    """A red line on gray raises no lowest channel: no bright scratch."""
    image, mask = _scratched(_quiet(), 0.95, 0.5)
    red = np.where(mask[:, :, None], np.array([0.95, 0.45, 0.45], np.float32), _quiet())
    assert scratches(image)[mask].mean() > 0.6 > 0.2 > scratches(red)[mask].mean()


def test_what_is_told_of_a_piece(photo: np.ndarray) -> None:
    damaged, mask = _scratched(_quiet(), 0.95, 0.0)
    (labels, told, above), (_, dark, _) = pieces(damaged)
    largest = int(np.bincount(labels[mask])[1:].argmax())
    line = dict(zip(TABLE, told[largest], strict=True))
    assert np.exp(line["long"]) == pytest.approx(101, rel=0.1)
    assert line["straight"] > 3 and line["clear"] > 5 and line["dark"] == 0
    assert above[mask].mean() == pytest.approx(0.5, abs=0.05)
    assert len(dark) == 0 or np.exp(dark[:, 0]).max() < 20
    assert all(told.shape[1] == len(TABLE) for _, told, _ in pieces(photo))


@pytest.mark.parametrize("shape", [(1, 1, 3), (5, 90, 3), (40, 3, 1)])
def test_tiny_pictures_and_gray_ones_are_no_error(shape: tuple[int, int, int]) -> None:
    found = scratches(np.full(shape, 0.3, np.float32))
    assert found.shape == shape[:2] and found.dtype == bool and not found.any()


def test_gray_is_as_colour_without_any() -> None:
    damaged, _ = _scratched(_quiet().mean(axis=2, keepdims=True), 0.95, 0.4)
    assert np.array_equal(scratches(damaged), scratches(np.repeat(damaged, 3, axis=2)))


def test_a_large_picture_is_judged_smaller_and_the_mask_has_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ganvas.measure.scratches._MOST_PIXELS", 160 * 160)
    damaged, mask = _scratched(_quiet(), 0.95, 0.5)
    double = cv2.resize(damaged, (320, 321), interpolation=cv2.INTER_NEAREST)
    true = cv2.resize(mask.astype(np.uint8), (320, 321), interpolation=cv2.INTER_NEAREST) > 0
    found = scratches(double)
    assert found.shape == (321, 320)
    assert (found & true).sum() / (found | true).sum() > 0.5
