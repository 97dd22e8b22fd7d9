from __future__ import annotations

import hashlib

import cv2
import numpy as np
import pytest
from skimage import data

from ganvas.measure.faces import DETECTOR, Face, faces

ASTRONAUT = data.astronaut().astype(np.float32) / np.float32(255)


def middle(face: Face) -> tuple[float, float]:
    return face.top + face.height / 2, face.left + face.width / 2


def resized(image: np.ndarray, factor: float) -> np.ndarray:
    mode = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.clip(cv2.resize(image, None, fx=factor, fy=factor, interpolation=mode), 0, 1)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("factor", [0.3, 0.5, 1.0, 1.5])
def test_a_face_is_found_at_its_place_at_any_size(factor: float, channels: int) -> None:
    image = resized(ASTRONAUT, factor)
    image = image if channels == 3 else image.mean(axis=2, keepdims=True)
    (face,) = faces(image)
    down, along = (value / factor for value in middle(face))
    assert abs(down - 118) < 20 and abs(along - 225) < 15
    assert 60 < face.width / factor < 120 and 80 < face.height / factor < 150 and 0.7 < face.score <= 1


def test_one_that_fills_a_large_picture_is_found_once() -> None:
    (face,) = faces(resized(ASTRONAUT[20:220, 125:325], 6.0))
    assert 400 < face.width < 720 and 500 < face.height < 900


def test_each_of_several_is_found_once_and_the_surest_comes_first() -> None:
    part = ASTRONAUT[20:220, 125:325]
    found = faces(np.concatenate([part, part[:, ::-1], resized(part, 0.5).repeat(2, 0).repeat(2, 1)], axis=1))
    assert len(found) == 3 and [f.score for f in found] == sorted((f.score for f in found), reverse=True)
    assert sorted(int(middle(f)[1] // 200) for f in found) == [0, 1, 2]


@pytest.mark.parametrize("name", ["coffee", "chelsea", "brick", "text", "coins", "page"])
def test_nothing_is_found_where_there_is_no_person(name: str) -> None:
    image = getattr(data, name)().astype(np.float32) / np.float32(255)
    assert faces(image.reshape(*image.shape[:2], -1)) == []


def test_noise_flat_and_tiny_pictures_have_none() -> None:
    rng = np.random.default_rng(0)
    assert faces(rng.random((200, 300, 3), dtype=np.float32)) == []
    assert faces(np.full((100, 100, 1), 0.5, np.float32)) == faces(np.zeros((3, 400, 3), np.float32)) == []


def test_a_lower_score_finds_no_less() -> None:
    blurred = cv2.GaussianBlur(ASTRONAUT, (0, 0), 9.0)
    assert len(faces(blurred, score=0.99)) == 0 <= len(faces(blurred)) <= len(faces(blurred, score=0.3))


def test_overlap_is_intersection_over_union() -> None:
    box = Face(top=0, left=0, height=10, width=10, score=1)
    assert box.overlap(box) == pytest.approx(1)
    assert box.overlap(Face(top=0, left=5, height=10, width=10, score=1)) == pytest.approx(50 / 150)
    assert box.overlap(Face(top=20, left=0, height=10, width=10, score=1)) == 0


def test_the_detector_is_the_file_its_notice_names() -> None:
    notice = (DETECTOR.parent / "README.md").read_text()
    assert hashlib.sha256(DETECTOR.read_bytes()).hexdigest() in notice and "Apache License 2.0" in notice
