from __future__ import annotations

from pathlib import Path

import pytest
import torch

from ganvas.core.errors import CheckpointError
from ganvas.io import checkpoint
from ganvas.io.packing import pack, unpack

TENSORS = {
    "g.conv.weight": torch.randn(5, 4, 3, 3, generator=torch.Generator().manual_seed(1))
    * torch.logspace(-3, 3, 5)[:, None, None, None],
    "g.dead.weight": torch.zeros(2, 3),
    "g.conv.bias": torch.tensor([1.5, -2.0]),
    "g.count": torch.tensor(7),
}


def test_weights_come_back_to_half_a_step_of_their_output(tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "m.safetensors", pack(TENSORS), {})
    found = checkpoint.load_tensors(tmp_path / "m.safetensors")
    assert found.keys() == TENSORS.keys()
    weights, truth = found["g.conv.weight"], TENSORS["g.conv.weight"]
    assert weights.dtype == torch.float32
    steps = truth.abs().flatten(1).amax(1) / 127
    assert bool(((weights - truth).abs().flatten(1).amax(1) <= steps * 0.5001).all())
    assert torch.equal(weights.abs().flatten(1).amax(1).argsort(), steps.argsort())
    for name in ("g.dead.weight", "g.conv.bias", "g.count"):
        assert torch.equal(found[name].to(TENSORS[name].dtype), TENSORS[name])


def test_a_byte_for_each_weight(tmp_path: Path) -> None:
    wide = {"g.weight": torch.randn(64, 64, 3, 3)}
    checkpoint.save(tmp_path / "m.safetensors", pack(wide), {})
    assert (tmp_path / "m.safetensors").stat().st_size < wide["g.weight"].numel() * 1.02


def test_packing_what_was_unpacked_changes_nothing() -> None:
    once = unpack(pack(TENSORS))
    twice = unpack(pack(once))
    assert torch.allclose(once["g.conv.weight"], twice["g.conv.weight"], rtol=1e-6, atol=0)


@pytest.mark.parametrize("broken", ["lost", "short", "floats"])
def test_steps_without_their_weights_are_refused(broken: str) -> None:
    packed = pack({"w": torch.randn(3, 2)})
    (steps,) = (name for name in packed if name != "w")
    if broken == "lost":
        del packed["w"]
    elif broken == "short":
        packed[steps] = packed[steps][:2]
    else:
        packed["w"] = packed["w"].float()
    with pytest.raises(CheckpointError, match="without its weights"):
        unpack(packed, source="m.safetensors")
