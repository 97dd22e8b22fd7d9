"""What finds scratches: a network where there is one, at the size it knows, and measures where there is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from skimage import data

import ganvas
from ganvas.api.options import Options
from ganvas.api.restoration import plan_restoration
from ganvas.api.scratches import MODEL, ScratchFinder
from ganvas.core.settings import to_json
from ganvas.io import checkpoint
from ganvas.measure.scratches import scratches
from ganvas.methods.segmentation import Segmentation
from ganvas.nets.generator import HalfUNetSettings
from ganvas.zoo.models import list_models

PHOTO = data.astronaut()[:128, 100:260].astype(np.float32) / np.float32(255)
PLAIN = Options(backend="torch", precision="f32", device="cpu")


@pytest.fixture(scope="module")
def bright(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network whose odds are those of brightness alone: more than one to one above middle gray."""
    method = Segmentation(generator=HalfUNetSettings(features=4, levels=1, blocks=1))
    net = method.networks()["g"]
    tensors = {f"g.{name}": tensor * 0 for name, tensor in net.state_dict().items()}
    # Half resolution has four pixels of each colour side by side: red of each passes through, to all three colours.
    for pixel in range(4):
        tensors["g.head.weight"][pixel, pixel, 1, 1] = 1
        for colour in range(3):
            tensors["g.tail.weight"][4 * colour + pixel, pixel, 1, 1] = 1
    header = {
        "format": checkpoint.FORMAT,
        "method": "segmentation",
        "settings": to_json(method),
        "card": method.describe().to_json(),
    }
    path = tmp_path_factory.mktemp("models") / "bright.safetensors"
    checkpoint.save(path, tensors, header)
    return path


def test_found_is_what_the_network_gives_odds_above_one(bright: Path) -> None:
    find = ScratchFinder(PLAIN, str(bright))
    found = find(PHOTO)
    assert find.name == "bright" and found.dtype == bool
    sure = np.abs(PHOTO[:, :, 0] - 0.5) > 0.01
    assert np.array_equal(found[sure], (PHOTO[:, :, 0] > 0.5)[sure])
    gray = find(PHOTO[:, :, :1])
    assert np.array_equal(gray[sure], found[sure])


def test_a_large_picture_is_seen_at_the_size_the_network_knows(bright: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find = ScratchFinder(PLAIN, str(bright))
    whole = np.zeros((128, 160, 3), np.float32)
    whole[:, :80] = 1
    monkeypatch.setattr("ganvas.api.scratches._MOST_PIXELS", 32 * 40)
    seen = []
    session = find._network.session  # type: ignore[union-attr]
    shown = session.array
    monkeypatch.setattr(session, "array", lambda image: seen.append(image.shape) or shown(image))
    found = find(whole)
    assert seen == [(32, 40, 3)] * 4  # mirrored in every way
    assert found.shape == (128, 160) and found[:, :76].all() and not found[:, 84:].any()


def test_where_there_is_no_network_measures_find(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ganvas.api.scratches.list_models", list)
    find = ScratchFinder(Options())
    assert find.name == find.digest() == "measures"
    assert np.array_equal(find(PHOTO), scratches(PHOTO))


def test_the_chain_opens_its_finder_once_and_its_weights_decide_the_digest(bright: Path) -> None:
    models = {"inpaint": "classical/telea"}
    job = plan_restoration("old-photo", models=models, without=["denoise", "enhance", "faces"])
    before = job.digest()
    job.scratches = ScratchFinder(PLAIN, str(bright))
    assert job.digest() != before
    assert job.begin(None, None).scratches is job.scratches


@pytest.mark.skipif(MODEL not in list_models(), reason="the weights of scratches are not bundled yet")
def test_the_bundled_network_finds_scratches_and_little_else() -> None:
    clean = data.astronaut()
    damaged = clean.copy()
    damaged[40:460, 300:302] = 235
    truth = np.any(damaged != clean, axis=2)
    result = ganvas.inpaint(damaged, "auto-scratch", model="classical/telea")
    before, after = (np.abs(image.astype(int) - clean)[truth].mean() for image in (damaged, result))
    assert after < 0.3 * before
    assert ScratchFinder(Options())(clean.astype(np.float32) / np.float32(255)).mean() < 0.01
