"""Faces in photos: how well they are found and restored, and whether the paste has a border.

Faces alone are judged by :mod:`ganvas.evaluate.upscale`. Here each stands in a photo of something else, and both are
spoilt together by the second-order chain of degradations.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from ganvas.degrade.second_order import SecondOrder
from ganvas.evaluate.files import images, read_rgb
from ganvas.evaluate.protocol import Model, Sample, rows_by, to_uint8
from ganvas.evaluate.table import PSNR, SSIM, Column, EvaluationTable, Row, in_order
from ganvas.measure.faces import faces
from ganvas.metrics.psnr import psnr
from ganvas.metrics.ssim import ssim

__all__ = ["Rectangle", "border_jump", "find", "run"]

_SEED = 7
_FACE_PX = 112  # side of a face's picture within the photo
_SOFT_PX = 16  # over which it fades into the photo
_SCALE = 2  # the photo is reduced by it, and enlarged back by cubic interpolation
_NEAR_PX = 8  # lines inside a border that its jump is compared with
_FOUND = Column(key="found", metric=None, title="faces found")
_BORDER = Column(key="border", metric=None, title="jump across the paste's border, of that inside")
Rectangle = tuple[int, int, int]  # top, left and side of a square; it may reach over the picture's edge


def border_jump(image: UInt8[np.ndarray, "h w c"], squares: Sequence[Rectangle]) -> float:
    """Returns the mean step from outside to inside across the borders of squares, over the mean step inside.

    Inside is between neighbouring lines along the same border, up to 8 px inward. 1 means that there is no border; not
    a number means that no border lies in the picture, or nothing is there to compare with.
    """
    values = image.astype(np.float64)
    across = inside = 0.0
    for top, left, side in squares:
        for turned, first, start in (
            (values, top, left),
            (values[::-1], len(values) - top - side, left),
            (values.transpose(1, 0, 2), left, top),
            (values.transpose(1, 0, 2)[::-1], values.shape[1] - left - side, top),
        ):
            rows = turned[:, max(0, start) : max(0, start + side)]
            if first < 1 or first + _NEAR_PX >= len(rows) or rows.shape[1] == 0 or side <= 2 * _NEAR_PX:
                continue
            steps = np.abs(np.diff(rows[first - 1 : first + _NEAR_PX], axis=0)).sum(axis=(1, 2))
            across += float(steps[0])
            inside += float(steps[1:].mean())
    return across / inside if inside else math.nan


@dataclass(frozen=True)
class _Placed:
    """Where the face's picture stands in the photo."""

    top: int
    left: int

    def cut(self, image: np.ndarray) -> np.ndarray:
        return image[self.top : self.top + _FACE_PX, self.left : self.left + _FACE_PX]


def run(
    model: Model,
    data: Path,
    *,
    photos: Path,
    squares: Callable[[Float[np.ndarray, "h w 3"]], Sequence[Rectangle]],
    name: str,
    dataset: str | None = None,
    baselines: Mapping[str, Model] | None = None,
    limit: int | None = None,
) -> EvaluationTable:
    """Returns the figures of the spoilt photos, of baselines and of the model.

    Args:
        model: float32 (h, w, 3) in [0, 1] in and out.
        data: folder of pictures of one face each.
        photos: folder of photos that the faces are put into, one each; as many as there are faces, in turn.
        squares: what the model pastes into, of the spoilt photo; the jump across their borders is measured for all.
        name: what the model is called in the table.
        dataset: what the faces are called in the table; their folder's name when left out.
        baselines: models to print beside, by name, before the model.
        limit: only the first faces.

    Raises:
        ImageError: a folder holds no images, or one cannot be decoded.
        ModelError: a model returns another shape or values that are not finite.
    """
    places: dict[str, _Placed] = {}
    pasted: dict[str, Sequence[Rectangle]] = {}

    def samples() -> Iterator[Sample]:
        scenes = images(photos)
        for index, path in enumerate(images(data)[:limit]):
            rng = np.random.default_rng((_SEED, index))
            scene = read_rgb(scenes[index % len(scenes)])[0]
            truth, places[path.stem] = _with_face(scene, read_rgb(path)[0], rng)
            source = _spoilt(truth, rng)
            pasted[path.stem] = squares(source.astype(np.float32) / np.float32(255))
            yield Sample(name=path.stem, source=source, truth=truth)

    def judge(result: UInt8[np.ndarray, "h w 3"], sample: Sample) -> dict[str, float]:
        cut = places[sample.name].cut
        jump = border_jump(result, pasted[sample.name])
        values = {"psnr": psnr(cut(result), cut(sample.truth)), "ssim": ssim(cut(result), cut(sample.truth))}
        found = any(_holds(square, places[sample.name]) for square in pasted[sample.name])
        return values | {"found": 100.0 * found} | ({} if math.isnan(jump) else {"border": 100 * jump})

    rows = rows_by({**(baselines or {}), name: model}, samples(), judge)
    return EvaluationTable(
        task="faces",
        dataset=dataset or data.name,
        protocol=_protocol(len(places)),
        model=name,
        columns=(PSNR, SSIM, _FOUND, _BORDER),
        rows=rows,
    )


def find(sets: Mapping[str, Sequence[Path]], *, dataset: str, spoilt: bool = False) -> EvaluationTable:
    """Returns in how many pictures of each set the detector finds a face, as if each set were an entrant.

    Args:
        sets: pictures by what they show, such as a face, or nobody.
        dataset: what the table is called.
        spoilt: also the same pictures after the second-order chain, at their size.
    """
    rows = []
    for name, paths in sets.items():
        for index, path in enumerate(paths):
            image = read_rgb(path)[0]
            seen = {name: image}
            if spoilt:
                seen[f"{name}, spoilt"] = _spoilt(_even(image), np.random.default_rng((_SEED, index)))
            for what, picture in seen.items():
                found = faces(picture.astype(np.float32) / np.float32(255))
                rows.append(Row(entrant=what, image=path.stem, values={"found": 100.0 * bool(found)}, seconds=0.0))
    order = list(dict.fromkeys(row.entrant for row in rows))
    text = "How often the packaged detector finds a face in a picture."
    if spoilt:
        text += f" Spoilt: as in the photos above (numpy's default_rng(({_SEED}, index)))."
    return EvaluationTable(
        task="faces",
        dataset=dataset,
        protocol=text,
        model=order[0],
        columns=(_FOUND,),
        rows=in_order(rows, order),
    )


def _with_face(
    scene: UInt8[np.ndarray, "h w 3"], face: UInt8[np.ndarray, "_h _w 3"], rng: np.random.Generator
) -> tuple[UInt8[np.ndarray, "_h _w 3"], _Placed]:
    """The scene with the face at a place that is drawn, and that place."""
    truth = _even(scene).copy()
    place = _Placed(*(int(rng.integers(0, length - _FACE_PX + 1)) for length in truth.shape[:2]))
    there = place.cut(truth)
    small = cv2.resize(face, (_FACE_PX, _FACE_PX), interpolation=cv2.INTER_AREA)
    # Softly, so that what is pasted into later does not find an edge of the test's own making.
    ramp = np.minimum(np.arange(_FACE_PX) + 0.5, _FACE_PX - 0.5 - np.arange(_FACE_PX)) / _SOFT_PX
    share = np.clip(np.minimum(ramp[:, None], ramp[None]), 0, 1)[:, :, None]
    there[:] = np.rint(share * small + (1 - share) * there).astype(np.uint8)
    return truth, place


def _even(image: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "_h _w 3"]:
    height, width = (length // _SCALE * _SCALE for length in image.shape[:2])
    return image[:height, :width]


def _spoilt(truth: UInt8[np.ndarray, "h w 3"], rng: np.random.Generator) -> UInt8[np.ndarray, "h w 3"]:
    small = SecondOrder(scale=_SCALE)(truth.astype(np.float32) / np.float32(255), rng)
    return to_uint8(cv2.resize(small, truth.shape[1::-1], interpolation=cv2.INTER_CUBIC))


def _holds(square: Rectangle, place: _Placed) -> bool:
    """Whether the middle of the face's picture lies in the middle half of the square."""
    middle = (place.top + _FACE_PX / 2, place.left + _FACE_PX / 2)
    return all(0.25 < (at - start) / square[2] < 0.75 for at, start in zip(middle, square[:2], strict=True))


def _protocol(count: int) -> str:
    return (
        f"{count} faces, each reduced to {_FACE_PX} px and put softly into a photo (face i into photo i, in turn) at a "
        f"place drawn by numpy's default_rng(({_SEED}, i)), which then draws Real-ESRGAN's second-order chain at a "
        f"reduction by {_SCALE}; enlarged back by cubic interpolation and rounded to 8 bits. PSNR and SSIM of the "
        f"{_FACE_PX} px of the face. The jump across the border of the square that is pasted into is the mean step "
        f"between the pixels on both sides of it, over that between neighbouring lines within {_NEAR_PX} px inside; "
        "100 % is no border."
    )
