from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from skimage import data

from ganvas.data.settings import PairedFolder
from ganvas.degrade.captions import Captions
from ganvas.degrade.damage.marked import Marked
from ganvas.degrade.damage.scratches import Scratches
from ganvas.degrade.degradation import Pairing

NONE = Captions(border=0.0, lettering=0.0)
PHOTO = data.astronaut()[:96, 100:220].astype(np.float32) / np.float32(255)


def test_the_target_is_the_true_mask() -> None:
    marked = Marked(made=Scratches(), captions=NONE, clean=0.0)
    assert isinstance(marked, Pairing)
    rng = np.random.default_rng(3)
    source, target = marked.pair(PHOTO, rng)
    again = np.random.default_rng(3)
    again.random()
    damaged, mask = Scratches().damage(PHOTO, again)
    assert np.array_equal(source, damaged) and np.array_equal(target, np.repeat(mask[:, :, None], 3, axis=2))
    assert np.array_equal(source, marked(PHOTO, np.random.default_rng(3)))


def test_borders_and_lettering_are_no_damage() -> None:
    lettered = Marked(captions=Captions(border=1.0, lettering=1.0), clean=1.0)
    changed = 0
    for seed in range(6):
        source, target = lettered.pair(PHOTO, np.random.default_rng(seed))
        changed += not np.array_equal(source, PHOTO)
        assert not target.any()
    assert changed >= 4


def test_some_photos_stay_whole() -> None:
    pairs = [Marked(captions=NONE, clean=0.5).pair(PHOTO, np.random.default_rng(seed)) for seed in range(60)]
    whole = [source is PHOTO and not target.any() for source, target in pairs]
    assert 15 < sum(whole) < 45


def test_a_stream_gives_masks_as_targets(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "photo.png"), data.astronaut()[:200, :200])
    settings = PairedFolder(degradation=Marked(clean=0.0), patch=96, gray=0.5)
    batch = settings.stream(tmp_path, seed=0).batch(0, 4)
    assert set(np.unique(batch.target.numpy())) == {-1.0, 1.0}
    assert batch.source.shape == batch.target.shape == (4, 3, 96, 96)
