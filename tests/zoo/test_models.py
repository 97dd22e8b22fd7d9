"""Models by name and by path: what is found, what is refused and with which hint."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from ganvas.core.errors import CheckpointError, ModelError
from ganvas.io import checkpoint
from ganvas.zoo.models import find, list_models


def test_classical_models_are_listed_and_run() -> None:
    assert {"classical/bicubic", "classical/nlm", "classical/tv"} <= set(list_models())
    entry = find("classical/bicubic")
    assert entry.card.task == "upscale" and entry.path is None and entry.function is not None
    assert entry.function()(np.zeros((3, 4, 3), np.float32)).shape == (12, 16, 3)
    assert len(entry.digest()) == 64


def test_a_bundled_model_is_found_by_its_name(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    shutil.copy(tiny_models["denoise"], tmp_path / "quiet.safetensors")
    assert list_models(tmp_path)[0] == "quiet"
    entry = find("quiet", tmp_path)
    assert (entry.name, entry.card.task, entry.size) == (
        "quiet",
        "denoise",
        (tmp_path / "quiet.safetensors").stat().st_size,
    )


def test_a_model_is_found_by_its_path(tiny_models: dict[str, Path]) -> None:
    entry = find(tiny_models["upscale"])
    assert entry.card.scale == 4 and entry.header["licence"] == "CC0"
    assert entry.digest() == find(str(tiny_models["upscale"])).digest() != find(tiny_models["denoise"]).digest()


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("classical/bicubik", "did you mean classical/bicubic"),
        ("bicubic", "did you mean classical/bicubic"),
        ("NLM", "did you mean classical/nlm"),
        ("quite-something-else", "choose one of"),
        ("no/such/file.safetensors", "no weights file"),
        ("../weights/denoise", "no model called"),
        ("", "no model called"),
    ],
)
def test_an_unknown_name_gets_a_hint(name: str, hint: str) -> None:
    with pytest.raises(ModelError, match=hint):
        find(name)


@pytest.mark.parametrize("name", ["RealESRGAN_x4plus.pth", "x.pt", "x.ckpt", "x.PKL"])
def test_a_pickle_is_refused_with_the_way_to_convert_it(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"\x80\x04.")
    with pytest.raises(ModelError, match=r"pickle.*convert it once.*save_file"):
        find(tmp_path / name)


def test_a_damaged_file_is_told(tmp_path: Path, tiny_models: dict[str, Path]) -> None:
    whole = tiny_models["denoise"].read_bytes()
    for name, data in {"empty": b"", "cut": whole[:40], "text": b"hello world, no tensors here"}.items():
        path = tmp_path / f"{name}.safetensors"
        path.write_bytes(data)
        with pytest.raises(CheckpointError, match="not a safetensors file"):
            find(path)


def test_a_training_state_is_no_model(tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "last.safetensors", {}, {"kind": "train"})
    with pytest.raises(CheckpointError, match=r"model\.safetensors beside it"):
        find(tmp_path / "last.safetensors")
