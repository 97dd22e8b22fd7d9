"""Every bundled model on a picture of one megapixel: seconds, and the share of the machine's best matrix products.

    python benchmarks/bench_models.py [--models NAME ...] [--side 1000] [--rounds 3]

Times are medians in a session that has run once. The share counts the multiply-adds of the network's convolutions on
the whole picture, so halos, resampling and clipping lower it; a model that looks at a thumbnail has next to none. The
bar: no model takes more than 6 seconds on two cores that multiply bf16 in hardware.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from bench_network import matmul_peak, multiplications, named, picture

from ganvas.api import catalog
from ganvas.infer.session import Session
from ganvas.zoo.models import find, list_models

BAR_SECONDS = 6.0


def bundled() -> list[str]:
    """Returns the names of the models with weights that turn pictures into pictures by themselves.

    Those that fill holes have ``bench_inpaint.py``.
    """
    entries = [find(name) for name in list_models() if not name.startswith("classical/")]
    return [e.name for e in entries if e.path and e.card.task in tasks() and "mask" not in e.card.needs]


def tasks() -> set[str]:
    """Returns the names of the tasks that are applied to pictures."""
    return {task.name for task in catalog.tasks()}


def measured(name: str, image: np.ndarray, rounds: int, peaks: dict[str, float]) -> dict[str, Any]:
    """Returns the row of one model.

    Args:
        rounds: runs, of which the median counts.
        peaks: multiply-adds a second by precision; what is missing is measured and put in.
    """
    model = named(name)
    assert model.load is not None
    method, networks = model.load()
    card, side = model.card, image.shape[0]
    network = networks[method.exportable()[0]].eval()
    # The work of a look does not grow with the picture; that of all others does, and is counted on a small one.
    looks = card.tiling in ("field", "chroma")
    work = multiplications(network, card.channels, card.look if looks else 64) * (card.look if looks else side) ** 2
    session, source = Session(model), image[:, :, : card.channels]
    session.array(source)
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        session.array(source)
        seconds.append(time.perf_counter() - start)
    report, median = session.report, statistics.median(seconds)
    if report.precision not in peaks:
        peaks[report.precision] = matmul_peak(report.precision == "bf16")
    return {
        "model": name,
        "seconds": round(median, 3),
        "share_of_peak": round(work / median / peaks[report.precision], 3),
        "multiply_adds": work,
        "scale": card.scale,
        "backend": report.backend,
        "precision": report.precision,
        "mode": report.mode,
        "tile": list(report.tile),
    }


def main() -> int:
    """Prints the table and returns 0 where every model reaches the bar."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", help="names or paths; all bundled ones when left out")
    parser.add_argument("--side", type=int, default=1000, help="side of the square picture, px (default 1000)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of which the median counts (default 3)")
    parser.add_argument("--json", type=Path, help="file for the rows")
    choice = parser.parse_args()
    image, peaks = picture(choice.side), dict[str, float]()
    rows = []
    print("model                      seconds   of peak   G multiply-adds   tiles")
    for name in choice.models or bundled():
        row = measured(name, image, choice.rounds, peaks)
        rows.append(row)
        tiles = f"{row['mode']} {row['tile'][0]} x {row['tile'][1]}, {row['backend']} {row['precision']}"
        work = row["multiply_adds"] / 1e9
        print(f"{name:24s} {row['seconds']:9.2f} {row['share_of_peak']:9.0%} {work:17.1f}   {tiles}", flush=True)
    for precision, peak in peaks.items():
        print(f"peak in {precision}: {2 * peak / 1e9:.0f} GFLOP/s on {len(os.sched_getaffinity(0))} cores")
    if choice.json:
        choice.json.write_text(json.dumps(rows, indent=1) + "\n")
    slow = [row["model"] for row in rows if row["seconds"] > BAR_SECONDS * choice.side**2 / 1e6]
    if slow:
        print(f"above {BAR_SECONDS:.0f} s a megapixel: {', '.join(slow)}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
