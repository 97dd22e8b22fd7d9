"""The whole process, from the shell's prompt to the files on disk: one 1-megapixel picture, and twenty.

    python benchmarks/bench_process.py [--model upscale-x4]

Compared with ``eager_tiles.py`` on the same weights: the network in eager float32 NCHW with 400 px tiles. Both write
PNG. Times are the best of three (of one for the twenty), after one run that warms the file cache and compiles the
graph; that first run is printed too. The bars: at least 2.5 times on one picture, 5 times on twenty, and 50 dB between
the outputs.
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

import numpy as np
from PIL import Image
from skimage import data

from ganvas.metrics.psnr import psnr

SIZE = (1152, 864)  # width, height: 1.0 megapixel
BARS = {1: 2.5, 20: 5.0}


def pictures(folder: Path, count: int) -> list[Path]:
    """Writes photos of one megapixel: crops, flips and turns of scikit-image's own."""
    sources = [data.astronaut(), data.chelsea(), data.coffee(), data.rocket()]
    paths = []
    for i in range(count):
        photo = Image.fromarray(np.rot90(sources[i % 4], i // 4 % 4)).resize(SIZE, Image.Resampling.BICUBIC)
        paths.append(folder / f"photo{i:02}.png")
        photo.save(paths[-1], compress_level=1)
    return paths


def seconds(command: list[str], repeats: int) -> float:
    """Returns the best wall-clock time of the command."""
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        best = min(best, time.perf_counter() - start)
    return best


def main() -> int:
    """Prints the table and returns 0 where all bars are reached."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="upscale-x4")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    rows, failed = [], False
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        for folder in ("in", "eager"):
            (root / folder).mkdir()
        paths = pictures(root / "in", max(BARS))
        script = str(Path(__file__).with_name("eager_tiles.py"))
        for count, bar in BARS.items():
            names = [str(path) for path in paths[:count]]
            repeats = 3 if count == 1 else 1
            cold = seconds(ours(root, names, args.model, f"ours{count}-cold"), 1)
            best = min(seconds(ours(root, names, args.model, f"ours{count}-{i}"), 1) for i in range(repeats))
            eager = seconds([sys.executable, script, args.model, str(root / "eager"), *names], repeats)
            decibels = min(
                compare(root / f"ours{count}-0" / Path(n).name, root / "eager" / Path(n).name) for n in names
            )
            row = {
                "pictures": count,
                "ours_s": round(best, 3),
                "ours_first_s": round(cold, 3),
                "eager_s": round(eager, 3),
                "ratio": round(eager / best, 2),
                "bar": bar,
                "psnr_db": round(decibels, 2),
            }
            rows.append(row)
            failed |= row["ratio"] < bar or decibels < 50
            print(
                f"{count:>2} x 1 MP: ganvas {best:.2f} s (first run {cold:.2f}), eager script {eager:.2f} s: "
                f"{eager / best:.2f} x (bar {bar}); {decibels:.1f} dB between them (bar 50)",
                flush=True,
            )
    print(f"cores: {len(os.sched_getaffinity(0))}")
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1) + "\n")
    return 1 if failed else 0


def ours(root: Path, names: list[str], model: str, output: str) -> list[str]:
    """The command for these pictures into a new folder, so that nothing is skipped."""
    return [sys.executable, "-m", "ganvas", "upscale", *names, "-o", str(root / output), "-n", model, "-q"]


def compare(first: Path, second: Path) -> float:
    """Returns the PSNR between two pictures, dB."""
    return psnr(np.asarray(Image.open(first).convert("RGB")), np.asarray(Image.open(second).convert("RGB")))


if __name__ == "__main__":
    sys.exit(main())
