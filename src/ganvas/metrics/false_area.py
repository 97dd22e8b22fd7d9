"""How much of a picture a mask holds by mistake; white is inside, from level 128."""

from __future__ import annotations

from ganvas.metrics.iou import INSIDE
from ganvas.metrics.metric import Image, Metric, pair

__all__ = ["METRIC", "false_area"]


def false_area(result: Image, truth: Image) -> float:
    """Returns the percentage of all pixels that the result holds and the truth does not.

    Raises:
        ImageError: the shapes differ.
    """
    first, second = (mask >= INSIDE for mask in pair(result, truth))
    return float(100 * (first & ~second).mean())


METRIC = Metric(title="false area", unit="%", better="lower", measure=false_area)
