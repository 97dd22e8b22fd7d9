from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from ganvas.ops.box import box_mean


@pytest.mark.parametrize("radius", [0, 1, 3])
@pytest.mark.parametrize("size", [(9, 12), (4, 1)])
def test_it_is_average_pooling_with_stride_one(radius: int, size: tuple[int, int]) -> None:
    x = torch.randn(2, 3, *size, dtype=torch.float64)
    pooled = F.avg_pool2d(x, 2 * radius + 1, stride=1, padding=radius, count_include_pad=False)
    torch.testing.assert_close(box_mean(x, radius), pooled)
