"""Do the two images of a CoGAN's pair belong together? What the second domain should be is made from the first one's.

    ganvas train co-mnist --data mnist --run runs/co
    python benchmarks/co_pairs.py runs/co/model.safetensors

The measure of the article (Liu and Tuzel 2016, section 5): the share of pixels on which the true second image of a
generated first one and the generated second one agree, here cut at half of white; and their correlation, which empty
ground does not flatter. Beside it, the same for the second image of another pair.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from ganvas.api.generate import generate
from ganvas.data.domains import second_domain


def agreement(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """Returns the mean share of agreeing pixels, and the mean correlation, of images (n, h, w, c)."""
    shares = ((one > 127) == (other > 127)).mean((1, 2, 3))
    flat, second = (x.reshape(len(x), -1).astype(np.float64) for x in (one, other))
    flat, second = flat - flat.mean(1, keepdims=True), second - second.mean(1, keepdims=True)
    lengths = np.sqrt((flat**2).sum(1) * (second**2).sum(1))
    return float(shares.mean()), float(((flat * second).sum(1) / np.maximum(lengths, 1e-9)).mean())


def main() -> None:
    """Prints both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--second", choices=["edges", "negative"], default="edges", help="the second domain")
    parser.add_argument("--pairs", type=int, default=2_000)
    options = parser.parse_args()
    domains = [generate(options.model, seeds=range(options.pairs), labels=[label] * options.pairs) for label in (0, 1)]
    wanted, made = second_domain(domains[0].images, options.second), domains[1].images
    for name, beside in (("of one pair", made), ("of two pairs", np.roll(made, 1, axis=0))):
        share, correlation = agreement(wanted, beside)
        print(f"{name:14}{share:.1%} of the pixels agree, correlation {correlation:.3f}")


if __name__ == "__main__":
    main()
