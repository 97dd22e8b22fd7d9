"""How much memory an image takes, estimated, and how much there is.

The estimate of a plan, in bytes, float32 throughout:

- the band of input rows under one row of tiles, twice (the source's rows and their padded or clipped copy);
- the strip of output rows of that band; once more where tiles are blended, where the colour guard waits for rows
  below, and where the sink gets the strip itself and may still hold it while the next one is computed;
- the rows kept for the stages behind the network (resampling, colour guard), ``_KEPT_ROWS`` output rows four times;
- the tiles of one batch: input, output, and ``bytes_per_pixel`` of working memory of the back end.

What the process holds before (interpreter, back end, weights, a decoded source) is measured and taken off the limit.
"""

from __future__ import annotations

import os
import resource
import sys

from ganvas.infer.tiling import Plan

__all__ = ["available", "estimate", "resident"]

_KEPT_ROWS = 160
_RESERVE = 96 * 2**20  # encoder, allocator slack
_DEFAULT_SHARE = 0.5
_DEFAULT_MOST = 4 * 2**30


def resident() -> int:
    """Returns the bytes of memory this process holds now (its peak where the system does not tell)."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024


def available(limit: int | None) -> int:
    """Returns the bytes that may be used beside what the process holds; may be negative.

    Args:
        limit: for the whole process; None for half of the machine's free memory, 4 GiB at most.
    """
    if limit is not None:
        return limit - resident() - _RESERVE
    return min(int(_free() * _DEFAULT_SHARE), _DEFAULT_MOST)


def _free() -> int:
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            for line in file:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2


def estimate(
    plan: Plan, *, batch: int, scale: int, channels: int, tile_channels: int, per_pixel: float, strips: int = 1
) -> int:
    """Returns the bytes that the plan takes, see above.

    Args:
        batch: tiles at once.
        scale: of the network.
        channels: of the image.
        tile_channels: of the network.
        strips: strips of output rows that are held at once.
        per_pixel: working memory of the back end per input pixel, bytes.
    """
    tall, wide = plan.tile
    width = plan.columns.length
    owned = max(high - low for low, high in (plan.rows.owned(i) for i in range(len(plan.rows.starts))))
    band = 2 * tall * width * channels * 4
    row = width * scale * channels * 4
    strip = owned * scale * row * (strips + (plan.mode == "blend"))
    kept = 4 * min(_KEPT_ROWS, plan.rows.length * scale) * row
    tiles = batch * tall * wide * (per_pixel + 4 * (channels + tile_channels) * (1 + scale**2))
    return int(band + strip + kept + tiles)
