"""From a path to a set of images: what lies there is recognised by content, kind by kind."""

from __future__ import annotations

from pathlib import Path

from ganvas.core.errors import ImageError
from ganvas.data.folders import open_folder
from ganvas.data.idx import idx_images, open_idx
from ganvas.data.image_source import IMAGE_SUFFIXES, ImageSource, Split

__all__ = ["ImageSource", "open_source"]

_NEAR = ("", "raw", "MNIST/raw", "FashionMNIST/raw")  # where torchvision puts the idx files


def open_source(path: str | Path, *, split: Split = "train", attribute: str = "") -> ImageSource:
    """Returns the images at a path.

    Args:
        path: a folder or a file of images of any of the kinds on the page Data.
        split: the part wanted, where there are parts; "train" is everything where there are none.
        attribute: which of several labels an image has is the one wanted: of CelebA by the name in its list.

    Raises:
        ImageError: nothing there is understood, or it is damaged; names the file.
    """
    path = Path(path)
    if path.is_file():
        return _open_file(path, split)
    if not path.is_dir():
        raise ImageError(f"{path} does not exist: give the folder or the archive that holds the images.")
    beside = [file for near in _NEAR for file in _others(path / near)]
    if images := idx_images(beside):
        return open_idx(images, where=path, split=split)
    return open_folder(path, split=split)


def _open_file(path: Path, split: Split) -> ImageSource:
    if idx_images([path]):
        wanted: Split = "all" if split == "train" else split
        return open_idx([path], where=path, split=wanted)
    raise ImageError(f"{path} is no set of images that we read: give a folder, a zip or tar, or MNIST's idx files.")


def _others(folder: Path) -> list[Path]:
    """Files of a folder that are not single images, sorted."""
    if not folder.is_dir():
        return []
    return sorted(p for p in folder.iterdir() if p.suffix.lower() not in IMAGE_SUFFIXES and p.is_file())
