"""The session on the test double: sizes, channels, streaming, strength, report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ganvas.core.errors import ImageError, OutOfMemory, SettingsError
from ganvas.infer.rows import ArrayRows
from ganvas.infer.session import ApplyOptions, Session
from ganvas.ops.resample import resample

Make = Callable[..., Any]


def picture(height: int, width: int, channels: int = 3) -> np.ndarray:
    """Smooth and fine structure."""
    y, x = np.mgrid[0:height, 0:width]
    noise = np.random.default_rng(height * 1000 + width).random((height, width, channels))
    wave = 0.5 + 0.3 * np.sin(y / 9 + x / 5)[..., None]
    return (0.7 * wave + 0.3 * noise).astype(np.float32)


def enlarged(image: np.ndarray, scale: int) -> np.ndarray:
    """What the test double should make of a whole image."""
    return np.repeat(np.repeat(image, scale, axis=0), scale, axis=1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    height=st.integers(1, 140),
    width=st.integers(1, 140),
    scale=st.integers(1, 4),
    multiple=st.sampled_from([1, 4]),
    tiling=st.sampled_from([0, 3, "blend"]),
    tile=st.sampled_from([0, 40, 64]),
    channels=st.sampled_from([1, 3]),
)
def test_the_identity_stays_the_identity(
    make_backend: Make,
    make_model: Make,
    height: int,
    width: int,
    scale: int,
    multiple: int,
    tiling: Any,
    tile: int,
    channels: int,
) -> None:
    model = make_model(scale=scale, tiling=tiling, multiple_of=multiple, min_size=multiple)
    session = Session.on(make_backend(scale=scale), model, ApplyOptions(tile=tile))
    image = picture(height, width, channels)
    result = session.array(image)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, enlarged(image, scale), atol=1e-6)


def test_tiles_of_one_image_have_one_shape_and_are_batched(make_backend: Make, make_model: Make) -> None:
    backend = make_backend(scale=2)
    Session.on(backend, make_model(scale=2, tiling=2), ApplyOptions(tile=48)).array(picture(150, 230))
    assert len({shape[1:] for _, shape in backend.calls}) == 1
    assert max(shape[0] for _, shape in backend.calls) > 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 600), (600, 1), (7, 3)])
def test_images_smaller_than_the_least_size_are_reflected(make_backend: Make, make_model: Make, shape: Any) -> None:
    backend = make_backend(scale=2)
    image = picture(*shape)
    result = Session.on(backend, make_model(scale=2, multiple_of=8, min_size=24)).array(image)
    np.testing.assert_allclose(result, enlarged(image, 2), atol=1e-6)
    assert all(min(seen[1:3]) >= 24 and seen[1] % 8 == 0 and seen[2] % 8 == 0 for _, seen in backend.calls)


@pytest.mark.parametrize("scale", [0.3, 1, 1.5, 2, 2.5, 3, 3.999])
def test_any_scale_is_one_antialiased_resample_of_the_whole(make_backend: Make, make_model: Make, scale: float) -> None:
    image = picture(61, 47)
    session = Session.on(make_backend(scale=4), make_model(scale=4, tiling=2), ApplyOptions(tile=32))
    size = session.size(61, 47, scale)
    assert size == (int(61 * scale + 0.5), int(47 * scale + 0.5))  # halves go up
    expected = np.clip(resample(enlarged(image, 4).astype(np.float64), size), 0, 1)
    np.testing.assert_allclose(session.array(image, scale=scale), expected, atol=2e-6)


@pytest.mark.parametrize(("scale", "passes"), [(2, 1), (2.5, 2), (5, 3)])
def test_larger_scales_apply_the_network_again(make_backend: Make, make_model: Make, scale: float, passes: int) -> None:
    y, x = np.mgrid[0:50, 0:41]
    image = np.repeat((x / 80 + y / 120)[..., None].astype(np.float32), 3, axis=2)
    session = Session.on(make_backend(scale=2), make_model(scale=2, tiling=2))
    result = session.array(image, scale=scale)
    assert result.shape[:2] == session.size(50, 41, scale)
    assert session.report.passes == passes
    # A slope keeps its place: nothing was shifted by the passes or by what was cut off.
    place_y, place_x = (np.arange(n) + 0.5 for n in result.shape[:2])
    slope = ((place_x / scale - 0.5) / 80) + ((place_y / scale - 0.5) / 120)[:, None]
    assert np.abs(result[..., 0] - slope)[8:-8, 8:-8].max() < 0.75 * (1 / 80 + 1 / 120)  # of a source px


def test_gray_stays_gray_and_colour_goes_through_a_gray_network(make_backend: Make, make_model: Make) -> None:
    backend = make_backend(scale=2)
    gray = Session.on(backend, make_model(scale=2)).array(picture(20, 30, 1))
    assert gray.shape == (40, 60, 1) and backend.calls[-1][1] == (1, 20, 30, 3)
    colour = picture(20, 30)
    result = Session.on(backend, make_model(scale=2, channels=1)).array(colour)
    np.testing.assert_array_equal(result, enlarged(colour, 2))
    assert backend.calls[-1][1] == (3, 20, 30, 1)


def test_strength_mixes_result_and_source(make_backend: Make, make_model: Make) -> None:
    image = picture(50, 90)
    backend = make_backend(spoil=lambda output, precision: output * 0)
    session = Session.on(backend, make_model(), ApplyOptions(tile=32))
    np.testing.assert_allclose(session.array(image, strength=0.25), 0.75 * image, atol=1e-6)
    np.testing.assert_allclose(session.array(image, strength=0.0), image, atol=1e-6)


def test_rows_stream_in_order_and_each_source_row_is_read_forwards(make_backend: Make, make_model: Make) -> None:
    image = picture(300, 40)
    reads: list[tuple[int, int]] = []

    class Source(ArrayRows):
        def read(self, y0: int, y1: int) -> np.ndarray:
            reads.append((y0, y1))
            return super().read(y0, y1)

    parts: list[np.ndarray] = []
    session = Session.on(make_backend(scale=2), make_model(scale=2, tiling=2), ApplyOptions(tile=48))
    session.run(Source(image), scale=1.5, sink=lambda rows: parts.append(rows.copy()))
    assert len(parts) > 3 and sum(map(len, parts)) == 450
    assert [y0 for y0, _ in reads] == sorted(y0 for y0, _ in reads)
    assert max(y1 - y0 for y0, y1 in reads) <= 48


def test_values_out_of_range_are_clipped_and_reported(make_backend: Make, make_model: Make) -> None:
    image = np.full((8, 8, 3), 1.25, dtype=np.float32)
    session = Session.on(make_backend(spoil=lambda output, precision: output + 0.5), make_model())
    assert session.array(image).max() == 1
    assert session.report.input_range == (0.0, 1.25)
    assert session.report.output_range == (0.0, 1.5)
    assert session.array(image * 0).max() == 0.5
    assert session.report.output_range == (0.0, 1.0)


def test_a_source_that_is_not_finite_is_an_error_of_the_image(make_backend: Make, make_model: Make) -> None:
    image = picture(8, 8)
    image[3, 3, 0] = np.nan
    with pytest.raises(ImageError, match="not finite"):
        Session.on(make_backend(), make_model()).array(image)


@pytest.mark.parametrize(("scale", "strength"), [(2, 1), (0, 1), (float("nan"), 1), (None, 1.5), (None, -0.1)])
def test_settings_that_do_not_fit_are_refused(
    make_backend: Make, make_model: Make, scale: Any, strength: float
) -> None:
    with pytest.raises(SettingsError):
        Session.on(make_backend(), make_model()).array(picture(8, 8), scale=scale, strength=strength)


def test_models_that_enlarge_have_no_strength(make_backend: Make, make_model: Make) -> None:
    with pytest.raises(SettingsError, match="strength"):
        Session.on(make_backend(scale=2), make_model(scale=2)).array(picture(8, 8), strength=0.5)


def test_a_model_that_cannot_be_tiled_has_a_size_limit(make_backend: Make, make_model: Make) -> None:
    model = make_model(tiling="never")
    backend = make_backend(bytes_per_pixel=1e6)
    Session.on(backend, model).array(picture(20, 20))
    with pytest.raises(OutOfMemory, match="in one piece"):
        Session.on(backend, model).array(np.zeros((100, 100, 3), np.float32))
    with pytest.raises(SettingsError, match="one piece only"):
        Session.on(backend, model, ApplyOptions(tile=16)).array(picture(20, 20))


def test_a_memory_limit_that_is_too_low_is_said_before_the_work(make_backend: Make, make_model: Make) -> None:
    backend = make_backend()
    session = Session.on(backend, make_model(), ApplyOptions(max_memory=2**20))
    with pytest.raises(OutOfMemory, match="raise --max-memory"):
        session.array(picture(64, 64))
    assert not backend.calls
