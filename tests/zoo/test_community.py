"""Weights of Real-ESRGAN's SRVGGNetCompact are read without conversion, and give what the network gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from ganvas.api.load import runnable
from ganvas.nets.compact import Compact
from ganvas.zoo.community import read
from ganvas.zoo.models import find


@pytest.fixture
def published(tmp_path: Path) -> tuple[Path, Compact]:
    torch.manual_seed(1)
    net = Compact(num_feat=6, num_conv=3, upscale=2, act_type="prelu")
    path = tmp_path / "anime-x2.safetensors"
    save_file(net.state_dict(), path)
    return path, net


def test_the_settings_are_read_off_the_shapes(published: tuple[Path, Compact]) -> None:
    entry = find(published[0])
    assert (entry.card.scale, entry.card.channels, entry.card.range, entry.card.tiling) == (2, 3, (0.0, 1.0), 5)
    assert entry.card.task == "upscale" and entry.header["drifts"]


def test_the_loaded_network_is_the_published_one(published: tuple[Path, Compact]) -> None:
    model = runnable(find(published[0]))
    assert model.load is not None and model.drifts
    _, nets = model.load()
    image = torch.from_numpy(np.random.default_rng(0).random((1, 3, 9, 7), np.float32))
    with torch.no_grad():
        torch.testing.assert_close(nets["g"](image), published[1].eval()(image), rtol=0, atol=0)


@pytest.mark.parametrize("names", [{"conv.weight": (3, 3, 3, 3)}, {"body.0.weight": (4,)}, {}])
def test_other_tensors_are_not_taken_for_one(names: dict[str, tuple[int, ...]], tmp_path: Path) -> None:
    save_file({name: torch.zeros(shape) for name, shape in names.items()}, tmp_path / "x.safetensors")
    assert read(tmp_path / "x.safetensors") is None


def test_our_own_files_are_not_taken_for_one(tiny_models: dict[str, Path]) -> None:
    assert read(tiny_models["upscale"]) is None
