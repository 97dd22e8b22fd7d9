"""The OpenVINO back end against torch, and its cache: no torch the second time, nothing half written."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from ganvas.core.card import Card
from ganvas.core.errors import MissingExtra, ModelError
from ganvas.infer.backends import openvino as backend
from ganvas.infer.model import RunnableModel
from ganvas.infer.session import ApplyOptions, Session
from ganvas.methods.regression import Regression
from ganvas.nets.generator import CompactSettings, HalfUNetSettings

IMAGE = np.random.default_rng(0).random((40, 56, 3), dtype=np.float32)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GANVAS_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache" / "graphs"


def small_model(method: Regression, *, key: str = "key") -> tuple[RunnableModel, list[int]]:
    """The method with fixed weights, and how often it was loaded."""
    torch.manual_seed(0)
    networks = {name: net.eval() for name, net in method.networks().items()}
    loads: list[int] = []

    def load() -> tuple[Regression, Mapping[str, nn.Module]]:
        loads.append(1)
        return method, networks

    return RunnableModel(card=method.describe(), name="small", key=key, load=load), loads


def compact(activation: Any = "leaky") -> Regression:
    return Regression(generator=CompactSettings(features=8, convolutions=2, activation=activation), scale=2)


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    return -10 * float(np.log10(((a - b) ** 2).mean() + 1e-20))


@pytest.mark.parametrize(
    "method",
    [
        compact("prelu"),
        compact("leaky"),
        Regression(task="denoise", scale=1, generator=HalfUNetSettings(features=8, levels=2, blocks=1)),
    ],
)
def test_it_computes_what_torch_computes(method: Regression) -> None:
    model, _ = small_model(method)
    reference = Session(model, ApplyOptions(backend="torch", precision="f32")).array(IMAGE)
    exact = Session(model, ApplyOptions(backend="openvino", precision="f32"))
    assert np.abs(exact.array(IMAGE) - reference).max() < 1e-5
    assert (exact.report.backend, exact.report.precision) == ("openvino", "f32")
    rounded = Session(model, ApplyOptions(backend="openvino", precision="bf16"))
    assert psnr(rounded.array(IMAGE), reference) > 45
    # One graph takes every size and batch.
    other = IMAGE[:24, :33]
    expected = Session(model, ApplyOptions(backend="torch", precision="f32")).array(other)
    assert np.abs(exact.array(other) - expected).max() < 1e-5


def test_results_do_not_change_when_the_next_image_is_computed() -> None:
    model, _ = small_model(compact())
    session = Session(model, ApplyOptions(backend="openvino", precision="f32"))
    first = session.array(IMAGE)
    kept = first.copy()
    session.array(1 - IMAGE)
    np.testing.assert_array_equal(first, kept)


SCRIPT = """
import sys
import numpy as np
from ganvas.core.card import Card
from ganvas.infer.model import RunnableModel
from ganvas.infer.session import Session

def load():
    import torch
    from ganvas.methods.regression import Regression
    from ganvas.nets.generator import CompactSettings
    torch.manual_seed(0)
    method = Regression(generator=CompactSettings(features=8, convolutions=2), scale=2)
    print("loaded")
    return method, method.networks()

card = Card(title="small", task="upscale", scale=2, tiling=4, plain=True)
session = Session(RunnableModel(card=card, name="small", key="script", load=load))
result = session.array(np.full((32, 32, 3), 0.5, np.float32))
print(session.report.backend, "torch" in sys.modules, result.shape, round(float(result.mean()), 4))
"""


def test_the_second_process_imports_no_torch(cache: Path) -> None:
    def run() -> list[str]:
        done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    first, second = run(), run()
    assert first[0] == "loaded" and first[1].startswith("openvino True (64, 64, 3)")
    assert second == [first[1].replace("True", "False")]


def test_the_key_decides_and_the_weights_are_loaded_once(cache: Path) -> None:
    model, loads = small_model(compact())
    for precision in ("f32", "f32"):
        backend.open_backend(model, device="cpu", precision=precision)
    assert len(loads) == 1 and len(list(cache.iterdir())) == 1
    other, loads = small_model(compact(), key="other")
    backend.open_backend(other, device="cpu", precision="f32")
    assert len(loads) == 1 and len(list(cache.iterdir())) == 2
    unnamed, loads = small_model(compact(), key="")
    backend.open_backend(unnamed, device="cpu", precision="f32")
    assert len(loads) == 1 and len(list(cache.iterdir())) == 2


@pytest.mark.parametrize("damage", ["*.blob", "graph.xml", "graph.bin", "facts.json"])
def test_a_damaged_cache_is_made_anew(cache: Path, damage: str) -> None:
    model, loads = small_model(compact())
    expected = Session(model, ApplyOptions(backend="openvino", precision="f32")).array(IMAGE)
    for path in cache.glob(f"*/{damage}"):
        path.write_bytes(b"")
    if damage != "*.blob":
        for path in cache.glob("*/*.blob"):
            path.unlink()
    again = Session(model, ApplyOptions(backend="openvino", precision="f32")).array(IMAGE)
    np.testing.assert_allclose(again, expected, atol=1e-6)
    assert len(loads) == (1 if damage == "*.blob" else 2)


def test_a_cache_that_cannot_be_written_costs_only_the_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("GANVAS_CACHE_DIR", str(blocked))
    model, loads = small_model(compact())
    opened = backend.open_backend(model, device="cpu", precision="bf16")
    opened.at("f32")
    assert opened.run(IMAGE[None]).shape == (1, 80, 112, 3) and len(loads) == 1


def test_without_openvino_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend, "find_spec", lambda name: None)
    model, _ = small_model(compact())
    with pytest.raises(MissingExtra, match=r"run pip install openvino\.$"):
        Session(model, ApplyOptions(backend="openvino"))
    session = Session(model)
    assert session.report.backend == "torch" and "not installed" in session.report.why


class Frozen(nn.Module):
    """Its factor is a Python number, which the tracer takes for a constant."""

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return image * float(image.mean())


class Detour(nn.Module):
    """A whole image that the tracer takes for a constant."""

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return image + torch.from_numpy(image.numpy() * 0.5)


@pytest.mark.parametrize(
    ("network", "reason"), [(Frozen(), "does not give what torch gives"), (Detour(), "cannot express")]
)
def test_a_network_that_a_graph_cannot_express_goes_to_torch(network: nn.Module, reason: str) -> None:
    method = Regression(scale=1)
    card = Card(title="odd", task="denoise", plain=True)
    model = RunnableModel(card=card, name="odd", load=lambda: (method, {"g": network}))
    with pytest.raises(ModelError, match=reason):
        backend.open_backend(model, device="cpu", precision="f32")
    session = Session(model, ApplyOptions(precision="f32"))
    assert session.report.backend == "torch" and reason in session.report.why
    assert session.array(IMAGE).shape == IMAGE.shape


def make_refusals() -> list[tuple[RunnableModel, str, str]]:
    def load() -> Any:
        raise AssertionError("must not be loaded")

    plain, other = Card(title="a", task="upscale", plain=True), Card(title="b", task="upscale")
    function: Callable[..., np.ndarray] = lambda image, **_: image  # noqa: E731
    return [
        (RunnableModel(card=plain, name="a", load=load), "cpu", ""),
        (RunnableModel(card=plain, name="a", load=load), "cuda", "does not run on cuda"),
        (RunnableModel(card=other, name="b", load=load), "cpu", "more than one plain network"),
        (RunnableModel(card=plain, name="c", function=function), "cpu", "a function"),
    ]


@pytest.mark.parametrize(("model", "device", "reason"), make_refusals())
def test_it_says_what_it_cannot_run(model: RunnableModel, device: str, reason: str) -> None:
    said = backend.refusal(model, device)
    assert said == "" if not reason else reason in said
