"""From a path to a set of images: what lies there is recognised by content, kind by kind."""

from __future__ import annotations

from pathlib import Path

from ganvas.core.errors import ImageError, SettingsError
from ganvas.data.archives import archives_in, open_archives
from ganvas.data.celeba import celeba_list, open_celeba
from ganvas.data.cifar import cifar_folder, is_cifar_batch, open_cifar
from ganvas.data.folders import image_files, open_folder
from ganvas.data.idx import idx_images, open_idx
from ganvas.data.image_source import IMAGE_SUFFIXES, ImageSource, Split
from ganvas.data.lsun import lsun_folders, open_lsun
from ganvas.data.members import archive_kind

__all__ = ["ImageSource", "open_source"]

_NEAR = ("", "raw", "MNIST/raw", "FashionMNIST/raw")  # where torchvision puts the idx files


def open_source(path: str | Path, *, split: Split = "train", attribute: str = "") -> ImageSource:
    """Returns the images at a path.

    Args:
        path: a folder or a file of images of any of the kinds on the page Data.
        split: the part wanted, where there are parts; "train" is everything where there are none.
        attribute: which label of several is the one wanted: of CelebA by the name in its list, of CIFAR-100 ``fine``
            or ``coarse``.

    Raises:
        ImageError: nothing there is understood, or it is damaged; names the file.
        SettingsError: there is no such attribute.
        MissingExtra: LSUN's LMDB without the package lmdb.
    """
    path = Path(path)
    if path.is_file():
        return _open_file(path, split, attribute)
    if not path.is_dir():
        raise ImageError(f"{path} does not exist: give the folder or the archive that holds the images.")
    if listed := celeba_list(path):
        return open_celeba(path, listed, split=split, attribute=attribute)
    if (cifar := cifar_folder(path)) is not None:
        return open_cifar(cifar, split=split, attribute=attribute)
    if attribute:
        raise SettingsError(f"{path} has no choice of labels: leave out the attribute {attribute!r}.")
    beside = [file for near in _NEAR for file in _others(path / near)]
    if images := idx_images(beside):
        return open_idx(images, where=path, split=split)
    if folders := lsun_folders(path):
        return open_lsun(folders, where=path, split=split)
    if next(image_files(path), None) is None and (archives := archives_in(path)):
        return open_archives(archives, where=path, split=split)
    return open_folder(path, split=split)


def _open_file(path: Path, split: Split, attribute: str) -> ImageSource:
    if is_cifar_batch(path):
        return open_cifar(path, attribute=attribute)
    if attribute:
        raise SettingsError(f"{path} has no choice of labels: leave out the attribute {attribute!r}.")
    if idx_images([path]):
        wanted: Split = "all" if split == "train" else split
        return open_idx([path], where=path, split=wanted)
    if archive_kind(path) is not None:
        return open_archives([path], where=path, split=split)
    raise ImageError(f"{path} is no set of images that we read: give a folder, a zip or tar, MNIST's or CIFAR's files.")


def _others(folder: Path) -> list[Path]:
    """Files of a folder that are not single images, sorted."""
    if not folder.is_dir():
        return []
    return sorted(p for p in folder.iterdir() if p.suffix.lower() not in IMAGE_SUFFIXES and p.is_file())
