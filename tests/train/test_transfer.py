"""Transfer: what is taken over and what is told of it, and lower layers of the discriminator that stay."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.contracts.cases import CASES, Made, images

from ganvas.api.train import train
from ganvas.core.errors import CheckpointError
from ganvas.core.method import Optimiser
from ganvas.io import checkpoint
from ganvas.recipes import few_64, transfer_64
from ganvas.train.engine import Engine, EngineSettings
from ganvas.train.settings import Recipe, TrainSettings

STILL = Optimiser(lr=0.0)


@dataclass(frozen=True, kw_only=True)
class Shades:
    """Data of a recipe that makes its own."""

    def stream(self, path: Path | None, *, seed: int) -> Made:
        return Made(images)


def recipe(seed: int = 0, **changes: Any) -> Recipe:
    method: Any = replace(CASES["dcgan"].method, **changes)  # type: ignore[type-var]
    settings = TrainSettings(images=6, batch=6, seed=seed, precision="f32", health_share=0.0)
    return Recipe(method=method, data=Shades(), train=settings)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("source") / "run"
    train(recipe(), run=run, device="cpu")
    return run


def weights(run: Path, kind: str = "net") -> dict[str, torch.Tensor]:
    tensors = checkpoint.load_tensors(run / "last.safetensors")
    return {name: tensor for name, tensor in tensors.items() if name.startswith(kind) and name.endswith("weight")}


def test_a_checkpoint_gives_both_networks_and_nothing_is_warned_of(source: Path, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        start = recipe(seed=9, g_optimiser=STILL, d_optimiser=STILL)
        train(start, run=tmp_path, device="cpu", init_from=source / "last.safetensors")
    assert all(torch.equal(tensor, weights(tmp_path)[name]) for name, tensor in weights(source).items())
    taken = json.loads((tmp_path / "run.json").read_text())["taken_over"]
    assert taken.keys() == {"g", "d"} and all(count == of for count, _, of, _ in map(str.split, taken.values()))


def test_a_model_gives_the_generator_and_the_new_discriminator_is_told_of(source: Path, tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match=r"anew: d \(0 of \d+ tensors\); whole: g\..*last\.safetensors"):
        train(recipe(seed=9), run=tmp_path, device="cpu", init_from=source / "model.safetensors")
    assert json.loads((tmp_path / "run.json").read_text())["taken_over"]["d"].startswith("0 of ")


def test_layers_of_another_width_start_anew_and_are_told_of(source: Path, tmp_path: Path) -> None:
    wider = replace(CASES["dcgan"].method.networks_, features_d=5)  # type: ignore[attr-defined]
    with pytest.warns(UserWarning, match=r"d \(\d+ of \d+ tensors\)"):
        train(recipe(networks_=wider), run=tmp_path, device="cpu", init_from=source / "last.safetensors")


def test_a_file_with_nothing_that_fits_is_refused(tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "other.safetensors", {"net.x.y": torch.zeros(1)}, {"kind": "train"})
    with pytest.raises(CheckpointError, match="--init-from"):
        train(recipe(), run=tmp_path / "run", device="cpu", init_from=tmp_path / "other.safetensors")


def test_frozen_layers_stay_to_the_last_bit_while_the_others_move() -> None:
    """FreezeD by the recipe's pattern: it must name the first two convolutions and nothing else."""
    networks = few_64.recipe().method.networks_  # type: ignore[attr-defined]
    small = replace(networks, size=32, channels=1, latent=3, features_g=4, features_d=4)
    case: Any = CASES["dcgan"].method
    method = replace(case, networks_=small, d_optimiser=Optimiser(lr=1e-2, groups=((transfer_64.FROZEN, 0.0),)))
    engine = Engine(method, EngineSettings(batch=6, total=60, seed=3))
    before = {name: value.clone() for name, value in engine.state.nets["d"].named_parameters()}
    wide = Made(lambda index: type(images(index))(images(index).image.repeat(1, 1, 2, 2)))
    for _ in range(2):
        engine.advance(wide)
    stayed = {n for n, value in engine.state.nets["d"].named_parameters() if torch.equal(value, before[n])}
    assert {name.split(".")[1] for name in stayed} == {"0", "2"}
    assert sum(name.startswith(("trunk.0.", "trunk.2.")) for name in before) == len(stayed)


def test_the_transfer_has_the_networks_of_its_source_at_a_lower_rate() -> None:
    few, transfer = few_64.recipe(), transfer_64.recipe()
    first: Any = few.method
    second: Any = transfer.method
    assert first.networks_ == second.networks_ and few.data == transfer.data
    assert second.g_optimiser.lr < first.g_optimiser.lr and second.d_optimiser.lr < first.d_optimiser.lr
