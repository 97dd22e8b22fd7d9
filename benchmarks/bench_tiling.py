"""What tiling costs in exactness: the same image in tiles and whole, in float32.

    python benchmarks/bench_tiling.py --model denoise [--side 1024] [--tile 256]

Prints the largest and the root-mean-square difference in 1/255. Models with a known radius are exact to the rounding of
the arithmetic; the others are blended over feathered overlaps, and this is their measured error.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np
from bench_network import named, picture

from ganvas.infer.session import ApplyOptions, Session


def main() -> None:
    """Measures and prints one line per tile size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="name or path")
    parser.add_argument("--side", type=int, default=1024, help="side of the square image, px")
    parser.add_argument("--tile", type=int, nargs="+", default=[256, 512], help="sides of the tiles, px")
    given = parser.parse_args()
    model = replace(named(given.model), drifts=False)
    noisy = picture(given.side) + np.random.default_rng(1).normal(0, 0.05, (given.side, given.side, 3))
    image = np.clip(noisy, 0, 1).astype(np.float32)

    def result(tile: int) -> tuple[np.ndarray, Session]:
        session = Session(model, ApplyOptions(backend="torch", precision="f32", tile=tile, max_memory=16 * 2**30))
        return session.array(image), session

    whole, session = result(given.side)
    assert session.report.mode == "whole", session.report
    for tile in given.tile:
        tiled, session = result(tile)
        difference = (tiled.astype(np.float64) - whole) * 255
        rms, largest = float(np.sqrt(np.square(difference).mean())), float(np.abs(difference).max())
        print(
            f"{model.name}, {given.side} px, {session.report.mode} tiles of {session.report.tile}: "
            f"RMS {rms:.2g}/255, largest {largest:.2g}/255, work {session.report.work:.2f}"
        )


if __name__ == "__main__":
    main()
