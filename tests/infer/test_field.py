"""Pictures recoloured by a grid: the streamed session against the torch reference, in any size and from any reader."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from torch import nn

from ganvas.core.card import Card
from ganvas.core.errors import ImageError, ModelError, OutOfMemory
from ganvas.infer.field import Recolouring, bytes_needed, thumbnail
from ganvas.infer.model import RunnableModel
from ganvas.infer.rows import ArrayRows, Source, StreamedRows
from ganvas.infer.session import ApplyOptions, Session
from ganvas.io.picture import open_picture
from ganvas.methods.regression import Regression
from ganvas.nets.generator import FieldSettings
from ganvas.ops.field import TRANSFORM, apply_field
from ganvas.ops.thumbnail import CELL, thumbnail_size

Make = Callable[..., Any]
SIDE = 4 * CELL
METHOD = Regression(generator=FieldSettings(side=SIDE, features=4, bins=3, blocks=1), scale=1, task="dehaze")


def networks(*, push: float = 30.0) -> dict[str, nn.Module]:
    """Random weights that change much, unlike those of an untrained network."""
    torch.manual_seed(0)
    nets = METHOD.networks()
    with torch.no_grad():
        nets["g"].look.tail.weight.mul_(push)  # type: ignore[union-attr, operator]
    return {name: net.eval() for name, net in nets.items()}


NETS = networks()


def load() -> tuple[Regression, Mapping[str, nn.Module]]:
    return METHOD, NETS


MODEL = RunnableModel(card=METHOD.describe(), name="small", key="field", load=load)
EACH = pytest.mark.parametrize("backend", ["torch", "openvino"])
SIZES = [(1, 1), (1, 600), (600, 1), (32, 32), (37, 53), (150, 97), (701, 260)]


def picture(height: int, width: int, channels: int = 3) -> np.ndarray:
    """Smooth shapes with dark and bright parts, and noise."""
    y, x = np.mgrid[0:height, 0:width] / max(height, width)
    wave = np.stack([x * y, 0.5 + 0.5 * np.sin(7 * x), 0.9 - 0.5 * y], axis=-1)[..., :channels]
    noise = np.random.default_rng(height * 1000 + width).random((height, width, channels))
    return (0.8 * wave + 0.2 * noise).astype(np.float32)


def reference(image: np.ndarray) -> np.ndarray:
    """The whole network on the whole picture."""
    tensor = torch.from_numpy(image).permute(2, 0, 1)[None] * 2 - 1
    with torch.no_grad():
        output = NETS["g"](tensor.expand(-1, 3, -1, -1))[0].permute(1, 2, 0).numpy() * 0.5 + 0.5
    if image.shape[2] == 1:
        output = (output @ np.array([0.299, 0.587, 0.114], np.float32))[:, :, None]
    return output.clip(0, 1)


@given(
    height=st.integers(1, 70),
    width=st.integers(1, 70),
    cells=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    bins=st.integers(1, 5),
    gray=st.booleans(),
    cuts=st.integers(1, 70),
)
def test_a_grid_applied_to_rows_is_the_reference(
    height: int, width: int, cells: tuple[int, int], bins: int, gray: bool, cuts: int
) -> None:
    rng = np.random.default_rng(height * 71 + width)
    values = rng.random((height, width, 3))
    values = values[:, :, :1].repeat(3, 2) if gray else values
    values[rng.random((height, width)) < 0.2] = 0  # black, where the root is steepest
    grid = rng.normal(size=(*cells, bins * TRANSFORM))
    expected = apply_field(
        torch.from_numpy(values).permute(2, 0, 1)[None], torch.from_numpy(grid).permute(2, 0, 1)[None].contiguous()
    )[0]
    expected = expected.permute(1, 2, 0).numpy()
    if gray:
        expected, values = expected @ np.array([[0.299], [0.587], [0.114]]), values[:, :, :1]
    values = values.astype(np.float32)
    recolour = Recolouring(grid.astype(np.float32), height=height, width=width, channels=values.shape[2])
    made = np.concatenate([recolour(values[y : y + cuts], y) for y in range(0, height, cuts)])
    assert made.dtype == np.float32
    np.testing.assert_allclose(made, expected, atol=1e-5)


@pytest.mark.parametrize("shape", [(1, 600), (600, 1), (30, 5000), (5000, 3)])
def test_narrow_pictures_are_recoloured_as_the_reference(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(1)
    values, grid = rng.random((*shape, 3)), rng.normal(size=(2, 7, 4 * TRANSFORM))
    expected = apply_field(
        torch.from_numpy(values).permute(2, 0, 1)[None], torch.from_numpy(grid).permute(2, 0, 1)[None].contiguous()
    )[0]
    made = Recolouring(grid, height=shape[0], width=shape[1], channels=3)(values.astype(np.float32), 0)
    np.testing.assert_allclose(made, expected.permute(1, 2, 0).numpy(), atol=1e-5)


@pytest.mark.parametrize("shape", [*SIZES, (40, 9000)])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_thumbnail_is_the_one_of_the_training(shape: tuple[int, int], channels: int) -> None:
    image = picture(*shape, channels)
    expected = nn.functional.interpolate(
        torch.from_numpy(image).permute(2, 0, 1)[None].double(),
        size=thumbnail_size(*shape, SIDE),
        mode="bilinear",
        antialias=True,
    )
    np.testing.assert_allclose(thumbnail(ArrayRows(image), SIDE), expected[0].permute(1, 2, 0).numpy(), atol=2e-6)


@EACH
@pytest.mark.parametrize("channels", [1, 3])
def test_the_session_is_the_network_on_the_whole_picture(backend: str, channels: int) -> None:
    session = Session(MODEL, ApplyOptions(backend=backend))
    for shape in SIZES:
        image = picture(*shape, channels)
        result = session.array(image)
        assert result.shape == image.shape and result.dtype == np.float32
        np.testing.assert_allclose(result, reference(image), atol=1e-4)
    assert np.abs(result - image).mean() > 0.02, "weights that change nothing prove nothing"
    assert (session.report.mode, session.report.tile) == ("field", thumbnail_size(701, 260, SIDE))
    assert session.report.backend == backend


@EACH
def test_the_grid_is_never_rounded(backend: str) -> None:
    image = picture(90, 61)
    session = Session(MODEL, ApplyOptions(backend=backend, precision="bf16"))
    np.testing.assert_allclose(session.array(image), reference(image), atol=1e-4)
    assert session.report.precision == "f32"


def test_memory_decides_whether_and_not_how() -> None:
    image = picture(900, 700)
    expected = Session(MODEL, ApplyOptions(backend="torch")).array(image)
    roomy = Session(MODEL, ApplyOptions(backend="torch", max_memory=2**36, tile=64)).array(image)
    np.testing.assert_array_equal(roomy, expected)
    with pytest.raises(OutOfMemory, match="raise --max-memory"):
        Session(MODEL, ApplyOptions(backend="torch", max_memory=2**20)).array(image)


def test_memory_does_not_grow_with_the_height() -> None:
    class Tall(ArrayRows):
        def __init__(self, height: int) -> None:
            self.height, self.width, self.channels = height, 3000, 3

    low, high = bytes_needed(Tall(2000), 128, 200.0), bytes_needed(Tall(200_000), 128, 200.0)
    assert high < 2 * low < 60 * 2**20


def test_rows_are_read_twice_forwards_in_bands() -> None:
    image = picture(3000, 200)
    reads: list[tuple[int, int, int]] = []

    class Counted(ArrayRows):
        passes = 1

        def read(self, y0: int, y1: int) -> np.ndarray:
            reads.append((self.passes, y0, y1))
            return super().read(y0, y1)

        def again(self) -> Counted:
            fresh = Counted(image)
            fresh.passes = self.passes + 1
            return fresh

    parts: list[np.ndarray] = []
    Session(MODEL, ApplyOptions(backend="torch")).run(Counted(image), sink=lambda rows: parts.append(rows.copy()))
    np.testing.assert_allclose(np.concatenate(parts), reference(image), atol=1e-4)
    assert len(parts) > 1 and max(y1 - y0 for _, y0, y1 in reads) < 3000
    assert reads == sorted(reads) and {number for number, _, _ in reads} == {1, 2}
    for number in (1, 2):  # the very first read only opens the source
        assert sum(y1 - y0 for at, y0, y1 in reads[1:] if at == number) == 3000


def test_rows_that_come_only_once_are_held() -> None:
    image = picture(300, 40)
    once = StreamedRows(iter([image[:100].copy(), image[100:].copy()]), height=300, width=40, channels=3)
    parts: list[np.ndarray] = []
    Session(MODEL, ApplyOptions(backend="torch")).run(once, sink=lambda rows: parts.append(rows.copy()))
    np.testing.assert_allclose(np.concatenate(parts), reference(image), atol=1e-4)


def encoded(image: np.ndarray, kind: str) -> bytes:
    target = io.BytesIO()
    Image.fromarray(np.rint(image * 255).astype(np.uint8)).save(target, kind)
    return target.getvalue()


@pytest.mark.parametrize("kind", ["png", "jpeg", "tiff", "ppm"])
@pytest.mark.parametrize("way", ["file", "bytes", "pipe"])
def test_every_reader_starts_again(kind: str, way: str, tmp_path: Path) -> None:
    data = encoded(picture(60, 45), kind)
    source: Any = data
    if way == "file":
        source = tmp_path / "picture"
        source.write_bytes(data)
    elif way == "pipe":
        out, into = os.pipe()
        os.write(into, data)
        os.close(into)
        source = os.fdopen(out, "rb")
    with open_picture(source) as opened:
        assert isinstance(opened.colour, Source)
        first = opened.colour.read(0, 60)
        fresh = opened.colour.again()
        parts = np.concatenate([fresh.read(y, y + 20) for y in (0, 20, 40)])
        np.testing.assert_array_equal(parts, first)
        result: list[np.ndarray] = []
        Session(MODEL, ApplyOptions(backend="torch")).run(opened.colour, sink=lambda rows: result.append(rows.copy()))
    np.testing.assert_allclose(np.concatenate(result), reference(first), atol=1e-4)
    if way == "pipe":
        source.close()


def test_deep_and_turned_pictures_with_transparency_are_read_twice(tmp_path: Path) -> None:
    values = np.rint(picture(40, 30, 1) * 65535).astype(np.uint16)[:, :, 0]
    deep = tmp_path / "deep.png"
    Image.fromarray(values).save(deep)
    clear = tmp_path / "clear.png"
    alpha = np.zeros((40, 30, 4), np.uint8)
    alpha[:, :, :3], alpha[5:30, 5:20, 3] = 200, 255
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(alpha).save(clear, exif=exif)
    for path in (deep, clear):
        with open_picture(path) as opened:
            whole = opened.colour.read(0, opened.info.height)
            result: list[np.ndarray] = []
            Session(MODEL, ApplyOptions(backend="torch")).run(
                opened.colour, sink=lambda rows, result=result: result.append(rows.copy())
            )
        np.testing.assert_allclose(np.concatenate(result), reference(whole), atol=1e-4)


def test_it_may_come_before_or_behind_another_model() -> None:
    image = picture(500, 700)
    darker = RunnableModel(card=Card(title="t", task="dehaze"), name="darker", function=lambda rows, **_: rows * 0.5)
    behind = Session(darker, then=Session(MODEL, ApplyOptions(backend="torch")))
    np.testing.assert_allclose(behind.array(image), reference(image * 0.5), atol=1e-4)
    before = Session(MODEL, ApplyOptions(backend="torch"), then=Session(darker))
    np.testing.assert_allclose(before.array(image), 0.5 * reference(image), atol=1e-4)
    assert (before.report.mode, before.report.then) == ("field", "darker")


def test_strength_mixes_with_the_source() -> None:
    image = picture(120, 80)
    session = Session(MODEL, ApplyOptions(backend="torch"))
    np.testing.assert_array_equal(session.array(image, strength=0.0), image)
    mixed, whole = session.array(image, strength=0.25), Session(MODEL, ApplyOptions(backend="torch")).array(image)
    inside = (whole > 0) & (whole < 1)  # the mixture comes before the clipping
    np.testing.assert_allclose(mixed[inside], (0.75 * image + 0.25 * whole)[inside], atol=1e-6)


def fake(make_model: Make) -> RunnableModel:
    return make_model(tiling="field", look=SIDE)


def test_values_that_are_not_finite_are_an_error(make_backend: Make, make_model: Make) -> None:
    def spoilt(value: float) -> Callable[[np.ndarray, str], np.ndarray]:
        return lambda output, precision: np.full((1, 4, 4, 2 * TRANSFORM), value, np.float32)

    for value in (np.nan, np.inf, 3e38):  # the last is finite until it is applied
        session = Session.on(make_backend(spoil=spoilt(value)), fake(make_model))
        with np.errstate(all="ignore"), pytest.raises(ModelError, match="not finite"):
            session.array(picture(20, 30))
    image = picture(8, 8)
    image[3, 3, 0] = np.nan
    with pytest.raises(ImageError, match="not finite"):
        Session(MODEL, ApplyOptions(backend="torch")).array(image)


def test_values_out_of_range_are_clipped_and_reported(make_backend: Make, make_model: Make) -> None:
    brighter = np.zeros((1, 4, 4, 2, 3, 4), np.float32)
    brighter[..., 3] = 0.5
    backend = make_backend(spoil=lambda output, precision: brighter.reshape(1, 4, 4, -1))
    session = Session.on(backend, fake(make_model))
    result = session.array(np.full((20, 30, 3), 1.25, np.float32))
    assert result.max() == 1 and session.report.input_range == (0.0, 1.25)
    assert session.report.output_range == pytest.approx((0.0, 1.5))
    assert backend.calls == [("f32", (1, *thumbnail_size(20, 30, SIDE), 3))]


def test_what_does_not_fit_is_said(make_backend: Make, make_model: Make) -> None:
    with pytest.raises(OutOfMemory, match="thumbnail"):
        Session.on(make_backend(largest=10), fake(make_model)).array(picture(20, 30))
    with pytest.raises(ModelError, match="takes 3 channels"):
        Session.on(make_backend(), fake(make_model)).array(np.zeros((9, 9, 2), np.float32))
    with pytest.raises(ModelError, match="how large its thumbnail"):
        Session.on(make_backend(), make_model(tiling="field"))
    with pytest.raises(ValueError, match="spoilt"):
        Session.on(make_backend(largest=10, error=lambda: ValueError("spoilt")), fake(make_model)).array(picture(9, 9))


SCRIPT = """
import sys
import numpy as np
from ganvas.core.card import Card
from ganvas.infer.model import RunnableModel
from ganvas.infer.session import Session

def load():
    raise AssertionError("the graph is in the cache")

card = Card(**CARD)
session = Session(RunnableModel(card=card, name="small", key="script", load=load))
result = session.array(np.full((50, 70, 3), 0.5, np.float32))
print(session.report.backend, session.report.mode, "torch" in sys.modules, result.shape)
"""


def test_from_the_cache_no_torch_is_imported() -> None:
    card = {"title": "small", "task": "dehaze", "tiling": "field", "look": SIDE, "plain": True}
    Session(RunnableModel(card=Card(**card), name="small", key="script", load=load))  # type: ignore[arg-type]
    script = SCRIPT.replace("CARD", repr(card))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "openvino field False (50, 70, 3)"
