"""Metrics of masks, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ganvas.core.errors import ImageError
from ganvas.metrics.false_area import false_area
from ganvas.metrics.iou import iou


def _mask(*rows: int) -> np.ndarray:
    mask = np.zeros((10, 4), np.uint8)
    mask[list(rows)] = 255
    return mask


def test_iou_counts_what_both_hold_over_what_either_holds() -> None:
    assert iou(_mask(0, 1, 2), _mask(2, 3)) == pytest.approx(1 / 4)
    assert iou(_mask(1), _mask(1)) == 1 and iou(_mask(1), _mask(2)) == 0
    assert iou(_mask(), _mask()) == 1
    assert iou(np.full((2, 2), 127), np.full((2, 2), 128)) == 0  # the level from which it counts


def test_false_area_is_what_was_found_beside_the_truth() -> None:
    assert false_area(_mask(0, 1, 2), _mask(2, 3)) == pytest.approx(20)
    assert false_area(_mask(2), _mask(2, 3)) == 0


@pytest.mark.parametrize("metric", [iou, false_area])
def test_masks_of_other_sizes_are_refused(metric: object) -> None:
    with pytest.raises(ImageError, match="same size"):
        metric(_mask(), _mask()[:5])  # type: ignore[operator]
