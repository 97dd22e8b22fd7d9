"""Multi-scale repair: at equal parameters, it repairs what the network alone cannot see; what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ganvas.api.load import networks
from ganvas.core.errors import SettingsError
from ganvas.core.settings import to_json
from ganvas.io import checkpoint
from ganvas.methods.enhancement_gan import EnhancementGAN
from ganvas.methods.multi_scale import MultiScale
from ganvas.methods.regression import Regression
from ganvas.methods.srgan import SRGAN
from ganvas.nets.generator import CompactSettings
from ganvas.zoo.models import find

INNER = Regression(generator=CompactSettings(features=4, convolutions=1), scale=1, task="denoise")
METHOD = MultiScale(inner=INNER, scales=3)


def test_it_costs_no_parameter_and_the_card_tells_what_it_needs() -> None:
    count = [sum(p.numel() for p in m.networks()["g"].parameters()) for m in (INNER, METHOD)]
    assert count[0] == count[1]
    card = METHOD.describe()
    assert (card.multiple_of, card.tiling, card.task, card.plain) == (4, "blend", "denoise", True)
    assert replace(METHOD, scales=1).describe().tiling == INNER.describe().tiling


@pytest.mark.parametrize(
    "inner", [SRGAN(content_by="discriminator"), EnhancementGAN()], ids=["enlarges", "looks at the whole"]
)
def test_what_cannot_run_from_coarse_to_fine_is_refused(inner: SRGAN | EnhancementGAN) -> None:
    with pytest.raises(SettingsError, match="cannot run from coarse to fine"):
        MultiScale(inner=inner)
    with pytest.raises(SettingsError, match="at least 1 scale"):
        MultiScale(inner=INNER, scales=0)


def test_a_model_file_is_read_back_with_the_method_inside(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    tensors = {f"g.{name}": value for name, value in METHOD.networks()["g"].state_dict().items()}
    header = {
        "kind": "model",
        "method": "multi_scale",
        "settings": json.loads(json.dumps(to_json(METHOD))),
        "card": METHOD.describe().to_json(),
        "licence": "CC0",
        "data": "none",
    }
    checkpoint.save(path, tensors, header)
    method, nets = networks(find(path))
    assert method == METHOD
    image = torch.rand(1, 3, 8, 8)
    assert nets["g"](image).shape == image.shape
