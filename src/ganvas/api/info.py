"""What is known: of the models, of a picture, of a weights file."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ganvas.core.errors import ImageError
from ganvas.zoo.models import ModelEntry, find, list_models

__all__ = ["info", "models"]

_OFFSETS = {"ExifOffset", "GPSInfo", "InteropOffset"}


def models() -> list[dict[str, Any]]:
    """Returns what is known of each model that comes with ganvas, as JSON values."""
    return [_told(find(name)) for name in list_models()]


def info(source: str | Path) -> dict[str, Any]:
    """Returns everything known of a picture, a weights file or a model's name, as JSON values.

    Pixels and weights are not read, only what stands in front of them.

    Raises:
        ImageError: there is no such file, or it is neither a picture nor weights.
        CheckpointError: the weights file is damaged.
    """
    path = Path(source)
    if str(source) in list_models():
        return _told(find(source))
    if not path.is_file():
        kind = "is a folder" if path.is_dir() else "does not exist"
        raise ImageError(f"{path} {kind}: name a picture, a weights file or a model.")
    if path.suffix.lower() == ".safetensors":
        return _weights(path)
    return _picture(path)


def _told(entry: ModelEntry) -> dict[str, Any]:
    header = entry.header
    told: dict[str, Any] = {
        "name": entry.name,
        "title": entry.card.title,
        "task": entry.card.task,
        "scale": entry.card.scale,
        "size_bytes": entry.size,
        "licence": header.get("licence", "not stated"),
        "data": header.get("data", "not stated"),
        "metrics": header.get("metrics", {}),
        "method": header.get("method", ""),
        "card": entry.card.to_json(),
    }
    for optional in ("settings", "provenance"):
        if optional in header:
            told[optional] = header[optional]
    return told | {"path": str(entry.path) if entry.path is not None else None}


def _weights(path: Path) -> dict[str, Any]:
    from ganvas.io.checkpoint import read_header
    from ganvas.zoo import community

    if community.read(path) is None:
        header: Mapping[str, Any] = read_header(path)
        if "card" not in header:
            return {"kind": header.get("kind", "weights"), "path": str(path), "size_bytes": path.stat().st_size} | {
                key: value for key, value in header.items() if key != "kind"
            }
    entry = find(path)
    return {"kind": "model"} | _told(entry) | {"sha256": entry.digest()}


def _picture(path: Path) -> dict[str, Any]:
    from ganvas.io.picture import Limits, open_picture
    from ganvas.io.provenance import read_provenance

    with open_picture(path, limits=Limits(max_pixels_in=2**62)) as picture:
        about = picture.info
    made = read_provenance(about.xmp)
    return {
        "kind": "picture",
        "path": str(path),
        "size_bytes": path.stat().st_size,
        "format": about.format,
        "width": about.width,
        "height": about.height,
        "mode": about.mode,
        "bits": about.bits,
        "gray": about.gray,
        "alpha": about.alpha,
        "frames": about.frames,
        "lossless": about.lossless,
        "orientation": about.orientation,
        "dpi": list(about.dpi) if about.dpi else None,
        "colour_profile": _profile_name(about.icc),
        "exif": _exif(about.exif),
        "xmp_bytes": len(about.xmp or b""),
        "iptc_bytes": len(about.iptc or b""),
        "provenance": asdict(made) if made else None,
        "not_carried_on": list(about.warnings),
    }


def _profile_name(icc: bytes | None) -> str | None:
    """What the colour profile calls itself; None where there is none."""
    if icc is None:
        return None
    from PIL import ImageCms

    try:
        return ImageCms.getProfileDescription(io.BytesIO(icc)).strip()
    except (ImageCms.PyCMSError, OSError, ValueError):
        return f"unreadable, {len(icc)} bytes"


def _exif(exif: bytes | None) -> dict[str, str]:
    """The texts and numbers of the main EXIF directory by name."""
    if exif is None:
        return {}
    from PIL import ExifTags, Image

    found = Image.Exif()
    try:
        found.load(b"Exif\0\0" + exif)
        items = list(found.items())
    except (OSError, SyntaxError, ValueError, KeyError, TypeError):
        return {"unreadable": f"{len(exif)} bytes"}
    # Offsets of sub-directories say nothing to a person.
    named = {ExifTags.TAGS.get(tag, str(tag)): value for tag, value in items}
    told = {name: value for name, value in named.items() if name not in _OFFSETS}
    return {name: str(value) for name, value in told.items() if isinstance(value, str | int | float)}
