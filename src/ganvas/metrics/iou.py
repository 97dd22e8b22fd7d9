"""Intersection over union of two masks (Jaccard 1912); white is inside, from level 128."""

from __future__ import annotations

from ganvas.metrics.metric import Image, Metric, pair

__all__ = ["INSIDE", "METRIC", "iou"]

INSIDE = 128  # of 255: the level from which a pixel belongs to a mask


def iou(result: Image, truth: Image) -> float:
    """Returns the share that both have in common of what either holds; 1 where both are empty.

    Raises:
        ImageError: the shapes differ.
    """
    first, second = (mask >= INSIDE for mask in pair(result, truth))
    either = (first | second).sum()
    return float((first & second).sum() / either) if either else 1.0


METRIC = Metric(title="IoU", measure=iou)
