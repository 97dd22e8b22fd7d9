"""The colour guard takes off what drifts and leaves what is detail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ganvas.infer.color_guard import RADIUS, guarded
from ganvas.infer.network import Pair
from ganvas.infer.session import ApplyOptions, Session

Make = Callable[..., Any]
CAST = np.array([0.06, -0.04, 0.02], dtype=np.float32)


def picture(height: int, width: int) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width]
    smooth = 0.5 + 0.2 * np.sin(y / 17)[..., None] * np.cos(x / 23)[..., None]
    fine = 0.1 * (np.random.default_rng(0).random((height, width, 3)) - 0.5)
    return (smooth + fine).astype(np.float32)


def session_with(make_backend: Make, make_model: Make, change: Any, **options: Any) -> Session:
    backend = make_backend(scale=4, spoil=lambda output, precision: change(output))
    return Session.on(backend, make_model(scale=4, tiling=2, drifts=True), ApplyOptions(**options))


def enlarged(image: np.ndarray) -> np.ndarray:
    return image.repeat(4, axis=0).repeat(4, axis=1)


@pytest.mark.parametrize("shape", [(90, 130), (1, 1), (3, 70)])
@pytest.mark.parametrize("tile", [0, 40])
def test_a_constant_cast_is_removed_to_the_last_pixel(
    make_backend: Make, make_model: Make, shape: tuple[int, int], tile: int
) -> None:
    image = picture(*shape)
    session = session_with(make_backend, make_model, lambda output: output + CAST, tile=tile)
    np.testing.assert_allclose(session.array(image), enlarged(image), atol=2e-6)
    assert session.report.guard


def test_without_the_guard_the_cast_stays(make_backend: Make, make_model: Make) -> None:
    image = picture(50, 60)
    session = session_with(make_backend, make_model, lambda output: output + CAST, color_guard=False)
    np.testing.assert_allclose(session.array(image), enlarged(image) + CAST, atol=1e-6)
    assert not session.report.guard


def test_detail_that_does_not_drift_is_left_alone(make_backend: Make, make_model: Make) -> None:
    # Invented detail of zero mean over each source pixel, ten times what a cast of one level would be.
    pattern = 0.04 * np.array([[1, -1, 1, -1], [-1, 1, -1, 1]] * 2, dtype=np.float32)

    def detail(output: np.ndarray) -> np.ndarray:
        rows, columns = output.shape[1] // 4, output.shape[2] // 4
        return output + np.tile(pattern, (rows, columns))[None, :, :, None]

    image = picture(70, 80)
    guarded_result = session_with(make_backend, make_model, detail).array(image)
    plain = session_with(make_backend, make_model, detail, color_guard=False).array(image)
    assert np.abs(guarded_result - plain).max() < 1e-6


def test_a_slow_drift_is_mostly_removed(make_backend: Make, make_model: Make) -> None:
    image = picture(160, 160)
    drift = 0.05 * np.cos(np.arange(640) / 640 * np.pi)[None, None, :, None].astype(np.float32)
    session = session_with(make_backend, make_model, lambda output: output + drift)
    left = session.array(image) - enlarged(image)
    assert np.abs(left).max() < 0.2 * 0.05


def test_the_result_does_not_depend_on_tiles(make_backend: Make, make_model: Make) -> None:
    def bend(output: np.ndarray) -> np.ndarray:
        return output**1.3

    image = picture(150, 90)
    whole = session_with(make_backend, make_model, bend).array(image)
    tiled = session_with(make_backend, make_model, bend, tile=32).array(image)
    np.testing.assert_allclose(tiled, whole, atol=1e-6)


def test_only_models_that_drift_and_enlarge_are_guarded(make_backend: Make, make_model: Make) -> None:
    for facts in ({"scale": 4, "drifts": False}, {"scale": 1, "drifts": True}):
        session = Session.on(make_backend(scale=facts["scale"]), make_model(**facts))
        session.array(picture(20, 20))
        assert not session.report.guard


def test_rows_wait_no_longer_than_the_radius() -> None:
    taken = 0

    def pairs() -> Any:
        nonlocal taken
        for _ in range(40):
            taken += 1
            low = np.full((8, 20, 3), 0.5, np.float32)
            yield Pair(low, low.repeat(2, axis=0).repeat(2, axis=1))

    rows = guarded(pairs(), scale=2, height=320, width=20, channels=3)
    next(rows)
    assert taken * 8 <= RADIUS + 2 * 16
    assert sum(map(len, rows)) == 640 - 16 and taken == 40
