"""Models that stay warm, and what the session is handed."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
import torch

import ganvas
from ganvas.api.load import runnable
from ganvas.api.options import Options
from ganvas.core.errors import CheckpointError
from ganvas.core.method import Draws, Query
from ganvas.io import checkpoint
from ganvas.zoo.models import find


def test_a_model_gives_what_its_method_gives(tiny_models: dict[str, Path]) -> None:
    model = ganvas.load(tiny_models["upscale"], options=Options(backend="torch", precision="f32"))
    image = np.random.default_rng(1).random((9, 11, 3), np.float32)
    load = runnable(model.entry).load
    assert load is not None
    method, nets = load()
    with torch.no_grad():
        source = torch.from_numpy(image).permute(2, 0, 1)[None] * 2 - 1
        expected = method.apply(nets, Query(image=source), Draws(0, 0, "apply", torch.arange(1))).images
    expected = (expected[0].permute(1, 2, 0).numpy() + 1) / 2
    np.testing.assert_allclose(model(image), np.clip(expected, 0, 1), atol=1e-5)
    assert "tiny-upscale" in repr(model)


def test_the_session_is_opened_once_even_by_several_threads(tiny_models: dict[str, Path]) -> None:
    model = ganvas.load(tiny_models["denoise"], options=Options(backend="torch"))
    found = []
    threads = [threading.Thread(target=lambda: found.append(model.session)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(session) for session in found}) == 1


def test_several_threads_get_their_own_results(tiny_models: dict[str, Path]) -> None:
    model = ganvas.load(tiny_models["denoise"], options=Options(backend="torch", precision="f32"))
    images = [np.full((8, 8, 3), value, np.uint8) for value in (10, 90, 200)]
    alone = [model(image) for image in images]
    results: dict[int, np.ndarray] = {}
    threads = [threading.Thread(target=lambda i=i: results.update({i: model(images[i])})) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i in range(3):
        np.testing.assert_array_equal(results[i], alone[i])


def test_the_key_depends_on_the_weights(tiny_models: dict[str, Path]) -> None:
    assert runnable(find(tiny_models["upscale"])).key != runnable(find(tiny_models["denoise"])).key


def test_weights_that_do_not_fit_their_settings_are_told(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    header = {k: v for k, v in checkpoint.read_header(tiny_models["upscale"]).items() if k != "format"}
    tensors = checkpoint.load_tensors(tiny_models["upscale"])
    tensors["g.body.0.weight"] = tensors["g.body.0.weight"][:2]
    checkpoint.save(tmp_path / "bad.safetensors", tensors, header)
    with pytest.raises(CheckpointError, match="do not fit"):
        ganvas.upscale(
            np.zeros((4, 4, 3), np.uint8), model=tmp_path / "bad.safetensors", options=Options(backend="torch")
        )


def test_bfloat16_weights_are_computed_in_float32(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    header = {k: v for k, v in checkpoint.read_header(tiny_models["upscale"]).items() if k != "format"}
    tensors = {k: v.bfloat16() for k, v in checkpoint.load_tensors(tiny_models["upscale"]).items()}
    checkpoint.save(tmp_path / "half.safetensors", tensors, header)
    load = runnable(find(tmp_path / "half.safetensors")).load
    assert load is not None
    assert {p.dtype for p in load()[1]["g"].parameters()} == {torch.float32}


def test_only_adversarial_models_are_said_to_drift(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    assert not runnable(find(tiny_models["upscale"])).drifts
    header = {k: v for k, v in checkpoint.read_header(tiny_models["upscale"]).items() if k != "format"}
    header["drifts"] = True
    checkpoint.save(tmp_path / "gan.safetensors", {}, header)
    assert runnable(find(tmp_path / "gan.safetensors")).drifts


def test_models_of_runs_are_called_by_their_run(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    for run, file in (("first", "model"), ("second", "model"), ("second", "best")):
        (tmp_path / run).mkdir(exist_ok=True)
        (tmp_path / run / f"{file}.safetensors").write_bytes(tiny_models["upscale"].read_bytes())
    names = [find(tmp_path / place).name for place in ("first/model.safetensors", "second/model.safetensors")]
    assert names == ["first", "second"]
    assert find(tmp_path / "second" / "best.safetensors").name == "second-best"
