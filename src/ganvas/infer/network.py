"""The network as a stage: bands of source rows in, strips of finished output rows out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ganvas.infer.rows import Rows
from ganvas.infer.runner import TileRunner
from ganvas.infer.tiling import Plan

__all__ = ["Pair", "mixed", "network_rows"]


@dataclass(frozen=True)
class Pair:
    """Rows of the source (not to be written to) and the network's rows at the same place (the reader's own)."""

    low: Float[np.ndarray, "n w c"]
    high: Float[np.ndarray, "N W c"]


def network_rows(rows: Rows, plan: Plan, runner: TileRunner, *, height: int, width: int) -> Iterator[Pair]:
    """Yields the network's output from top to bottom.

    A strip is computed from its own tiles alone and handed on when they are all done, so what was finished is never
    computed again and nothing old can show.

    Args:
        rows: padded to what the network takes.
        height, width: of the source before it was padded.
    """
    scale, ramp = runner.card.scale, 2 * plan.rows.feather
    tail: np.ndarray | None = None
    for number, y in enumerate(plan.rows.starts):
        band = rows.read(y, y + plan.rows.tile)
        top, bottom = plan.rows.owned(number)
        strip = _strip(band, plan, runner, top - y, bottom - y)
        if ramp and (weights := plan.rows.weights(number, scale)) is not None:
            strip *= weights[:, None, None]
            if tail is not None:
                strip[: ramp * scale] += tail
            if bottom < plan.rows.length:
                # The last rows are not finished: the next strip adds its share to them.
                bottom -= ramp
                tail = strip[-ramp * scale :].copy()
        bottom = min(bottom, height)
        finished = strip[: (bottom - top) * scale, : width * scale]
        yield Pair(band[top - y : bottom - y, :width], finished)
        del band, strip, finished


def _strip(band: np.ndarray, plan: Plan, runner: TileRunner, top: int, bottom: int) -> np.ndarray:
    """Output rows of source rows ``top:bottom`` of the band, its tiles joined along the width."""
    scale, wide, starts = runner.card.scale, plan.columns.tile, plan.columns.starts
    if len(starts) == 1:
        return runner.run(band[None])[0, top * scale : bottom * scale]
    make = np.zeros if plan.columns.feather else np.empty
    strip = make(((bottom - top) * scale, plan.columns.length * scale, band.shape[2]), dtype=np.float32)
    for first in range(0, len(starts), runner.batch):
        group = range(first, min(first + runner.batch, len(starts)))
        outputs = runner.run(np.stack([band[:, starts[j] : starts[j] + wide] for j in group]))
        for j, output in zip(group, outputs, strict=True):
            left, right = plan.columns.owned(j)
            part = output[top * scale : bottom * scale, (left - starts[j]) * scale : (right - starts[j]) * scale]
            weights = plan.columns.weights(j, scale)
            if weights is None:
                strip[:, left * scale : right * scale] = part
            else:
                strip[:, left * scale : right * scale] += part * weights[:, None]
    return strip


def mixed(pairs: Iterator[Pair], strength: float) -> Iterator[Float[np.ndarray, "N W c"]]:
    """Yields the network's rows, mixed with the source's where the strength is below one."""
    for pair in pairs:
        rows = pair.high
        if strength != 1:
            rows -= pair.low
            rows *= np.float32(strength)
            rows += pair.low
        del pair
        yield rows
        del rows
