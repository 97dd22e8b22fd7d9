"""Extractors: what they read, what they refuse, and names that never pass for one another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from ganvas.core.errors import CheckpointError, ImageError, ModelError, SettingsError
from ganvas.core.settings import to_json
from ganvas.io import checkpoint
from ganvas.methods.classifier import Classifier
from ganvas.nets.feature_net import FeatureSettings
from ganvas.zoo import extractors
from ganvas.zoo.extractors import extractor

RNG = np.random.default_rng(0)
GRAY = RNG.integers(0, 256, (7, 16, 16, 1), dtype=np.uint8)


@pytest.fixture
def small(tmp_path: Path) -> Callable[..., Path]:
    """Makes a model file of a tiny classifier."""

    def make(name: str = "mine", *, channels: int = 1, seed: int = 0) -> Path:
        torch.manual_seed(seed)
        method = Classifier(network=FeatureSettings(widths=(4, 6), convolutions=(1, 1)), classes=3, channels=channels)
        tensors = {f"c.{key}": value for key, value in method.networks()["c"].state_dict().items()}
        path = tmp_path / f"{name}.safetensors"
        checkpoint.save(path, tensors, {"kind": "model", "method": "classifier", "settings": to_json(method)})
        return path

    return make


def test_features_and_probabilities_whatever_the_batch(small: Callable[..., Path]) -> None:
    found = extractor(small())
    whole, parts = found.read(GRAY), found.read(GRAY, batch=2)
    assert whole.features.shape == (7, 6) and whole.features.dtype == np.float64
    assert whole.probabilities.shape == (7, 3) and whole.probabilities.sum(1) == pytest.approx(1)
    assert parts.features == pytest.approx(whole.features, abs=1e-6)
    assert (found.features(GRAY) == whole.features).all()
    assert (found.probabilities(GRAY) == whole.probabilities).all()


def test_they_are_what_the_network_says(small: Callable[..., Path]) -> None:
    path = small()
    net = Classifier(network=FeatureSettings(widths=(4, 6), convolutions=(1, 1)), classes=3, channels=1).networks()["c"]
    net.load_state_dict({key.removeprefix("c."): value for key, value in checkpoint.load_tensors(path).items()})
    with torch.no_grad():
        expected = net.eval()(torch.from_numpy(GRAY).permute(0, 3, 1, 2).float() / 127.5 - 1).double().softmax(1)
    assert extractor(path).probabilities(GRAY) == pytest.approx(expected.numpy(), abs=1e-6)


def test_floats_are_refused_for_they_are_other_images(small: Callable[..., Path]) -> None:
    """The trap: what is measured must be what is saved."""
    found = extractor(small())
    exact = np.full((2, 16, 16, 1), 100.49)
    with pytest.raises(SettingsError, match="round them to 8 bits"):
        found.read(exact)
    with pytest.raises(SettingsError, match="round them to 8 bits"):
        found.read(GRAY.astype(np.uint16))
    with pytest.raises(ImageError, match="gray or RGB"):
        found.read(GRAY[..., 0])


def test_gray_and_colour_are_brought_to_its_channels(small: Callable[..., Path]) -> None:
    colour = np.repeat(GRAY, 3, axis=3)
    gray, rgb = extractor(small("gray")), extractor(small("rgb", channels=3))
    assert gray.features(colour) == pytest.approx(gray.features(GRAY), abs=1e-5)
    assert rgb.features(colour) == pytest.approx(rgb.features(GRAY), abs=1e-5)


def test_names_tell_weights_apart(small: Callable[..., Path]) -> None:
    first, second = extractor(small("mine")), extractor(small("mine", seed=1))
    assert first.name.startswith("mine@") and first.name != second.name
    assert first.name == f"mine@{first.digest[:8]}"


@pytest.mark.parametrize("name", extractors.BUNDLED)
def test_the_bundled_ones_tell_their_name_or_what_is_missing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = extractor(name)
    assert found.name == name and len(found.digest) == 64
    side = 28 if name == "mnist-lenet" else 32
    assert (found.resize == "none") == (name == "features")
    image = RNG.integers(0, 256, (2, side, side, 1), dtype=np.uint8)
    assert np.isfinite(found.features(image)).all()
    monkeypatch.setattr(extractors, "WEIGHTS", tmp_path)
    with pytest.raises(CheckpointError, match=f"ganvas train {name}"):
        extractor(name)


def test_the_distance_grows_with_the_square_and_is_zero_at_home(small: Callable[..., Path]) -> None:
    found = extractor(small())
    image = GRAY / 127.5 - 1
    step = RNG.standard_normal(GRAY.shape)
    assert found.distance(image, image) == pytest.approx(np.zeros(7))
    near, far = (found.distance(image, image + epsilon * step) for epsilon in (1e-3, 2e-3))
    assert np.median(far / near) == pytest.approx(4, rel=0.1)


def test_unknown_names_and_files() -> None:
    with pytest.raises(ModelError, match="choose mnist-lenet, features, inception-tf"):
        extractor("vgg")
    with pytest.raises(SettingsError, match="has its own weights"):
        extractor("features", "x.pth")


def test_a_model_of_another_kind_is_no_extractor(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no extractor"):
        extractor(tiny_models["denoise"])


def test_inception_is_never_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANVAS_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))
    with pytest.raises(CheckpointError, match="ganvas downloads nothing: put pt_inception-2015-12-05-6726825d.pth"):
        extractor("inception-tf")
    with pytest.raises(CheckpointError, match="Cannot read"):
        extractor("inception-tf", tmp_path / "none.pth")


def test_inception_reads_a_table_of_tensors_and_nothing_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extractors, "Inception", lambda: torch.nn.Linear(2, 3))
    net = torch.nn.Linear(2, 3)
    torch.save(net.state_dict(), tmp_path / "good.pth")
    found = extractor(tmp_path / "good.pth")
    assert found.name == f"inception-tf@{found.digest[:8]}"  # not the public file: it does not pass for it
    assert extractor("inception-tf", tmp_path / "good.pth").name == found.name
    torch.save({"weight": torch.zeros(2, 3), "bias": torch.zeros(3)}, tmp_path / "turned.pth")
    torch.save({"weight": net.weight.data}, tmp_path / "half.pth")
    torch.save([1, 2], tmp_path / "list.pth")
    (tmp_path / "torn.pth").write_bytes((tmp_path / "good.pth").read_bytes()[:100])
    for name, hint in (("turned", "not of the shape"), ("half", "other tensors"), ("list", "no table"), ("torn", "da")):
        with pytest.raises(CheckpointError, match=hint):
            extractor(tmp_path / f"{name}.pth")


def test_a_pickle_that_runs_code_does_not_run(tmp_path: Path) -> None:
    class Hostile:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (tmp_path / "run",)  # type: ignore[return-value]

    torch.save({"weight": Hostile()}, tmp_path / "hostile.pth")
    with pytest.raises(CheckpointError, match="more than tensors"):
        extractor(tmp_path / "hostile.pth")
    assert not (tmp_path / "run").exists()


def test_inception_sees_images_as_tensorflow_does() -> None:
    """Corners as in ``resize_bilinear`` of TensorFlow 1: place i of 299 lies at i * length / 299."""
    ramp = torch.arange(8.0).repeat(8, 1)[None, None] * 32
    seen = extractors._like_tensorflow(ramp)
    assert seen.shape == (1, 3, 299, 299)
    expected = np.minimum(np.arange(299) * 8 / 299, 7) * 32
    assert seen[0, 1, 0].numpy() == pytest.approx((expected - 128) / 128, abs=1e-5)
    same = torch.rand(1, 3, 299, 299) * 255
    assert torch.allclose(extractors._like_tensorflow(same), (same - 128) / 128, atol=1e-5)
