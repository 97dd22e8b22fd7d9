"""Arrays and PIL images in, the same kind out. What is given is never written to."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from ganvas.api.job import Job
from ganvas.core.errors import ImageError

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["apply", "apply_pil", "is_pil"]

_FULL = {np.dtype(np.uint8): 255.0, np.dtype(np.uint16): 65535.0}
_CHANNELS = (1, 2, 3, 4)


def apply(job: Job, array: np.ndarray) -> np.ndarray:
    """Returns the result of an array: the same dtype, as many axes and channels, save where a gray one gets colour.

    Raises:
        ImageError: the array is no picture, or exceeds a limit.
    """
    array = np.asarray(array)
    planes = array[:, :, None] if array.ndim == 2 else array
    if planes.ndim != 3 or planes.shape[2] not in _CHANNELS:
        raise ImageError(f"An array of shape {array.shape} is no picture: give (h, w) or (h, w, 1 to 4).")
    full = _FULL.get(array.dtype, 1.0 if array.dtype.kind == "f" else 0.0)
    if not full:
        raise ImageError(f"An array of {array.dtype} is no picture: use uint8, uint16, or float in [0, 1].")
    height, width = planes.shape[:2]
    limits = job.options.limits()
    limits.check_in(width, height, "The array")
    job = job.begin(None, None)
    size = job.size(height, width)
    limits.check_out(size[1], size[0])
    values = np.ascontiguousarray(planes, dtype=np.float32) / np.float32(full)
    _check_values(values, given_as_float=array.dtype.kind == "f")
    transparent = planes.shape[2] in (2, 4)
    colour = values[:, :, :-1] if transparent else values
    if transparent:
        colour = _extended(colour, np.clip(values[:, :, -1], 0, 1))
    result = _computed(job, np.ascontiguousarray(colour))
    known = job.known()
    if transparent:
        alpha = _resized(np.clip(values[:, :, -1:], 0, 1), size)
        if known is not None and known.opaque:
            alpha = np.where(known.mask[:, :, None], np.float32(1), alpha)
        result = np.concatenate([result, alpha], axis=2)
    result = _stored(result, array.dtype, full)
    if known is not None:
        result = np.where(known.mask[:, :, None], result, planes)
    return result[:, :, 0] if array.ndim == 2 and result.shape[2] == 1 else result


def _computed(job: Job, colour: np.ndarray) -> np.ndarray:
    from ganvas.infer.rows import ArrayRows

    parts: list[np.ndarray] = []

    def keep(rows: np.ndarray) -> None:
        parts.append(rows.copy())

    job.run(ArrayRows(colour), keep)
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _check_values(values: np.ndarray, *, given_as_float: bool) -> None:
    if not given_as_float:
        return
    if not np.isfinite(values).all():
        raise ImageError("The array holds values that are not finite: replace them first.")
    lowest, highest = float(values.min()), float(values.max())
    # A little over- and undershoot is what filters leave; more is another range.
    if lowest < -1 or highest > 2:
        raise ImageError(f"The float array ranges from {lowest:g} to {highest:g}: bring it to [0, 1] first.")


def _extended(colour: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """The colour with what lies under full transparency continued from the visible pixels."""
    from ganvas.io.edges import EdgeExtender

    height, width = alpha.shape
    extender = EdgeExtender(
        lambda y0, y1: colour[y0:y1], lambda y0, y1: alpha[y0:y1, :, None], height=height, width=width
    )
    return extender.rows(0, height)


def _resized(alpha: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    from ganvas.infer.rows import ArrayRows, resampled

    if alpha.shape[:2] == size:
        return alpha
    return np.clip(np.concatenate(list(resampled(ArrayRows(alpha), size))), 0.0, 1.0)


def _stored(result: np.ndarray, dtype: np.dtype, full: float) -> np.ndarray:
    if dtype.kind == "f":
        return result.astype(dtype, copy=False)
    return np.rint(np.clip(result, 0.0, 1.0) * full).astype(dtype)


def is_pil(value: Any) -> bool:
    """Returns whether the value is a PIL image, without importing PIL."""
    module = sys.modules.get("PIL.Image")
    return module is not None and isinstance(value, module.Image)


def apply_pil(job: Job, image: Image) -> Image:
    """Returns the result of a PIL image, upright, with its colour profile.

    Palettes and CMYK become RGB, 1-bit becomes gray, as nothing else can hold the result.

    Raises:
        ImageError: the image exceeds a limit, or is of a mode that is no picture.
    """
    from PIL import Image as pil

    from ganvas.api.render import render
    from ganvas.io.picture import open_picture

    job.options.limits().check_in(image.width, image.height, "The image")
    wide = image.mode in ("F", "CMYK")
    plain = image if wide or image.mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16") else _converted(image)
    given = io.BytesIO()
    told = {name: image.info[name] for name in ("icc_profile", "exif", "transparency") if name in image.info}
    if "exif" not in told and len(image.getexif()):
        told["exif"] = image.getexif().tobytes()
    if wide:
        told.pop("transparency", None)
        plain.save(given, "TIFF", **told)
    else:
        plain.save(given, "PNG", compress_level=0, **told)
    target = io.BytesIO()
    with open_picture(given.getvalue(), limits=job.options.limits()) as picture:
        render(job, picture, target, format="tiff" if picture.info.bits == 32 else "png")
    target.seek(0)
    result = pil.open(target)
    result.load()
    return result


def _converted(image: Image) -> Image:
    mode = {"PA": "RGBA", "La": "LA", "RGBa": "RGBA", "I;16B": "I;16", "I;16L": "I;16"}.get(image.mode, "RGB")
    try:
        return image.convert(mode)
    except ValueError as error:
        raise ImageError(f"A PIL image of mode {image.mode} is no picture: convert it to RGB first.") from error
