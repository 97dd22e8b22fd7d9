"""Pictures and a slow model that need no weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganvas.api.load import Model
from ganvas.api.options import Options
from ganvas.api.work import Work
from ganvas.core.card import Card
from ganvas.zoo.models import ModelEntry


@pytest.fixture
def make_work() -> Callable[..., Work]:
    """Returns a maker of works that double pictures by repeating pixels, by a function that may be given."""

    def make(
        function: Callable[[np.ndarray], np.ndarray] | None = None,
        *,
        scale: float | None = None,
        options: Options | None = None,
    ) -> Work:
        def double(image: np.ndarray, *, strength: float = 1.0) -> np.ndarray:
            if function is not None:
                image = function(image)
            return image.repeat(2, 0).repeat(2, 1)

        card = Card(title="double", task="upscale", range=(0.0, 1.0), scale=2, tiling="never")
        entry = ModelEntry(name="double", card=card, header={"source": __file__}, function=lambda: double)
        return Work(model=Model(entry, options or Options()), scale=scale)

    return make


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder with six small pictures in two folders."""
    rng = np.random.default_rng(0)
    for i in range(6):
        path = tmp_path / "in" / "xy"[i % 2] / f"p{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (7 + i, 9, 3), np.uint8)).save(path)
    return tmp_path / "in"
