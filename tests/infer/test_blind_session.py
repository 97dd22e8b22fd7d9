"""The session that looks first: which model gets a picture, what is said of it, and what it does to memory and rows."""

from __future__ import annotations

import numpy as np
import pytest

from ganvas.core.card import Card
from ganvas.core.errors import ImageError
from ganvas.infer import blind_session
from ganvas.infer.blind_session import BlindSession
from ganvas.infer.model import RunnableModel
from ganvas.infer.rows import StreamedRows
from ganvas.infer.session import ApplyOptions, Session

KERNEL = np.full((5, 5), 0.04, np.float32)
IMAGE = np.random.default_rng(0).random((120, 100, 3), np.float32)


def _session(value: float, *, bytes_per_pixel: float = 1.0, max_memory: int | None = None) -> Session:
    """A model that paints everything in one tone."""
    card = Card(title="flat", task="deblur", range=(0.0, 1.0), tiling="never")
    model = RunnableModel(
        card=card, name=f"flat-{value:g}", function=lambda x: np.full_like(x, value), bytes_per_pixel=bytes_per_pixel
    )
    return Session(model, ApplyOptions(max_memory=max_memory))


def _blind(told: Session | None = None) -> BlindSession:
    return BlindSession(_session(0.25), denoiser=_session(0.5), told=lambda kernel: told or _session(0.75))


@pytest.fixture(params=[KERNEL, None], ids=["found", "none"])
def found(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> np.ndarray | None:
    """What the search finds."""
    monkeypatch.setattr(blind_session, "find_kernel", lambda windows, denoise: request.param)
    return request.param


def test_a_kernel_decides_which_model_a_picture_gets(found: np.ndarray | None) -> None:
    session = _blind()
    result = session.array(IMAGE)
    assert np.all(result == (0.25 if found is None else 0.75))
    words = "no blur was found" if found is None else "one blur of 5 px was found"
    assert words in session.report.why
    # Half way.
    np.testing.assert_allclose(session.array(IMAGE, strength=0.5), (IMAGE + result) / 2, atol=1e-6)


def test_at_no_strength_nothing_is_sought(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blind_session, "find_kernel", lambda *_, **__: pytest.fail("sought"))
    np.testing.assert_array_equal(_blind().array(IMAGE, strength=0), IMAGE)


def test_small_pictures_go_to_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blind_session, "find_kernel", lambda *_, **__: pytest.fail("sought"))
    assert np.all(_blind().array(IMAGE[:95]) == 0.25)


def test_a_picture_too_large_for_deconvolution_goes_to_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blind_session, "find_kernel", lambda windows, denoise: KERNEL)
    session = _blind(_session(0.75, bytes_per_pixel=1e9, max_memory=2**33))
    assert np.all(session.array(IMAGE) == 0.25)
    assert "does not fit the memory" in session.report.why


def test_rows_that_come_once_are_read_more_often(found: np.ndarray | None) -> None:
    parts: list[np.ndarray] = []
    rows = StreamedRows(iter([IMAGE[:50], IMAGE[50:]]), height=120, width=100, channels=3)
    _blind().run(rows, sink=lambda part: parts.append(part.copy()))
    assert np.concatenate(parts).shape == IMAGE.shape
    assert np.all(np.concatenate(parts) == (0.25 if found is None else 0.75))


def test_what_is_not_finite_is_told() -> None:
    broken = IMAGE.copy()
    broken[3, 3] = np.nan
    with pytest.raises(ImageError, match="not finite"):
        _blind().array(broken)
