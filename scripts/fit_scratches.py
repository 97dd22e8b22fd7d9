"""Finds the weights by which ``ganvas.measure.scratches`` judges, and writes them to its table.

    python scripts/fit_scratches.py --data PHOTOS [--count 48]

Half of the photos, spread evenly over the folder, are scratched by ``degrade.damage.scratches`` with fixed seeds, the
other half stay clean. Every piece that stands out counts by its area, and as a scratch by the share of it that lies in
the true mask. The offset is then set so that ``--false`` of the clean photos' area is found.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganvas.data.sources import Folder
from ganvas.degrade.damage.scratches import Scratches
from ganvas.measure import scratch_weights
from ganvas.measure.scratch_weights import TABLE
from ganvas.measure.scratches import pieces

FILE = Path(scratch_weights.__file__)
SEED = 11


@dataclass
class Seen:
    """Pieces of one picture: what is told of them, their areas, and the share of each that is a scratch."""

    told: np.ndarray
    area: np.ndarray
    share: np.ndarray
    pixels: int
    clean: bool


def see(photo: np.ndarray, number: int, *, clean: bool) -> list[Seen]:
    """Returns the pieces of a photo in [0, 1], scratched unless ``clean``: the bright ones and the dark ones."""
    mask = np.zeros(photo.shape[:2], bool)
    if not clean:
        photo, mask = Scratches().damage(photo, np.random.default_rng([SEED, number]))
    seen = []
    for labels, told, _ in pieces(photo):
        area = np.bincount(labels.ravel(), minlength=len(told) + 1)[1:]
        hit = np.bincount(labels[mask], minlength=len(told) + 1)[1:]
        seen.append(Seen(told, area, hit / area, mask.size, clean))
    return seen


def logistic(inputs: np.ndarray, share: np.ndarray, weight: np.ndarray, *, ridge: float = 1e-3) -> np.ndarray:
    """Returns offset and weights of a logistic regression, by Newton's method."""
    inputs = np.column_stack([np.ones(len(inputs)), inputs])
    weight = weight / weight.sum()
    found = np.zeros(inputs.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-inputs @ found))
        slope = inputs.T @ (weight * (chance - share)) + ridge * found
        curve = (inputs * (weight * chance * (1 - chance))[:, None]).T @ inputs + ridge * np.eye(len(found))
        found -= np.linalg.solve(curve, slope)
    return found


def main() -> None:
    """Fits and writes the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of clean photos")
    parser.add_argument("--count", type=int, default=48, help="photos to use")
    parser.add_argument("--false", type=float, default=0.0025, help="share of the clean photos' area that may be found")
    given = parser.parse_args()
    folder = Folder(given.data)
    numbers = np.linspace(0, len(folder) - 1, given.count).astype(int)
    seen: list[Seen] = []
    for place, number in enumerate(numbers):
        seen += see(folder.read(int(number)).astype(np.float32) / 255, place, clean=place % 2 == 1)
    told = np.concatenate([one.told for one in seen])
    area, share = np.concatenate([one.area for one in seen]), np.concatenate([one.share for one in seen])
    middle, spread = told.mean(axis=0), told.std(axis=0) + 1e-6
    offset, *weights = logistic((told - middle) / spread, share, area)

    clean = [one for one in seen if one.clean]
    scores = np.concatenate([(one.told - middle) / spread @ weights for one in clean])
    falling = np.argsort(scores)[::-1]
    areas = np.concatenate([one.area for one in clean])[falling]
    allowed = given.false * sum(one.pixels for one in clean) / 2  # bright and dark are the same pixels
    first = min(int(np.searchsorted(np.cumsum(areas), allowed)), len(areas) - 1)
    offset = -float(scores[falling[first]])

    rows = zip(TABLE, middle, spread, weights, strict=True)
    lines = [f'    "{name}": ({m:.4g}, {s:.4g}, {w:.3f}),' for name, m, s, w in rows]
    head = FILE.read_text().split("BIAS = ")[0]
    comment = "# Middle and spread of each measure over the pieces it was fitted on, then its weight."
    FILE.write_text("\n".join([f"{head}BIAS = {offset:.3f}", comment, "TABLE = {", *lines, "}", ""]))
    print(f"{len(told)} pieces of {len(numbers)} photos: {FILE}")


if __name__ == "__main__":
    main()
