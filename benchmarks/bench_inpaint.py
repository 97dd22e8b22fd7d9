"""``ganvas inpaint`` as a whole process on one megapixel of which 5 % are missing, in one hole, in strokes, in specks.

    python benchmarks/bench_inpaint.py [--models inpaint classical/patchmatch] [--rounds 3]

Wall-clock seconds are the least of some runs and hold only where nothing else runs; beside them stand the CPU seconds
of that run, of all its threads. The bars, in wall-clock seconds on two cores that multiply bf16 in hardware: 4 for a
network, 20 for PatchMatch.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from bench_process import SIZE, pictures

SHARE = 0.05  # missing
BARS = {"network": 4.0, "classical": 20.0}  # s


def holes() -> dict[str, np.ndarray]:
    """Returns masks of the size of the picture, 255 where it is missing, by name."""
    width, height = SIZE
    rng, blank = np.random.default_rng(0), np.zeros((height, width), np.uint8)
    radius = round((SHARE * width * height / np.pi) ** 0.5)
    disc = cv2.circle(blank.copy(), (width // 2, height // 2), radius, 255, -1)
    strokes = blank.copy()
    while strokes.mean() < 255 * SHARE:
        here = rng.integers(0, (width, height))
        for _ in range(6):
            there = here + rng.integers(-120, 121, 2)
            cv2.line(strokes, here.tolist(), there.tolist(), 255, int(rng.integers(4, 14)))
            here = there
    specks = cv2.dilate((rng.random((height, width)) < SHARE / 4).astype(np.uint8) * 255, np.ones((2, 2), np.uint8))
    return {"one hole": disc, "strokes": strokes, "specks": specks}


def timed(command: list[str]) -> tuple[float, float]:
    """Returns wall-clock and CPU seconds of the command."""
    before, start = os.times(), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    wall, after = time.perf_counter() - start, os.times()
    return wall, after.children_user + after.children_system - before.children_user - before.children_system


def main() -> int:
    """Prints the table and returns 0 where all bars are reached."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", default=["inpaint", "classical/patchmatch"])
    parser.add_argument("--rounds", type=int, default=3, help="runs of which the fastest counts (default 3)")
    parser.add_argument("--json", type=Path, help="file for the rows")
    choice = parser.parse_args()
    rows, failed = [], False
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        (photo,) = pictures(root, 1)
        for kind, mask in holes().items():
            place = root / f"{kind}.png"
            cv2.imwrite(str(place), mask)
            for model in choice.models:
                command = [sys.executable, "-m", "ganvas", "inpaint", str(photo), "--mask", str(place), "-m", model]
                command += ["-o", str(root / "filled.png"), "-q"]
                wall, cpu = min(timed(command) for _ in range(choice.rounds))
                bar = BARS["classical" if model.startswith("classical/") else "network"]
                failed |= wall > bar
                rows.append({"model": model, "holes": kind, "seconds": round(wall, 2), "cpu_seconds": round(cpu, 2)})
                print(f"{model:24s} {kind:9s} {wall:6.2f} s (bar {bar:.0f}), {cpu:6.2f} s of CPU", flush=True)
    print(f"cores: {len(os.sched_getaffinity(0))}")
    if choice.json:
        choice.json.write_text(json.dumps(rows, indent=1) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
