"""Colour profiles between the file and the network, without losing colours on the way.

The network sees sRGB. A matrix profile (Display-P3, Adobe RGB ...) is brought to it by its tone curves alone: each
channel is made linear by the profile's curve and encoded by sRGB's. Its primaries stay: a full conversion would clip
every colour outside sRGB, and the result carries the profile, so its colours are right in the end. Display-P3 shares
sRGB's curve, so its values pass bit by bit. Gray profiles have one such curve. Other profiles (tables, CMYK) go
through LittleCMS at 8 bits. Source: ICC.1:2022, sections 8.2, 8.3, 10.6, 10.18; IEC 61966-2-1 for sRGB's curve.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Float64

__all__ = ["IccProfile", "curve_values", "lab_profile", "lcms_transform", "read_profile", "srgb_encode", "table"]

# Linear sRGB to the D50 connection space (ICC sRGB profile).
_SRGB_TO_XYZ = np.array(
    [[0.43606747, 0.38514931, 0.14307869], [0.22248445, 0.71687245, 0.06060792], [0.01391602, 0.09710693, 0.71409607]]
)
_MAX_CURVE = 65_536


@dataclass(frozen=True)
class IccProfile:
    """One parsed profile.

    Attributes:
        space: "RGB", "GRAY", "CMYK" or "LAB".
        curves: one tone curve for gray, three for a matrix profile; empty where there is no such model.
        usable: the curves may stand for the whole profile: its primaries are near enough to sRGB's in kind.
    """

    space: str
    curves: tuple[tuple[int, tuple[float, ...]], ...]
    usable: bool


def srgb_encode(linear: Float64[np.ndarray, "..."]) -> Float64[np.ndarray, "..."]:
    """Returns sRGB-encoded values of linear light in [0, 1]."""
    clipped = np.clip(linear, 0.0, 1.0)
    return np.where(clipped <= 0.0031308, clipped * 12.92, 1.055 * clipped ** (1 / 2.4) - 0.055)


def read_profile(data: bytes) -> IccProfile | None:
    """Returns the profile, or None where the bytes are none."""
    try:
        if len(data) < 132 or data[36:40] != b"acsp":
            return None
        space = data[16:20].decode("ascii").strip().upper()
        (count,) = struct.unpack_from(">I", data, 128)
        tags = {}
        for i in range(min(count, 200)):
            kind, offset, size = struct.unpack_from(">4sII", data, 132 + 12 * i)
            tags[kind] = data[offset : offset + size]
        names = (b"kTRC",) if space == "GRAY" else (b"rTRC", b"gTRC", b"bTRC")
        curves = tuple(_curve(tags[name]) for name in names) if all(name in tags for name in names) else ()
        usable = bool(curves) and all(_rises(curve) for curve in curves)
        if space == "RGB" and usable:
            usable = _primaries_near(tags)
    except (struct.error, ValueError, KeyError, UnicodeDecodeError, IndexError):
        return None
    return IccProfile(space, curves, usable and space in ("RGB", "GRAY"))


def _curve(tag: bytes) -> tuple[int, tuple[float, ...]]:
    """A curve as (kind, numbers): kind -1 is a table, 0 to 4 the parametric functions of ICC.1 10.18."""
    kind = tag[:4]
    if kind == b"curv":
        (count,) = struct.unpack_from(">I", tag, 8)
        if count == 0:
            return 0, (1.0,)
        if count == 1:
            return 0, (struct.unpack_from(">H", tag, 12)[0] / 256,)
        if count > _MAX_CURVE:
            raise ValueError("curve too long")
        return -1, tuple(v / 65535 for v in struct.unpack_from(f">{count}H", tag, 12))
    if kind == b"para":
        (function,) = struct.unpack_from(">H", tag, 8)
        count = (1, 3, 4, 5, 7)[function]
        return function, tuple(v / 65536 for v in struct.unpack_from(f">{count}i", tag, 12))
    raise ValueError("unknown curve")


def curve_values(curve: tuple[int, tuple[float, ...]], x: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, " n"]:
    """Returns linear light of encoded values in [0, 1]."""
    kind, p = curve
    if kind == -1:
        return np.interp(x, np.linspace(0, 1, len(p)), p)
    g = p[0]
    if kind == 0:
        return x**g
    a, b = p[1], p[2]
    power = np.maximum(a * x + b, 0.0) ** g
    if kind == 1:
        return np.where(x >= -b / a, power, 0.0)
    if kind == 2:
        return np.where(x >= -b / a, power + p[3], p[3])
    c, d = p[3], p[4]
    e, f = (p[5], p[6]) if kind == 4 else (0.0, 0.0)
    return np.where(x >= d, power + e, c * x + f)


def _rises(curve: tuple[int, tuple[float, ...]]) -> bool:
    """A curve that can be inverted: it never falls and spans most of the range."""
    with np.errstate(all="ignore"):
        values = curve_values(curve, np.linspace(0, 1, 1024))
    return bool(np.isfinite(values).all() and (np.diff(values) >= 0).all() and values[-1] - values[0] > 0.5)


def _primaries_near(tags: dict[bytes, bytes]) -> bool:
    """Red is mostly red, and so on: a profile with swapped or imaginary channels goes through LittleCMS instead."""
    columns = [[v / 65536 for v in struct.unpack_from(">3i", tags[n], 8)] for n in (b"rXYZ", b"gXYZ", b"bXYZ")]
    to_srgb = np.linalg.inv(_SRGB_TO_XYZ) @ np.array(columns).T
    return bool((np.diag(to_srgb) > 0.5).all() and (np.abs(to_srgb.sum(axis=1) - 1) < 0.15).all())


def lcms_transform(source: bytes | None, target: bytes | None, *, modes: tuple[str, str]) -> Any:
    """Returns a LittleCMS transform (None stands for sRGB), or None where the profiles do not allow it.

    Relative colorimetric with black point compensation: what photo programs do.
    """
    from PIL import ImageCms

    try:
        profiles = [
            ImageCms.ImageCmsProfile(io.BytesIO(data)) if data else ImageCms.createProfile("sRGB")
            for data in (source, target)
        ]
        return ImageCms.buildTransform(
            profiles[0],
            profiles[1],
            modes[0],
            modes[1],
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (OSError, ImageCms.PyCMSError, ValueError, TypeError):
        return None


def lab_profile() -> bytes:
    """Returns a CIE Lab D50 profile."""
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


def table(curves: tuple[tuple[int, tuple[float, ...]], ...], levels: int) -> Float[np.ndarray, "levels c"]:
    """Returns, for each stored code, the sRGB-encoded value that the network sees."""
    codes = np.linspace(0.0, 1.0, levels)
    return np.stack([srgb_encode(curve_values(curve, codes)) for curve in curves], axis=1)
