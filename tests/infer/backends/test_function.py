"""Classical models as a back end."""

from __future__ import annotations

import numpy as np
import pytest

from ganvas.core.card import Card
from ganvas.core.errors import ModelError, SettingsError
from ganvas.infer.model import RunnableModel
from ganvas.infer.session import ApplyOptions, Session


def darker(image: np.ndarray, *, strength: float = 1.0) -> np.ndarray:
    return image.astype(np.float64) * (1 - 0.5 * strength)


MODEL = RunnableModel(card=Card(title="darker", task="denoise", tiling=0), name="darker", function=darker)


@pytest.mark.parametrize("backend", ["auto", "torch", "openvino"])
def test_a_function_runs_as_it_is_whatever_back_end_is_asked_for(backend: str) -> None:
    session = Session(MODEL, ApplyOptions(backend=backend))
    image = np.random.default_rng(0).random((20, 30, 1), dtype=np.float32)
    np.testing.assert_allclose(session.array(image), image * 0.5, atol=1e-6)
    assert (session.report.backend, session.report.precision) == ("function", "f32")


def test_a_function_has_no_bf16() -> None:
    with pytest.raises(SettingsError, match="leave out --precision"):
        Session(MODEL, ApplyOptions(precision="bf16"))


def test_a_model_is_either_networks_or_a_function() -> None:
    with pytest.raises(ModelError, match="exactly one"):
        RunnableModel(card=MODEL.card, name="nothing")
