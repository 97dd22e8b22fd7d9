"""Images of a test set, exactly as their files hold them: no orientation, no colour management."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from ganvas.core.errors import ImageError

__all__ = ["NOISE", "Layout", "images", "paired", "pairs", "read_pair", "read_rgb"]

_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".ppm", ".pgm"})


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How the pairs of a task are named.

    Attributes:
        source, truth: what the degraded image and its truth are called in errors.
        folders: names of sub-folders that hold degraded images and truths under the same names.
        files: patterns of the stems of both, where they lie in one folder; the group ``name`` is what they share.
        shared: whether several degraded images may share a truth, each named by its whole stem.
    """

    source: str
    truth: str
    folders: tuple[tuple[str, str], ...]
    files: tuple[str, str]
    shared: bool = False


NOISE = Layout(
    source="noisy",
    truth="clean",
    folders=(("noisy", "clean"),),
    files=(r"(?P<name>.*)_(real|noisy)", r"(?P<name>.*)_(mean|clean)"),  # PolyU's names are _real and _mean
)


def images(folder: Path) -> list[Path]:
    """Returns the images directly in the folder, sorted by name.

    Raises:
        ImageError: the folder does not exist or holds none.
    """
    if not folder.is_dir():
        raise ImageError(f"{folder} is not a folder: give the folder that holds the test images.")
    found = sorted(p for p in folder.iterdir() if p.suffix.lower() in _SUFFIXES and p.is_file())
    if not found:
        raise ImageError(f"{folder} holds no images: give a folder with PNG, JPEG, WebP, BMP, TIFF or PPM files.")
    return found


def pairs(folder: Path, layout: Layout = NOISE) -> list[tuple[str, Path, Path]]:
    """Returns (name, degraded, truth) of a folder of pairs, sorted by name; empty where the folder is not one of pairs.

    Raises:
        ImageError: an image has no partner, or more than one.
    """
    for first, second in layout.folders:
        if (folder / first).is_dir() and (folder / second).is_dir():
            sources = [(path.stem, path) for path in images(folder / first)]
            truths = [(path.stem, path) for path in images(folder / second)]
            break
    else:
        found = images(folder)
        sources, truths = (_matching(found, pattern) for pattern in layout.files)
        if not sources and not truths:
            return []
    by_name = dict(truths)
    if lonely := sorted({name for name, _ in sources} ^ by_name.keys()):
        raise ImageError(
            f"{folder} holds {len(lonely)} images without a partner, such as {lonely[0]}: each {layout.source} image "
            f"needs the {layout.truth} one of the same name."
        )
    if len(by_name) < len(truths) or (not layout.shared and len(dict(sources)) < len(sources)):
        raise ImageError(f"{folder} holds two images of the same name with different endings: remove one of each.")
    return sorted((path.stem if layout.shared else name, path, by_name[name]) for name, path in sources)


def paired(folder: Path, layout: Layout) -> list[tuple[str, Path, Path]]:
    """Returns the pairs of a folder that must be one of pairs.

    Raises:
        ImageError: it is not, or an image has no partner, or more than one.
    """
    if found := pairs(folder, layout):
        return found
    first, second = layout.folders[0]
    raise ImageError(
        f"{folder} holds no pairs of {layout.source} and {layout.truth} images: put them into sub-folders {first} and "
        f"{second} under the same names."
    )


def _matching(found: list[Path], pattern: str) -> list[tuple[str, Path]]:
    return [(match["name"], path) for path in found if (match := re.fullmatch(pattern, path.stem))]


def read_pair(source: Path, truth: Path) -> tuple[UInt8[np.ndarray, "h w 3"], UInt8[np.ndarray, "h w 3"]]:
    """Returns both images of a pair as 8-bit RGB.

    Raises:
        ImageError: one cannot be decoded, or they differ in size.
    """
    first, second = read_rgb(source)[0], read_rgb(truth)[0]
    if first.shape != second.shape:
        raise ImageError(
            f"{source.name} is {first.shape[1]} x {first.shape[0]} px, {truth.name} {second.shape[1]} x "
            f"{second.shape[0]}: a pair must be of the same size."
        )
    return first, second


def read_rgb(path: Path) -> tuple[UInt8[np.ndarray, "h w 3"], bool]:
    """Returns the image as 8-bit RGB (gray as three equal channels, transparency dropped), and whether it is gray.

    Raises:
        ImageError: the file cannot be decoded.
    """
    from PIL import Image

    try:
        with Image.open(path) as file:
            is_gray = file.mode in ("1", "L", "LA")
            if file.mode in ("I;16", "I", "F"):
                raise ImageError(f"{path} has more than 8 bits: the protocols are of 8-bit images.")
            return np.asarray(file.convert("RGB")), is_gray
    except (OSError, SyntaxError, ValueError) as error:
        raise ImageError(f"{path} cannot be decoded ({error}): remove it from the test folder.") from error
