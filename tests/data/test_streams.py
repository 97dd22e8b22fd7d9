from __future__ import annotations

import itertools
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from skimage import data

from ganvas.core.errors import ImageError, SettingsError
from ganvas.data.settings import PairedFolder
from ganvas.data.sources import Folder
from ganvas.data.streams import PairedStream, Prefetch, order
from ganvas.degrade.bicubic import Bicubic
from ganvas.degrade.noise import GaussianNoise


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    photo = data.astronaut()
    (tmp_path / "sub").mkdir()
    cv2.imwrite(str(tmp_path / "b.png"), photo[:90, :120, ::-1])
    cv2.imwrite(str(tmp_path / "sub" / "a.jpg"), photo[100:300, 100:280, ::-1])
    cv2.imwrite(str(tmp_path / "c.bmp"), photo[:40, :40, 0])
    (tmp_path / "notes.txt").write_text("no image")
    return tmp_path


def stream(folder: Path, **changes) -> PairedStream:
    settings = {"degradation": Bicubic(scale=2), "patch": 24, "scale": 2, "margin": 2, **changes}
    return PairedStream(source=Folder(folder), **settings)


def test_folders_are_read_in_one_order_whatever_their_depth(folder: Path) -> None:
    source = Folder(folder)
    assert [file.name for file in source.files] == ["b.png", "c.bmp", "a.jpg"]
    assert source.read(1).shape == (40, 40, 3)
    assert source.read(0).dtype == np.uint8
    assert np.array_equal(source.read(0), data.astronaut()[:90, :120])


def test_the_cache_stays_within_its_bytes(folder: Path) -> None:
    source = Folder(folder, cache_bytes=110_000)
    for number in (0, 1, 2, 0, 2, 1):
        source.read(number)
        assert sum(image.nbytes for image in source._cache.values()) <= 110_000 or len(source._cache) == 1
    assert source.read(2) is source.read(2)


def test_empty_missing_and_damaged_are_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="no images"):
        Folder(tmp_path)
    with pytest.raises(ImageError, match="not a folder"):
        Folder(tmp_path / "no")
    (tmp_path / "bad.png").write_bytes(b"\x89PNG no")
    with pytest.raises(ImageError, match=r"bad\.png"):
        Folder(tmp_path).read(0)
    with pytest.raises(SettingsError, match="--data"):
        PairedFolder(degradation=Bicubic()).stream(None, seed=0)


def test_a_sample_is_a_function_of_its_index(folder: Path) -> None:
    whole = stream(folder).batch(0, 10)
    late = stream(folder).batch(6, 4)
    assert torch.equal(whole.source[6:], late.source)
    assert torch.equal(whole.target[6:], late.target)
    other = stream(folder, seed=1).batch(0, 10)
    assert not torch.equal(whole.source, other.source)


def test_every_image_comes_once_an_epoch_in_a_new_order() -> None:
    epochs = [[order(3, 50 * epoch + i, 50) for i in range(50)] for epoch in range(3)]
    assert all(sorted(epoch) == list(range(50)) for epoch in epochs)
    assert epochs[0] != epochs[1] != epochs[2]


def test_the_target_is_the_sources_clean_image(folder: Path) -> None:
    batch = stream(folder).batch(0, 6)
    assert batch.source.shape == (6, 3, 24, 24)
    assert batch.target.shape == (6, 3, 48, 48)
    assert batch.target.abs().max() <= 1
    again = Bicubic(scale=2)((batch.target[0].permute(1, 2, 0).numpy() + 1) / 2, np.random.default_rng(0))
    inner = (batch.source[0].permute(1, 2, 0).numpy() + 1) / 2
    assert np.abs(again - inner)[3:-3, 3:-3].max() < 1 / 255
    # the margin spares the network the mirrored border: there the two differ
    assert np.abs(again - inner).max() > 1 / 255


def test_gray_samples_have_equal_channels_and_equal_noise(folder: Path) -> None:
    batch = stream(folder, degradation=GaussianNoise(sigma=(30, 30)), scale=1, gray=1.0).batch(0, 3)
    assert torch.equal(batch.source[:, 0], batch.source[:, 2])
    assert torch.equal(batch.target[:, 0], batch.target[:, 1])
    assert not torch.equal(batch.source, batch.target)


def test_small_images_are_mirrored_up_to_the_patch(folder: Path) -> None:
    assert stream(folder, patch=64).batch(0, 3).target.shape == (3, 3, 128, 128)


def test_reading_ahead_gives_the_same_batches(folder: Path) -> None:
    plain = stream(folder)
    ahead = Prefetch(stream(folder), 8, itertools.repeat(4))
    try:
        for first in (8, 12, 16):
            assert torch.equal(ahead.batch(first, 4).source, plain.batch(first, 4).source)
        assert torch.equal(ahead.batch(100, 2).source, plain.batch(100, 2).source)
    finally:
        ahead.close()


def test_an_error_while_reading_ahead_reaches_the_training(folder: Path) -> None:
    (folder / "z.png").write_bytes(b"damaged")
    ahead = Prefetch(stream(folder), 0, itertools.repeat(4))
    try:
        with pytest.raises(ImageError, match=r"z\.png"):
            _ = [ahead.batch(first, 4) for first in range(0, 400, 4)]
    finally:
        ahead.close()


def test_settings_open_the_stream_they_describe(folder: Path) -> None:
    settings = PairedFolder(degradation=GaussianNoise(sigma=(5, 5)), patch=16, gray=0.5)
    made = settings.stream(folder, seed=7)
    assert (made.patch, made.gray, made.seed, len(made.source)) == (16, 0.5, 7, 3)
    with pytest.raises(SettingsError):
        stream(folder, patch=0)


def test_without_zoom_the_stream_is_the_one_it_always_was(folder: Path) -> None:
    """Sample 4 by hand: order, crop, flip, degradation, in this order of draws."""
    rng = np.random.default_rng([0, 4])
    image = Folder(folder).read(order(0, 4, 3))
    if min(image.shape[:2]) < 56:
        image = np.pad(image, [(0, max(0, 56 - n)) for n in image.shape[:2]] + [(0, 0)], mode="symmetric")
    top, left = rng.integers(image.shape[0] - 55), rng.integers(image.shape[1] - 55)
    clean, turn = image[top : top + 56, left : left + 56], int(rng.integers(8))
    clean = clean[:: -1 if turn & 1 else 1, :: -1 if turn & 2 else 1]
    clean = clean.transpose(1, 0, 2) if turn & 4 else clean
    batch = stream(folder).batch(4, 1)
    assert np.array_equal(np.rint((batch.target[0].permute(1, 2, 0).numpy() + 1) * 127.5), clean[4:-4, 4:-4])


def test_zoom_reduces_a_larger_crop_and_enlarges_a_smaller_one(tmp_path: Path) -> None:
    ramp = np.broadcast_to(np.arange(256, dtype=np.uint8)[None, :, None], (256, 256, 3))
    cv2.imwrite(str(tmp_path / "ramp.png"), ramp)
    settings = PairedFolder(degradation=GaussianNoise(sigma=(0, 0)), patch=32, zoom=(0.5, 4.0))
    target = settings.stream(tmp_path, seed=3).batch(0, 40).target.numpy() * 127.5
    # The ramp rises by one level a pixel, so its slope in the patch is the zoom; flips turn it about.
    slopes = np.maximum(*(np.abs(np.ptp(target[:, 0], axis=axis).mean(axis=1)) for axis in (1, 2))) / 31
    assert slopes.min() > 0.4 and slopes.max() < 4.2
    assert (slopes < 1).any() and (slopes > 2).any()
    again = settings.stream(tmp_path, seed=3).batch(7, 1).target.numpy() * 127.5
    assert np.array_equal(again[0], target[7])


def test_zoom_is_limited_by_the_image(folder: Path) -> None:
    settings = {"scale": 1, "degradation": GaussianNoise(sigma=(0, 0)), "patch": 20, "margin": 0}
    whole = np.rint((stream(folder, **settings, zoom=(50.0, 50.0)).batch(0, 3).target.numpy() + 1) * 127.5)
    square = cv2.resize(Folder(folder).read(1), (20, 20), interpolation=cv2.INTER_AREA)  # all of the image of 40 px
    turned = [np.rot90(flipped, k) for flipped in (square, square[::-1]) for k in range(4)]
    assert sum(np.array_equal(sample.transpose(1, 2, 0), t) for sample in whole for t in turned) == 1
    for wrong in ((0.0, 1.0), (2.0, 1.0)):
        with pytest.raises(SettingsError, match="zoom"):
            stream(folder, zoom=wrong)
