"""Models that fill holes, on a back end: functions and networks alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from torch import nn

from ganvas.core.batch import Masked
from ganvas.core.card import Card
from ganvas.core.errors import ModelError, OutOfMemory, SettingsError
from ganvas.core.method import Draws, Method, Networks, Query, Result
from ganvas.infer.masked_session import MaskedSession
from ganvas.infer.model import RunnableModel
from ganvas.infer.session import ApplyOptions, Session

NEEDS = frozenset({"image", "mask"})
IMAGE = np.random.default_rng(0).random((70, 90, 3), dtype=np.float32)
MASK = np.zeros((70, 90), bool)
MASK[20:40, 30:60] = True
F32 = ApplyOptions(backend="torch", precision="f32")


class Painter(nn.Module):
    """Paints holes in the value of its bias and leaves the rest."""

    def __init__(self) -> None:
        super().__init__()
        self.paint = nn.Conv2d(4, 3, 1)
        nn.init.zeros_(self.paint.weight)
        nn.init.constant_(self.paint.bias, 0.5)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.paint(image)


@dataclass(frozen=True, kw_only=True)
class Painting(Method[Masked]):
    """The smallest method that fills holes."""

    card: ClassVar[Card] = Card(title="paints", task="inpaint", needs=NEEDS, multiple_of=8, min_size=16)
    batch_type: ClassVar[type[Masked]] = Masked

    def networks(self) -> dict[str, nn.Module]:
        return {"g": Painter()}

    def apply(self, nets: Networks, query: Query, rng: Draws) -> Result:
        assert query.image is not None and query.mask is not None
        assert query.image.shape[1] == 3 and query.mask.shape == (*query.image[:, :1].shape,)
        assert query.image.shape[-1] % 8 == 0 and set(query.mask.unique().tolist()) <= {0, 1}
        painted = nets["g"](torch.cat([query.image, query.mask], dim=1))
        return Result(images=torch.where(query.mask > 0.5, painted, query.image))

    def exportable(self) -> tuple[str, ...]:
        return ("g",)


def network() -> RunnableModel:
    def load() -> tuple[Method[Any], Mapping[str, nn.Module]]:
        return Painting(), Painting().networks()

    return RunnableModel(card=Painting.card, name="paints", load=load)


def function(fill: Any) -> RunnableModel:
    card = Card(title="fills", task="inpaint", needs=NEEDS, range=(0.0, 1.0), tiling="never")
    return RunnableModel(card=card, name="fills", function=fill)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_network_gets_image_and_mask_in_its_own_range(channels: int) -> None:
    session = MaskedSession(network(), F32)
    image = IMAGE[:, :, :channels]
    result = session(image, MASK)
    assert result.shape == image.shape
    np.testing.assert_allclose(result[MASK], 0.75, atol=1e-6)  # a half in [-1, 1]
    np.testing.assert_allclose(result[~MASK], image[~MASK], atol=1e-6)


def test_sizes_that_the_network_cannot_take_are_padded() -> None:
    result = MaskedSession(network(), F32)(IMAGE[:5, :7], MASK[:5, :7] | True)
    assert result.shape == (5, 7, 3) and np.allclose(result, 0.75)


def test_a_whole_picture_by_a_network() -> None:
    session = MaskedSession(network(), F32)
    result = session.fill(IMAGE, MASK)
    np.testing.assert_array_equal(result[~MASK], IMAGE[~MASK])
    np.testing.assert_allclose(result[MASK], 0.75, atol=1e-6)
    assert session.report["backend"] == "torch" and session.report["crops"] == 1


def test_a_function_gets_the_mask_by_name() -> None:
    def half(image: np.ndarray, *, mask: np.ndarray, strength: float = 1.0) -> np.ndarray:
        assert mask.dtype == bool and image.shape[2] == 3
        return np.where(mask[:, :, None], 0.5, image)

    session = MaskedSession(function(half))
    result = session.fill(IMAGE, MASK)
    np.testing.assert_array_equal(result[~MASK], IMAGE[~MASK])
    assert (result[MASK] == 0.5).all() and session.report["precision"] == "f32"


def test_deep_holes_are_filled_at_low_resolution_by_networks_alone() -> None:
    image, mask = np.full((300, 300, 3), 0.25, np.float32), np.zeros((300, 300), bool)
    mask[50:250, 50:250] = True
    by_network, by_function = MaskedSession(network(), F32), MaskedSession(function(lambda image, *, mask: image))
    by_network.fill(image, mask)
    by_function.fill(image, mask)
    assert (by_network.report["coarse"], by_function.report["coarse"]) == (1, 0)


def test_the_tile_bounds_the_crops() -> None:
    mask = np.zeros((60, 900), bool)
    mask[20:40] = True
    mask[:, 0] = False
    session = MaskedSession(network(), ApplyOptions(backend="torch", precision="f32", tile=300))
    session.fill(np.zeros((60, 900, 3), np.float32), mask)
    assert session.report["largest_crop"] <= 300


def test_memory_decides_how_large_crops_are() -> None:
    mask = np.zeros((40, 1500), bool)
    mask[15:25] = True
    mask[:, 0] = False
    sides = []
    for limit in (None, 1):
        session = MaskedSession(network(), ApplyOptions(backend="torch", precision="f32", max_memory=limit))
        session.fill(np.zeros((40, 1500, 3), np.float32), mask)
        sides.append(session.report["largest_crop"])
    assert 512 < sides[0] <= 1024 and sides[1] <= 256


def test_models_that_do_not_fit_are_refused() -> None:
    plain = RunnableModel(card=Card(title="plain", task="denoise"), name="plain", function=lambda image: image)
    with pytest.raises(ModelError, match="plain takes no mask"):
        MaskedSession(plain)
    with pytest.raises(ModelError, match="fills needs a mask"):
        Session(function(lambda image, *, mask: image))
    with pytest.raises(ModelError, match="takes 3 channels, the image has 2"):
        MaskedSession(network(), F32)(IMAGE[:, :, :2], MASK)
    with pytest.raises(SettingsError, match="openvino cannot run paints"):
        MaskedSession(network(), ApplyOptions(backend="openvino"))
    with pytest.raises(ModelError, match="not finite"):
        MaskedSession(function(lambda image, *, mask: image * np.nan)).fill(IMAGE, MASK)


def test_memory_that_runs_out_is_told() -> None:
    def hungry(image: np.ndarray, *, mask: np.ndarray) -> np.ndarray:
        raise MemoryError

    with pytest.raises(OutOfMemory, match="fills runs out of memory"):
        MaskedSession(function(hungry)).fill(IMAGE, MASK)
