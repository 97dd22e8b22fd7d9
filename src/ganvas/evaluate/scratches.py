"""Finding scratches: seeded ones over clean images, and the clean images themselves."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, UInt8

from ganvas.core.errors import ModelError
from ganvas.degrade.damage.scratches import Scratches
from ganvas.evaluate.files import images, read_rgb
from ganvas.evaluate.table import Column, EvaluationTable, Row, in_order
from ganvas.measure.scratches import scratches
from ganvas.metrics.false_area import false_area
from ganvas.metrics.iou import iou

__all__ = ["CLASSICAL", "Finder", "run"]

Finder = Callable[[Float[np.ndarray, "h w c"]], Bool[np.ndarray, "h w"]]
CLASSICAL: Mapping[str, Finder] = {"measures": scratches}
_SEED = 5
_COLUMNS = (
    Column(key="iou", metric="iou", title="IoU"),
    Column(key="false_area", metric="false_area", title="false area of clean images"),
)


def run(
    find: Finder,
    data: Path,
    *,
    name: str,
    dataset: str | None = None,
    baselines: Mapping[str, Finder] = CLASSICAL,
    limit: int | None = None,
) -> EvaluationTable:
    """Returns how well scratches are found, and how much of the clean images passes for scratches.

    Args:
        find: float32 (h, w, 3) in [0, 1] to where it is scratched.
        data: folder of clean images.
        name: what the finder is called in the table.
        dataset: what the folder is called in the table; its own name when left out.
        baselines: finders to print beside, by name, before this one.
        limit: only the first images.

    Raises:
        ImageError: the folder holds no images, or one cannot be decoded.
        ModelError: a finder returns another shape.
    """
    finders = {**baselines, name: find}
    rows = []
    for index, path in enumerate(images(data)[:limit]):
        clean = read_rgb(path)[0].astype(np.float32) / np.float32(255)
        damaged, mask = Scratches().damage(clean, np.random.default_rng([_SEED, index]))
        for entrant, finder in finders.items():
            start = time.perf_counter()
            found = finder(damaged.copy())
            seconds = time.perf_counter() - start
            if found.shape != mask.shape:
                raise ModelError(f"{entrant} returned shape {found.shape} for {path.stem}, expected {mask.shape}.")
            values = {"iou": iou(_shown(found), _shown(mask))} if mask.any() else {}
            values["false_area"] = false_area(_shown(finder(clean.copy())), _shown(np.zeros_like(mask)))
            rows.append(Row(entrant=entrant, image=path.stem, values=values, seconds=seconds))
    return EvaluationTable(
        task="scratches",
        dataset=dataset or data.name,
        protocol=(
            f"Seeded scratches on clean images (numpy's default_rng([{_SEED}, index])): intersection over union of "
            "what is found with the true mask, and the share of the clean images that is found, each the mean of "
            f"{len({row.image for row in rows})} images."
        ),
        model=name,
        columns=_COLUMNS,
        rows=in_order(rows, finders),
    )


def _shown(mask: Bool[np.ndarray, "h w"]) -> UInt8[np.ndarray, "h w"]:
    return np.where(mask, np.uint8(255), np.uint8(0))
