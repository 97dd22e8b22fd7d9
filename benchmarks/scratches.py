"""How well scratches are found: on seeded scratches over clean photos, and on the clean photos themselves.

    python benchmarks/scratches.py --data PHOTOS [--count 68]

Prints the intersection over union with the true masks, of all pixels together and as the mean of the photos, the share
of the true mask within 2 px of what was found, and the share of the clean photos' area that is found by mistake.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import cv2
import numpy as np

from ganvas.data.sources import Folder
from ganvas.degrade.damage.scratches import Scratches
from ganvas.measure.scratches import scratches


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of clean photos")
    parser.add_argument("--count", type=int, default=68, help="photos to use at most")
    parser.add_argument("--seed", type=int, default=5)
    given = parser.parse_args()
    folder = Folder(given.data)
    both = either = near = true = 0
    single, false, seconds, pixels = [], [], 0.0, 0
    for number in range(min(given.count, len(folder))):
        photo = folder.read(number).astype(np.float32) / np.float32(255)
        damaged, mask = Scratches().damage(photo, np.random.default_rng([given.seed, number]))
        start = time.process_time()
        found = scratches(damaged)
        seconds, pixels = seconds + time.process_time() - start, pixels + mask.size
        around = cv2.dilate(found.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        both, either = both + int((found & mask).sum()), either + int((found | mask).sum())
        near, true = near + int((around & mask).sum()), true + int(mask.sum())
        if mask.any():
            single.append((found & mask).sum() / (found | mask).sum())
        false.append(scratches(photo).mean())
    print(
        f"{len(false)} photos: IoU {both / either:.3f}, mean of the photos {np.mean(single):.3f}, "
        f"within 2 px {100 * near / true:.1f} %; false area {100 * np.mean(false):.3f} %, "
        f"worst photo {100 * max(false):.2f} %; {1e6 * seconds / pixels:.2f} CPU s a megapixel"
    )


if __name__ == "__main__":
    main()
