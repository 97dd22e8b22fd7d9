"""Batches of whole images: sizes, channels, bits, labels; each sample a function of (seed, index)."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from tests.data.made import noise, write

from ganvas.core.errors import ImageError, SettingsError
from ganvas.core.settings import from_json, to_json
from ganvas.data.fitted import Fitted, fitted
from ganvas.data.images import Images, LabelledImages
from ganvas.data.open import open_source
from ganvas.data.streams import order


def levels(images: torch.Tensor) -> np.ndarray:
    """Values of 8 bits."""
    return ((images + 1) * 127.5).round().to(torch.uint8).numpy()


def test_a_sample_depends_on_seed_and_index_alone(mnist: Path) -> None:
    settings = LabelledImages(size=28, channels=1, classes=10, labels_kept=20, labelled_share=0.25, flip=True)
    whole, late = settings.stream(mnist, seed=3).batch(0, 30), settings.stream(mnist, seed=3).batch(11, 19)
    assert torch.equal(whole.image[11:], late.image) and torch.equal(whole.label[11:], late.label)
    assert not torch.equal(whole.image, settings.stream(mnist, seed=4).batch(0, 30).image)
    assert whole.image.is_contiguous(memory_format=torch.channels_last)


def test_images_of_the_size_asked_for_are_untouched(mnist: Path) -> None:
    batch, source = Images(size=28, channels=1).stream(mnist, seed=0).batch(0, 40), open_source(mnist)
    for index in range(40):
        assert np.array_equal(levels(batch.image)[index, 0], source.read(order(0, index, 40))[:, :, 0])
    assert batch.image.min() == -1 and batch.image.max() == 1


def test_flips_turn_half_of_the_samples(mnist: Path) -> None:
    plain = Images(size=28, channels=1).stream(mnist, seed=0)
    turned = Images(size=28, channels=1, flip=True).stream(mnist, seed=0)
    before = [plain.batch(first, 40).image for first in (0, 40, 80, 120)]
    after = [turned.batch(first, 40).image for first in (0, 40, 80, 120)]
    same = [torch.equal(a, b) for x, y in zip(before, after, strict=True) for a, b in zip(x, y, strict=True)]
    mirrored = [
        torch.equal(a, b.flip(-1)) for x, y in zip(before, after, strict=True) for a, b in zip(x, y, strict=True)
    ]
    assert all(a != b for a, b in zip(same, mirrored, strict=True)) and 60 < sum(mirrored) < 100
    assert np.array_equal(levels(plain.batch(0, 40).image), levels(before[0])), "flips must not reach the cache"


@pytest.mark.parametrize(("shape", "size"), [((20, 30), (10, 10)), ((5, 6), (10, 10)), ((20, 5), (10, 12))])
def test_crop_takes_the_middle(shape: tuple[int, int], size: tuple[int, int]) -> None:
    image = noise(0, *shape, 3)
    height = min(shape[0], round(shape[1] * size[0] / size[1]))
    width = min(shape[1], round(shape[0] * size[1] / size[0]))
    top, left = (shape[0] - height) // 2, (shape[1] - width) // 2
    middle = image[top : top + height, left : left + width]
    got = fitted(image, size, 3, "crop", "")
    assert got.shape == (*size, 3)
    way = cv2.INTER_AREA if height > size[0] else cv2.INTER_LINEAR
    assert np.array_equal(got, cv2.resize(middle, size[::-1], interpolation=way))


def test_shrinking_averages_areas_and_stretching_keeps_the_edges() -> None:
    image = noise(0, 12, 18, 1)
    got = fitted(image, (4, 6), 1, "stretch", "")
    means = image.reshape(4, 3, 6, 3).mean(axis=(1, 3))
    assert np.abs(got[:, :, 0] - means).max() <= 0.5 + 1e-6
    both = fitted(image, (24, 6), 1, "stretch", "")  # one side grows, the other shrinks
    assert np.abs(both[[0, -1], :, 0] - image[[0, -1], :, 0].reshape(2, 6, 3).mean(2)).max() <= 1


def test_pad_keeps_all_of_it() -> None:
    got = fitted(np.full((10, 20, 3), 200, np.uint8), (8, 8), 3, "pad", "")
    assert (got[2:6] == 200).all() and (got[:2] == 0).all() and (got[6:] == 0).all()
    assert fitted(noise(0, 1, 1000, 1), (8, 8), 1, "pad", "").shape == (8, 8, 1)


def test_channels_are_the_ones_asked_for() -> None:
    colour = noise(0, 6, 6, 3)
    assert np.abs(fitted(colour, (6, 6), 1, "crop", "")[:, :, 0] - colour @ np.array([0.299, 0.587, 0.114])).max() < 1
    gray = fitted(colour[:, :, :1], (6, 6), 3, "crop", "")
    assert (gray == colour[:, :, :1]).all()


def test_sixteen_bits_keep_their_steps_also_beside_eight(tmp_path: Path) -> None:
    deep, plain = noise(0, 6, 6, dtype=np.uint16), noise(1, 6, 6)
    write(tmp_path / "a.png", deep)
    write(tmp_path / "b.png", plain)
    write(tmp_path / "c.png", deep // 2)
    wanted = np.stack([deep / 65535, plain / 255, deep // 2 / 65535])[:, None] * 2 - 1
    for cache in (0, 100, 10**6):
        stream = Images(size=6, channels=1, cache_bytes=cache).stream(tmp_path, seed=0)
        place = [order(0, index, 3) for index in range(3)]
        for _ in range(2):
            assert np.abs(stream.batch(0, 3).image.numpy() - wanted[place]).max() < 1e-6
        alone = [stream.batch(index, 1).image for index in range(3)]
        assert torch.equal(torch.cat(alone), stream.batch(0, 3).image)


def test_the_cache_stays_within_its_bytes_and_reads_once(classes: Path) -> None:
    class Counting:
        def __init__(self) -> None:
            self.inner, self.reads = open_source(classes), []

        classes = property(lambda self: self.inner.classes)

        def __len__(self) -> int:
            return len(self.inner)

        def read(self, number: int) -> np.ndarray:
            self.reads.append(number)
            return self.inner.read(number)

        def label(self, number: int) -> int:
            return self.inner.label(number)

        def name(self, number: int) -> str:
            return self.inner.name(number)

        def facts(self) -> dict:
            return {}

    source = Counting()
    images = Fitted(source=source, size=(8, 10), cache_bytes=4 * 240 + 100)
    source.reads.clear()
    first, second = images.pixels(range(9)), images.pixels(range(9))
    assert np.array_equal(first, second) and images._kept.nbytes == 960
    assert sorted(source.reads) == [0, 1, 2, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8]


def test_labels_go_with_their_images(classes: Path) -> None:
    batch = LabelledImages(size=(8, 10), classes=3).stream(classes, seed=1).batch(0, 9)
    assert batch.label.dtype == torch.int64
    assert (levels(batch.image)[:, 0, 0, 0] // 10 == batch.label.numpy()).all()
    assert batch.label.bincount().tolist() == [2, 3, 4]


def test_labels_kept_are_even_over_the_classes_and_follow_the_seed(mnist: Path) -> None:
    settings = LabelledImages(size=28, channels=1, classes=10, labels_kept=23)
    labels = settings.stream(mnist, seed=0).labels
    assert np.bincount(labels[labels >= 0]).tolist() == [3, 3, 3, 2, 2, 2, 2, 2, 2, 2]
    assert (labels[labels >= 0] == (np.arange(40) % 10)[labels >= 0]).all()
    assert np.array_equal(labels, settings.stream(mnist, seed=0).labels)
    assert not np.array_equal(labels, settings.stream(mnist, seed=1).labels)
    batch = settings.stream(mnist, seed=0).batch(0, 40)
    assert int((batch.label >= 0).sum()) == 23


def test_the_share_of_labelled_samples(mnist: Path) -> None:
    stream = LabelledImages(size=28, channels=1, classes=10, labels_kept=10, labelled_share=0.3).stream(mnist, seed=0)
    numbers = [stream._number(index) for index in range(200)]
    extra = [n for k, n in enumerate(numbers) if int(0.3 * (k + 1)) > int(0.3 * k)]
    rest = [n for k, n in enumerate(numbers) if int(0.3 * (k + 1)) == int(0.3 * k)]
    assert len(extra) == 60 and set(extra[:10]) == set(np.flatnonzero(stream.labels >= 0).tolist())
    assert sorted(rest[:40]) == list(range(40))


def test_settings_survive_json() -> None:
    for settings in (Images(size=(32, 48), fit="pad"), LabelledImages(size=28, classes=10, labels_kept=100)):
        assert from_json(type(settings), to_json(settings)) == settings


def test_wrong_settings_are_told(classes: Path, mnist: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="--data"):
        Images().stream(None, seed=0)
    with pytest.raises(SettingsError, match="1 or 3 channels"):
        Images(channels=2)
    with pytest.raises(SettingsError, match="batch of 10 is larger than the set of 9 images .*ant/0.png"):
        Images().stream(classes, seed=0).batch(0, 10)
    with pytest.raises(ImageError, match=r"bee/0\.png has the label 1, out of range for 1 classes: set classes to 3"):
        LabelledImages(classes=1).stream(classes, seed=0)
    with pytest.raises(SettingsError, match="Class 0 has 2 images, fewer than the 3"):
        LabelledImages(classes=3, labels_kept=9).stream(classes, seed=0)
    with pytest.raises(SettingsError, match="cannot be spread"):
        LabelledImages(classes=10, labels_kept=9)
    write(tmp_path / "one" / "only.png", noise(0, 4, 4))
    with pytest.raises(ImageError, match=r"one image only, .*only\.png"):
        Images().stream(tmp_path / "one", seed=0)
    write(tmp_path / "one" / "other.png", noise(0, 5, 4))
    with pytest.raises(ImageError, match=r"other\.png is 4 x 5 px, not 4 x 4: set fit"):
        Images(size=4, fit="exact").stream(tmp_path / "one", seed=0).batch(0, 2)
    with pytest.raises(ImageError, match="one has no labels"):
        LabelledImages(classes=2).stream(tmp_path / "one", seed=0)


@pytest.mark.parametrize("labelled", [False, True])
def test_what_is_held_out_is_never_drawn(mnist: Path, labelled: bool) -> None:
    kind = {"size": 28, "channels": 1, "hold_out": 8}
    settings = LabelledImages(**kind, classes=10) if labelled else Images(**kind)
    stream = settings.stream(mnist, seed=1)
    source, unseen = open_source(mnist), stream.unseen(100)
    assert unseen is not None and len(unseen) == 8
    held = {bytes(image) for image in levels(unseen.image)}
    numbers = [n for n in range(40) if bytes(source.read(n)[:, :, 0]) in held]
    assert len(numbers) == 8 and max(numbers) - min(numbers) > 15, "not from all over the set"
    other = settings.stream(mnist, seed=2).unseen(100)
    assert other is not None and torch.equal(other.image, unseen.image)
    drawn = [bytes(image) for first in (0, 32, 64) for image in levels(stream.batch(first, 32).image)]
    assert len(set(drawn)) == 32 and not held & set(drawn)
    if labelled:
        assert unseen.label.tolist() == [source.label(number) for number in numbers]
    assert len(stream.unseen(3)) in (2, 3) and stream.unseen(4).image.shape[0] == 4


def test_holding_nothing_or_too_much_out(mnist: Path) -> None:
    assert Images(size=28, channels=1).stream(mnist, seed=1).unseen(4) is None
    with pytest.raises(SettingsError, match="cannot be held out"):
        Images(size=28, channels=1, hold_out=39).stream(mnist, seed=1)
    with pytest.raises(SettingsError, match="hold_out"):
        Images(hold_out=-1)


def test_labels_kept_are_none_that_is_held_out(mnist: Path) -> None:
    stream = LabelledImages(size=28, channels=1, classes=10, labels_kept=10, hold_out=8).stream(mnist, seed=1)
    shown = [label for first in (0, 16) for label in stream.batch(first, 16).label.tolist() if label >= 0]
    assert sorted(shown) == list(range(10))
