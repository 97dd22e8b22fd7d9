"""The torch back end: tiled equals untiled, precision, errors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from ganvas.core.card import Card
from ganvas.core.errors import ModelError, SettingsError
from ganvas.core.method import Draws, Query
from ganvas.infer import backend as choice
from ganvas.infer.backends import torch as backend
from ganvas.infer.model import RunnableModel
from ganvas.infer.session import ApplyOptions, Session
from ganvas.methods.regression import Regression
from ganvas.nets.generator import CompactSettings, HalfUNetSettings, SRResNetSettings


def model_of(method: Regression) -> RunnableModel:
    torch.manual_seed(0)
    networks = {name: net.eval() for name, net in method.networks().items()}

    def load() -> tuple[Regression, Mapping[str, nn.Module]]:
        return method, networks

    return RunnableModel(card=method.describe(), name="small", load=load)


COMPACT = model_of(Regression(generator=CompactSettings(features=8, convolutions=3, activation="prelu"), scale=2))
F32 = ApplyOptions(backend="torch", precision="f32")


def picture(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(height * 999 + width).random((height, width, 3), dtype=np.float32)


@settings(max_examples=20)
@given(height=st.integers(1, 400), width=st.integers(1, 400), tile=st.integers(90, 160))
def test_exact_tiling_equals_the_untiled_run(height: int, width: int, tile: int) -> None:
    image = picture(height, width)
    whole = Session(COMPACT, F32)
    tiled = Session(COMPACT, ApplyOptions(backend="torch", precision="f32", tile=tile))
    expected, result = whole.array(image), tiled.array(image)
    assert whole.report.mode == "whole"
    if tiled.report.mode != "blend":
        assert np.abs(result - expected).max() < 2e-6


def test_the_halo_is_needed_whole() -> None:
    # With a radius one pixel short, the test above would have to fail.
    short = RunnableModel(
        card=Card(title="short", task="upscale", scale=2, tiling=COMPACT.card.tiling - 1, plain=True),  # type: ignore[operator]
        name="short",
        load=COMPACT.load,
    )
    image = picture(300, 300)
    options = ApplyOptions(backend="torch", precision="f32", tile=120)
    for model, equal in ((COMPACT, True), (short, False)):
        session = Session(model, options)
        difference = np.abs(session.array(image) - Session(COMPACT, F32).array(image)).max()
        assert session.report.mode == "exact" and (difference < 2e-6) == equal


def test_the_session_is_the_method_on_the_image() -> None:
    image = picture(31, 47)
    method, networks = COMPACT.load()  # type: ignore[misc]
    tensor = torch.from_numpy(image).permute(2, 0, 1)[None] * 2 - 1
    with torch.no_grad():
        images = method.apply(networks, Query(image=tensor), Draws(0, 0, "apply", torch.arange(1))).images
    expected = ((images + 1) / 2).clamp(0, 1)[0].permute(1, 2, 0).numpy()
    np.testing.assert_allclose(Session(COMPACT, F32).array(image), expected, atol=1e-6)


@pytest.mark.parametrize(
    "generator",
    [HalfUNetSettings(features=8, levels=2, blocks=1), SRResNetSettings(features=8, blocks=1)],
)
def test_networks_that_want_multiples_take_any_size(generator: HalfUNetSettings | SRResNetSettings) -> None:
    scale = 1 if isinstance(generator, HalfUNetSettings) else 2
    model = model_of(Regression(generator=generator, scale=scale))
    for shape in ((1, 1), (1, 60), (33, 18)):
        result = Session(model, F32).array(picture(*shape))
        assert result.shape[:2] == (shape[0] * scale, shape[1] * scale) and np.isfinite(result).all()


def test_blended_tiles_stay_close_to_the_untiled_run() -> None:
    # The error of blending is bounded here; benchmarks/bench_tiling.py measures it on a trained model.
    model = model_of(Regression(task="denoise", scale=1, generator=HalfUNetSettings(features=8, levels=2, blocks=1)))
    image = np.kron(picture(20, 24), np.ones((16, 16, 1), np.float32))
    tiled = Session(model, ApplyOptions(backend="torch", precision="f32", tile=128))
    difference = tiled.array(image) - Session(model, F32).array(image)
    assert tiled.report.mode == "blend"
    assert np.sqrt((difference**2).mean()) < 0.01


def test_bf16_is_close_and_is_said() -> None:
    image = picture(40, 50)
    session = Session(COMPACT, ApplyOptions(backend="torch", precision="bf16"))
    difference = session.array(image) - Session(COMPACT, F32).array(image)
    assert session.report.precision == "bf16"
    assert 0 < np.sqrt((difference**2).mean()) < 0.01


@pytest.mark.parametrize(("flags", "expected"), [("fma avx512_bf16", True), ("amx_bf16", True), ("avx512f", False)])
def test_hardware_bf16_is_read_from_the_processors_flags(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object, flags: str, expected: bool
) -> None:
    import builtins
    import io

    real = builtins.open
    text = f"processor: 0\nflags\t\t: fpu {flags}\n"
    monkeypatch.setattr(
        builtins, "open", lambda path, *a, **k: io.StringIO(text) if path == "/proc/cpuinfo" else real(path, *a, **k)
    )
    assert choice.cpu_has_bf16.__wrapped__() == expected


def test_automatic_precision_follows_the_hardware(monkeypatch: pytest.MonkeyPatch) -> None:
    for fast, precision in ((True, "bf16"), (False, "f32")):
        monkeypatch.setattr(backend, "fast_bf16", lambda device, fast=fast: fast)
        assert Session(COMPACT, ApplyOptions(backend="torch")).report.precision == precision


def test_a_device_that_is_not_there_is_one_clear_error() -> None:
    for device in ("cuda:63", "nonsense"):
        with pytest.raises(SettingsError, match="use --device auto or cpu"):
            Session(COMPACT, ApplyOptions(backend="torch", device=device))


def test_back_ends_and_precisions_that_do_not_exist_are_refused() -> None:
    with pytest.raises(SettingsError, match="use auto, function, openvino, torch"):
        Session(COMPACT, ApplyOptions(backend="tensorrt"))
    with pytest.raises(SettingsError, match="use auto, f32 or bf16"):
        Session(COMPACT, ApplyOptions(precision="fp16"))


def test_a_card_with_the_wrong_scale_is_found_out() -> None:
    card = Card(title="wrong", task="upscale", scale=3, plain=True)
    with pytest.raises(ModelError, match="its card says x3"):
        Session(RunnableModel(card=card, name="wrong", load=COMPACT.load), F32)


def test_working_memory_counts_the_widest_layer() -> None:
    # 2 x float32 x (24 in + 24 out) for the widest activation of 24 features.
    model = model_of(Regression(generator=CompactSettings(features=24, convolutions=1), scale=1))
    opened = backend.open_backend(model, device="cpu", precision="f32")
    assert opened.bytes_per_pixel == 2 * 4 * (24 + 24)
