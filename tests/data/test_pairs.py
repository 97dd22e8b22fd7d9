"""Pairs of one's own: what comes out, and what is said before a training on unfit ones starts."""

from __future__ import annotations

import warnings
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from skimage import data

from ganvas.core.errors import ImageError, SettingsError
from ganvas.data.alignment import shift
from ganvas.data.pairs import PairedFolders, SideBySide, from_folders, from_halves
from ganvas.data.settings import PairedFolder
from ganvas.data.toy2d import Toy2d
from ganvas.degrade.bicubic import Bicubic
from ganvas.degrade.noise import GaussianNoise

PHOTO = data.astronaut()


def write(path: Path, image: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), image[..., ::-1])


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Three pairs; a target is its source doubled, each pixel twice, so that any misplaced crop shows."""
    for i, name in enumerate(("b", "sub/a", "c.d")):
        photo = PHOTO[100 + 20 * i : 164 + 20 * i, 60 * i : 60 * i + 80]
        write(tmp_path / "in" / f"{name}.bmp", photo)
        write(tmp_path / "out" / f"{name}.png", photo.repeat(2, axis=0).repeat(2, axis=1))
    return tmp_path / "in", tmp_path / "out"


def settings(folders: tuple[Path, Path], **changes) -> PairedFolders:
    return PairedFolders(source=folders[0], target=folders[1], **{"patch": 24, "scale": 2, **changes})


def test_crops_lie_at_the_same_place_whatever_the_flip(folders: tuple[Path, Path]) -> None:
    batch = settings(folders).stream(None, seed=0).batch(0, 24)
    assert batch.source.shape == (24, 3, 24, 24) and batch.target.shape == (24, 3, 48, 48)
    assert batch.source.min() >= -1 and batch.source.max() <= 1 and batch.source.std() > 0.1
    doubled = batch.source.repeat_interleave(2, 2).repeat_interleave(2, 3)
    assert torch.equal(doubled, batch.target)
    assert len({tuple(image.flatten().tolist()) for image in batch.source}) == 24


def test_a_sample_is_a_function_of_seed_and_index(folders: tuple[Path, Path]) -> None:
    whole = settings(folders).stream(None, seed=3).batch(0, 10)
    late = settings(folders).stream(None, seed=3).batch(6, 4)
    assert torch.equal(whole.source[6:], late.source) and torch.equal(whole.target[6:], late.target)
    assert not torch.equal(whole.source, settings(folders).stream(None, seed=4).batch(0, 10).source)


def test_pictures_smaller_than_the_patch_are_mirrored_alike(folders: tuple[Path, Path]) -> None:
    batch = settings(folders, patch=100).stream(None, seed=0).batch(0, 3)
    assert torch.equal(batch.source.repeat_interleave(2, 2).repeat_interleave(2, 3), batch.target)


def test_halves_are_source_and_target(tmp_path: Path) -> None:
    left = PHOTO[100:180, 100:200]
    write(tmp_path / "a.png", np.concatenate([left, 255 - left], axis=1))
    batch = SideBySide(folder=tmp_path, patch=32).stream(None, seed=0).batch(0, 6)
    assert torch.allclose(batch.source, -batch.target, atol=1e-6)
    write(tmp_path / "b.png", PHOTO[:40, :41])
    with pytest.raises(ImageError, match=r"b\.png is 41 px wide"):
        SideBySide(folder=tmp_path, patch=32).stream(None, seed=0)


def test_names_without_a_partner_are_told(folders: tuple[Path, Path]) -> None:
    for i in range(4):
        write(folders[0] / f"lonely{i}.png", PHOTO[:64, :64])
    (folders[1] / "b.png").unlink()
    with pytest.raises(SettingsError, match=r"7 sources and 2 targets.*b is missing in .*out; lonely0 .*and 2 more"):
        settings(folders).stream(None, seed=0)
    write(folders[0] / "b.png", PHOTO[:64, :64])
    with pytest.raises(SettingsError, match="holds b with two endings"):
        settings(folders).stream(None, seed=0)


def test_sizes_that_do_not_fit_are_told(folders: tuple[Path, Path]) -> None:
    with pytest.raises(SettingsError, match=r"80 x 64 and 160 x 128 px: this training wants the same size"):
        settings(folders, scale=1).stream(None, seed=0)
    write(folders[1] / "sub" / "a.png", PHOTO[:128, :159])
    with pytest.raises(SettingsError, match=r"sub/a is 80 x 64 and 159 x 128 px: .* exactly 2 times"):
        settings(folders).stream(None, seed=0)


def test_a_file_that_cannot_be_read_is_named(folders: tuple[Path, Path]) -> None:
    (folders[1] / "c.d.png").write_bytes(b"\x89PNG no")
    with pytest.raises(ImageError, match=r"c\.d\.png"):
        settings(folders).stream(None, seed=0)


def test_a_misaligned_pair_is_told_with_its_shift(folders: tuple[Path, Path]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        settings(folders).stream(None, seed=0)
    moved = PHOTO[20:84, 10:90]
    write(folders[0] / "e.png", moved)
    write(folders[1] / "e.png", PHOTO[16:80, 13:93].repeat(2, axis=0).repeat(2, axis=1))
    with pytest.warns(UserWarning, match=r"The target of e lies -3\.0 px across and \+3\.9 px down"):
        settings(folders).stream(None, seed=0)


def test_noise_blur_and_darkness_are_no_shift() -> None:
    clean = PHOTO[100:300, 100:300]
    noise = np.random.default_rng(0).normal(0, 25, clean.shape)
    for spoilt in (clean + noise, cv2.GaussianBlur(clean, (0, 0), 3), clean * 0.3, np.full_like(clean, 90)):
        measured = shift(np.clip(spoilt, 0, 255).astype(np.uint8), clean)
        assert max(map(abs, measured)) < 0.6
    assert shift(clean[:16, :16], clean[4:20, :16]) == (0.0, 0.0), "too small to tell"


def test_pairs_take_patch_and_scale_of_the_recipe() -> None:
    recipe = PairedFolder(degradation=Bicubic(scale=4), patch=40, scale=4)
    pairs = from_folders(recipe, Path("a"), Path("b"))
    assert (pairs.patch, pairs.scale, pairs.source, pairs.target) == (40, 4, Path("a"), Path("b"))
    with pytest.raises(SettingsError, match="enlarges 4 times"):
        from_halves(recipe, Path("a"))
    assert from_halves(PairedFolder(degradation=GaussianNoise(), patch=56), Path("a")).patch == 56
    with pytest.raises(SettingsError, match="makes its own data"):
        from_folders(Toy2d(), Path("a"), Path("b"))
    with pytest.raises(SettingsError, match="leave out --data"):
        pairs.stream(Path("c"), seed=0)
