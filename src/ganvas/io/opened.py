"""A header that has passed the limits and what its colours mean; shared by the readers of all formats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ganvas.core.errors import ImageError
from ganvas.io import icc
from ganvas.io.info import ImageInfo
from ganvas.io.raster import Raster

__all__ = ["Opened", "coloured", "gray_palette", "guarded"]


@dataclass(frozen=True)
class Opened:
    """A header that has passed the limits, and the function that decodes.

    Attributes:
        profile: the profile whose curves the network's values go through, or None.
        embed: the profile the result carries when its colours are of the same kind, or None.
        gamma: the PNG gamma that stands in place of a profile, or None.
    """

    info: ImageInfo
    load: Callable[[], Raster]
    profile: icc.IccProfile | None = None
    embed: bytes | None = None
    convert_back: bool = False
    gamma: float | None = None


def guarded(name: str, action: Callable[[], Any]) -> Any:
    """Returns what the action gives. Decoders meet hostile bytes: whatever they raise becomes one sentence.

    Raises:
        ImageError: the file is truncated or damaged.
    """
    try:
        return action()
    except ImageError:
        raise
    except MemoryError as error:
        raise ImageError(f"{name} does not fit the memory: close other programs or make it smaller.") from error
    except Exception as error:
        text = str(error).lower()
        word = "truncated" if any(w in text for w in ("truncated", "eof", "end of", "not enough")) else "damaged"
        raise ImageError(f"{name} is {word} and cannot be decoded: fetch or export it again.") from error


def coloured(
    info: ImageInfo,
    load: Callable[[], Raster],
    base: str,
    *,
    stored: str | None = None,
    gamma: float | None = None,
) -> Opened:
    """Joins a header with what its colours mean, and says what is not carried on."""
    notes = list(info.warnings)
    if info.frames > 1:
        notes.append(f"The file holds {info.frames} pictures; only the first is used.")
    profile = icc.read_profile(info.icc) if info.icc else None
    embed, curves, back = info.icc, None, False
    if info.icc and profile is None:
        notes.append("The colour profile is damaged and is left out.")
        embed = None
    elif stored in ("CMYK", "LAB", "YCbCr"):
        notes.append(f"{stored} is written as sRGB; its profile no longer fits and is left out." if info.icc else "")
        embed = None
    elif profile is not None and profile.usable and (profile.space == "GRAY") == (base == "L"):
        curves = profile
    elif profile is not None and profile.space == "RGB" and base == "L" and profile.usable:
        curves = replace(profile, space="GRAY", curves=profile.curves[1:2])
    elif profile is not None and profile.space == "RGB" and base == "RGB" and info.bits <= 8:
        back = True
    elif profile is not None and (profile.space == "GRAY") != (base == "L"):
        notes.append("The colour profile is of another kind than the picture and is left out.")
        embed = None
    elif profile is not None:
        notes.append("The colour profile is not one we convert; it is kept and the values are used as they are.")
    if gamma is not None and abs(gamma * 2.2 - 1) > 0.05 and 0.1 < gamma < 3:
        curves = icc.IccProfile("GRAY" if base == "L" else "RGB", ((0, (1 / gamma,)),) * len(base), True)
    else:
        gamma = None
    info = replace(info, warnings=tuple(note for note in notes if note))
    return Opened(info, load, profile=curves, embed=embed, convert_back=back, gamma=gamma)


def gray_palette(palette: bytes, *, layout: str = "RGB") -> bool:
    """Returns whether a palette holds grays only.

    Args:
        layout: the order of its bytes in Pillow's words: RGB, BGR, BGRX, RGBA; with ";L" one colour after the other.
    """
    step = 1 if layout.endswith(";L") else len(layout)
    third = len(palette) // 3
    planes = [palette[c * third : (c + 1) * third] if step == 1 else palette[c::step] for c in range(3)]
    return planes[0] == planes[1] == planes[2]
