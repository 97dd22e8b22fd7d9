"""Pictures coloured by a reduced look: the streamed session against the method, in any size and from any reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from ganvas.core.errors import ModelError, OutOfMemory
from ganvas.core.method import Draws, Method, Query
from ganvas.infer import chroma
from ganvas.infer.model import RunnableModel
from ganvas.infer.rows import ArrayRows, StreamedRows
from ganvas.infer.session import ApplyOptions, Session
from ganvas.methods.colorize_gan import ColorizeGAN
from ganvas.nets.colour import ColourSettings
from ganvas.ops.lab import to_lab

METHOD = ColorizeGAN(generator=ColourSettings(features=4, levels=2, blocks=1), look=32, adversarial=0.0)
RNG = np.random.default_rng(3)


def networks() -> Mapping[str, nn.Module]:
    """Random weights that colour boldly, unlike those of an untrained network."""
    torch.manual_seed(0)
    nets = METHOD.networks()
    with torch.no_grad():
        nets["g"].tail.weight.mul_(20)  # type: ignore[union-attr, operator]
    return {name: net.eval() for name, net in nets.items()}


NETS = networks()


def load() -> tuple[Method[Any], Mapping[str, nn.Module]]:
    return METHOD, NETS


MODEL = RunnableModel(card=METHOD.describe(), name="small", load=load)


def picture(height: int, width: int, channels: int = 3) -> np.ndarray:
    return RNG.random((height, width, channels), dtype=np.float32)


def lab(image: np.ndarray) -> np.ndarray:
    tensor = torch.tensor(image).permute(2, 0, 1)[None].expand(-1, 3, -1, -1) * 2 - 1
    return to_lab(tensor)[0].permute(1, 2, 0).numpy()


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(1, 1), (1, 400), (13, 30), (32, 32), (70, 41), (150, 97)])
def test_the_session_does_what_the_method_does(
    size: tuple[int, int], channels: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chroma, "_BAND_PIXELS", 1000)  # several bands
    image = picture(*size, channels)
    made = Session(MODEL).array(image)
    tensor = torch.tensor(image).permute(2, 0, 1)[None].expand(-1, 3, -1, -1) * 2 - 1
    with torch.no_grad():
        whole = METHOD.apply(NETS, Query(image=tensor), Draws(0, 0, "apply", torch.arange(1))).images
    np.testing.assert_allclose(made, whole[0].permute(1, 2, 0).numpy() * 0.5 + 0.5, atol=2e-4)
    np.testing.assert_allclose(lab(made)[:, :, 0], lab(image)[:, :, 0], atol=0.02)
    assert channels == 3 or np.abs(lab(made)[:, :, 1:]).max() > 3, "a gray picture has colour now"


@pytest.mark.parametrize("channels", [1, 3])
def test_strength_goes_by_chroma_and_keeps_lightness(channels: int) -> None:
    session, image = Session(MODEL), 0.4 + 0.2 * picture(50, 40, channels)
    none, half, full = (session.array(image, strength=strength) for strength in (0.0, 0.5, 1.0))
    np.testing.assert_array_equal(none, np.repeat(image, 3 // channels, axis=2))
    np.testing.assert_allclose(lab(half)[:, :, 0], lab(image)[:, :, 0], atol=0.02)
    fits = (full > 0.001).all(axis=2) & (full < 0.999).all(axis=2)  # elsewhere chroma was reduced to the gamut
    between = (lab(image) + lab(full)) / 2
    np.testing.assert_allclose(lab(half)[fits], between[fits], atol=0.1)


def test_rows_that_come_once_are_enough_and_the_report_says_what_was_looked_at() -> None:
    image, session = picture(90, 60, 1), Session(MODEL)
    rows: list[np.ndarray] = []
    stream = StreamedRows(iter([image[:17], image[17:80], image[80:]]), height=90, width=60, channels=1)
    session.run(stream, sink=rows.append)
    np.testing.assert_array_equal(np.concatenate(rows), session.array(image))
    assert (session.report.mode, session.report.tile, session.report.precision) == ("chroma", (32, 21), "f32")
    assert (session.channels(1), session.channels(3)) == (3, 3)


def test_a_picture_that_does_not_fit_is_told() -> None:
    session = Session(MODEL, ApplyOptions(max_memory=1))
    with pytest.raises(OutOfMemory, match="raise --max-memory"):
        session.array(picture(40, 40))
    with pytest.raises(ModelError, match="export it again"):
        Session(replace(MODEL, card=replace(METHOD.describe(), look=0)))


def test_what_is_needed_grows_with_bands_and_not_with_the_picture() -> None:
    def need(height: int, width: int) -> int:
        return chroma.bytes_needed(ArrayRows(np.broadcast_to(np.float32(0), (height, width, 3))), 384, 100.0)

    assert need(40_000, 4_000) < 2 * need(4_000, 4_000) < 250 * 2**20
