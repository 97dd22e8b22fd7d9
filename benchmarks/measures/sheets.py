"""Contact sheets of photos without a reference: the input, the best classical method and our model side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ganvas.evaluate.colorize import grayed
from ganvas.evaluate.files import images, read_rgb
from ganvas.evaluate.protocol import Model, to_uint8
from ganvas.zoo.models import list_models
from measures import faces, old_photo
from measures.context import Context, Method
from measures.inpaint import fillers

__all__ = ["write"]

_CELL, _LABEL, _GAP = 420, 22, 8  # px


@dataclass(frozen=True)
class Sheet:
    """Photos of one task.

    Attributes:
        places: folders inside the data.
        classical: the best classical method, by what the tables say; None where there is none.
        ours: the model.
        scale: enlargement of the model.
        gray: take the colours out.
        hole: side of a square taken out of the middle, as a share of the shorter side; 0 takes none out.
        channels: of the pictures that the model fills; 1 shows them gray.
        most: rows; None for one per photo.
    """

    places: Sequence[str]
    classical: Method | None
    ours: str
    scale: int = 1
    gray: bool = False
    hole: float = 0.0
    channels: int = 3
    most: int | None = None


SHEETS = {
    "upscale-real": Sheet(("tasks/reallq",), Method("bicubic", {"scale": 4}), "upscale-x4-real", 4),
    "deblur": Sheet(("tasks/blur/inputs", "tasks/blur/levin"), Method("unsharp"), "deblur-blind"),
    "dehaze": Sheet(("tasks/haze/inputs",), Method("dark_channel", {"w": 0.8}), "dehaze"),
    "brighten": Sheet(("tasks/lowlight/inputs",), Method("histogram_equalisation"), "brighten"),
    "underwater": Sheet(("tasks/underwater/A",), Method("white_balance", {"strength": 0.5}), "enhance-underwater"),
    "colorize": Sheet(("tasks/oldphoto/bw", "test/cbsd68"), None, "colorize", gray=True, most=36),
    "inpaint": Sheet(("test/set14",), Method("patchmatch"), "inpaint", hole=0.3),
    "semantic": Sheet(("tasks/faces/smile64",), Method("telea"), "semantic-faces", hole=0.5, channels=1, most=24),
}
# Sections that make their rows themselves.
PICTURES = {"faces": faces.pictures, "old-photo": old_photo.pictures}


def write(context: Context, folder: Path, tasks: Sequence[str]) -> Iterator[Path]:
    """Writes one PNG per task that has photos, and yields their paths; methods that are absent leave no column."""
    folder.mkdir(parents=True, exist_ok=True)
    for task, sheet in SHEETS.items():
        if task in tasks:
            path = folder / f"{task}.png"
            _sheet(context, sheet).save(path)
            yield path
    for task, pictures in PICTURES.items():
        if task in tasks:
            rows = [[(title, _fitted(_cell(image))) for title, image in row] for row in pictures(context)]
            _stacked(rows).save(folder / f"{task}.png")
            yield folder / f"{task}.png"


def _sheet(context: Context, sheet: Sheet) -> Image.Image:
    columns: dict[str, Model] = {"input": lambda image, mask=None: image}
    if (method := sheet.classical) is not None and (title := f"classical/{method.name}") in list_models():
        columns[" ".join([title, *(f"{k}={v:g}" for k, v in method.settings.items())])] = method
    filling = fillers(context, sheet.channels) if sheet.hole else {}
    for name in (sheet.ours, *context.extra):
        if (model := filling.get(name) if sheet.hole else context.model(name)) is not None:
            columns[name] = model
    paths = [path for place in sheet.places for path in images(context.data / place)][: sheet.most]
    return _stacked([_row(path, columns, sheet) for path in paths[: context.limit]])


def _row(path: Path, columns: dict[str, Model], sheet: Sheet) -> list[tuple[str, Image.Image]]:
    pixels = read_rgb(path)[0]
    side = _CELL // sheet.scale
    if sheet.scale > 1:  # a part at its own pixels: reduced to fit, an enlargement would show nothing
        top, left = (max(0, (length - side) // 2) for length in pixels.shape[:2])
        pixels = pixels[top : top + side, left : left + side]
    given = pixels[:, :, : sheet.channels].astype(np.float32) / np.float32(255)
    told: dict[str, np.ndarray] = {}
    cells = []
    if sheet.hole or sheet.gray:
        cells.append((f"{path.stem}: truth", _fitted(_cell(given))))
    if sheet.gray:
        given = grayed(pixels).astype(np.float32) / np.float32(255)
    if sheet.hole:
        told["mask"] = _square(given.shape[:2], sheet.hole)
        given[told["mask"]] = 0.5
    for title, model in columns.items():
        cell = _cell(model(given.copy(), **told))
        if sheet.scale > 1:
            enlarged = (pixels.shape[1] * sheet.scale, pixels.shape[0] * sheet.scale)
            cell = cell.resize(enlarged, Image.Resampling.NEAREST)
        cells.append((f"{path.stem}: {title}", _fitted(cell)))
    return cells


def _cell(image: np.ndarray) -> Image.Image:
    return Image.fromarray(np.broadcast_to(to_uint8(image), (*image.shape[:2], 3)))


def _fitted(cell: Image.Image) -> Image.Image:
    """The picture at the size of a cell: small ones are enlarged a whole number of times."""
    times = _CELL // max(cell.size)
    if times > 1:
        return cell.resize((times * cell.width, times * cell.height), Image.Resampling.NEAREST)
    cell.thumbnail((_CELL, _CELL))
    return cell


def _square(shape: tuple[int, ...], share: float) -> np.ndarray:
    side = round(share * min(shape))
    top, left = ((length - side) // 2 for length in shape)
    mask = np.zeros(shape, bool)
    mask[top : top + side, left : left + side] = True
    return mask


def _stacked(rows: Sequence[Sequence[tuple[str, Image.Image]]]) -> Image.Image:
    heights = [max(cell.height for _, cell in row) + _LABEL + _GAP for row in rows]
    canvas = Image.new("RGB", (max(len(row) for row in rows) * (_CELL + _GAP), sum(heights)), "white")
    draw, font = ImageDraw.Draw(canvas), ImageFont.load_default(14)
    top = 0
    for row, height in zip(rows, heights, strict=True):
        for column, (label, cell) in enumerate(row):
            left = column * (_CELL + _GAP)
            draw.text((left, top + 2), label, fill="black", font=font)
            canvas.paste(cell, (left, top + _LABEL))
        top += height
    return canvas
