"""Images of a test set, exactly as their files hold them: no orientation, no colour management."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from ganvas.core.errors import ImageError

__all__ = ["images", "pairs", "read_rgb"]

_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".ppm", ".pgm"})
_NOISY, _CLEAN = ("_real", "_noisy"), ("_mean", "_clean")


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


def pairs(folder: Path) -> list[tuple[str, Path, Path]]:
    """Returns (name, noisy, clean) of a folder of pairs, sorted by name; empty where the folder is not one of pairs.

    Pairs are files ``NAME_real.*`` or ``NAME_noisy.*`` with ``NAME_mean.*`` or ``NAME_clean.*`` (the PolyU names), or
    files of the same name in sub-folders ``noisy`` and ``clean``.

    Raises:
        ImageError: an image has no partner, or more than one.
    """
    if (folder / "noisy").is_dir() and (folder / "clean").is_dir():
        noisy = [(path.stem, path) for path in images(folder / "noisy")]
        clean = [(path.stem, path) for path in images(folder / "clean")]
    else:
        found = images(folder)
        noisy, clean = _ending(found, _NOISY), _ending(found, _CLEAN)
        if not noisy and not clean:
            return []
    first, second = dict(noisy), dict(clean)
    if lonely := sorted(first.keys() ^ second.keys()):
        raise ImageError(
            f"{folder} holds {len(lonely)} images without a partner, such as {lonely[0]}: each noisy image needs the "
            "clean one of the same name."
        )
    if len(first) < len(noisy) or len(second) < len(clean):
        raise ImageError(f"{folder} holds two images of the same name with different endings: remove one of each.")
    return [(name, first[name], second[name]) for name in sorted(first)]


def _ending(found: list[Path], endings: tuple[str, ...]) -> list[tuple[str, Path]]:
    return [(p.stem.removesuffix(end), p) for p in found for end in endings if p.stem.endswith(end)]


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
