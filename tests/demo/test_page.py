"""The page and the strips: complete, self-contained, and true to the pictures they show."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from ganvas.demo.cases import CASES, Attempt, Case
from ganvas.demo.page import SPOTS, page
from ganvas.demo.restore import Outcome, Picture, Restorer, outcomes
from ganvas.demo.strip import poster, strip


def _picture(label: str, kind: str, value: int, *, side: int = 64, psnr: float = 20.0) -> Picture:
    ramp = np.linspace(0, value, side * side * 3).reshape(side, side, 3).astype(np.uint8)
    return Picture(label=label, kind=kind, pixels=ramp, psnr=psnr, ssim=0.5, seconds=0.25)  # type: ignore[arg-type]


@pytest.fixture
def outcome() -> Outcome:
    """An upscaling of a 64 px picture with a label that HTML must escape."""
    pictures = (
        _picture("Input", "input", 90, side=16, psnr=18.5),
        _picture("Bicubic", "classical", 120, psnr=21.0),
        _picture("<ours> & co", "ours", 150, psnr=23.25),
        _picture("Original", "truth", 200, psnr=float("inf")),
    )
    return Outcome(case=CASES[0], pictures=pictures)


@pytest.fixture
def html(outcome: Outcome) -> str:
    """The page of that outcome."""
    return page([outcome], version="1.2.3", machine="a <machine>", seconds=12.4)


def test_page_needs_no_other_file_and_no_network(html: str) -> None:
    assert not re.search(r"https?:|//[a-z]+\.|url\(|@import|<link|<iframe", html)
    sources = re.findall(r'\bsrc="([^"]*)"', html)
    assert len(sources) == 4
    assert all(source.startswith("data:image/webp;base64,") for source in sources)
    assert "default-src 'none'" in html


def test_page_holds_the_very_pixels(html: str, outcome: Outcome) -> None:
    codes = re.findall(r"data:image/webp;base64,([A-Za-z0-9+/=]+)", html)
    for code, picture in zip(codes, outcome.pictures, strict=True):
        with Image.open(io.BytesIO(base64.b64decode(code))) as image:
            np.testing.assert_array_equal(np.asarray(image.convert("RGB")), picture.pixels)


def test_page_is_well_formed_and_escaped(html: str) -> None:
    void = {"meta", "img", "input"}
    open_tags: list[str] = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag not in void:
                open_tags.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert open_tags.pop() == tag

    Parser().feed(html)
    assert open_tags == []
    assert "<ours>" not in html
    assert "&lt;ours&gt; &amp; co" in html
    assert "a &lt;machine&gt;" in html
    assert "$" not in re.sub(r"(?s)<script>.*</script>", "", html)


def test_page_marks_the_best_of_each_column(html: str) -> None:
    assert '<td class="best">23.25</td>' in html
    assert '<td class="best">21.00</td>' not in html
    assert "inf" not in re.sub(r"base64,[A-Za-z0-9+/=]+", "", html)


def test_every_photo_has_a_spot_to_look_at() -> None:
    assert set(SPOTS) == {case.photo for case in CASES}


def test_strip_shows_each_version_at_its_pixels(outcome: Outcome) -> None:
    canvas = strip(outcome, side=32, spot=(0.0, 0.0))
    assert canvas.size == (4 * 40 + 8, 32 + 48)
    pixels = np.asarray(canvas)
    np.testing.assert_array_equal(pixels[8:40, 48:80], outcome.pictures[1].pixels[:32, :32])
    np.testing.assert_array_equal(pixels[8:12, 8:12], np.broadcast_to(outcome.pictures[0].pixels[0, 0], (4, 4, 3)))


def test_outcomes_score_every_attempt_against_the_photo(monkeypatch: pytest.MonkeyPatch) -> None:
    case = next(case for case in CASES if case.name == "upscale-chelsea")
    monkeypatch.setattr("ganvas.demo.restore.runnable", lambda case: case.attempts[:2])

    class Repeater(Restorer):
        def open(self, attempt: Attempt) -> None:
            pass

        def __call__(self, case: Case, attempt: Attempt, pixels: np.ndarray) -> np.ndarray:
            return pixels.repeat(4, axis=0).repeat(4, axis=1)

    (outcome,) = outcomes([case], run=Repeater())
    assert [picture.kind for picture in outcome.pictures] == ["input", "classical", "ours", "truth"]
    scores = [picture.psnr for picture in outcome.pictures]
    assert scores[0] == scores[1] == scores[2] < 30
    assert scores[3] == float("inf")
    assert outcome.pictures[1].seconds > 0


def test_poster_stacks_input_best_baseline_ours_and_photo(outcome: Outcome) -> None:
    worse = replace(outcome.pictures[1], label="Worse", psnr=12.0, pixels=outcome.pictures[3].pixels)
    more = replace(outcome, pictures=(outcome.pictures[0], worse, *outcome.pictures[1:]))
    canvas = poster([outcome, more], [(0.0, 0.0), (0.0, 0.0)])
    one = np.asarray(strip(outcome, spot=(0.0, 0.0)))
    np.testing.assert_array_equal(np.asarray(canvas), np.concatenate([one, one]))
