"""Fits the weights by which ``restore`` judges pictures (src/ganvas/measure/weights.py).

    python scripts/fit_restore.py measure PHOTOS measured.npz --seconds 100 --seed 1
    python scripts/fit_restore.py fit measured*.npz

``measure`` draws photos from a folder, damages each by none, one or two of the five damages (``mixed``) and measures
them; several runs with seeds of their own add up. ``fit`` finds one logistic regression per damage (a ridge on the
weights, L-BFGS) on all of them and writes the weights. Thresholds, and how often the right set is found, which it
prints, come from pictures held out: each fifth is judged by what the other four gave. PHOTOS must not hold a picture
that ``restore`` is judged on.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from scipy.optimize import minimize

from ganvas.degrade.blur import GaussianBlur
from ganvas.degrade.degradation import Image, quantise
from ganvas.degrade.haze import Haze
from ganvas.degrade.jpeg import Jpeg
from ganvas.degrade.low_light import LowLight
from ganvas.degrade.noise import GaussianNoise
from ganvas.degrade.shake import CameraShake
from ganvas.measure.examine import measures

DAMAGES = ("noise", "blocks", "blur", "darkness", "haze")
WEIGHTS = Path(__file__).parents[1] / "src" / "ganvas" / "measure" / "weights.py"
COUNTS = (0.3, 0.35, 0.35)  # chances of none, one and two damages: clean photos count most to a person
RIDGE = 3e-4
SPREAD_FLOOR = 1e-3
FALSE_ALARMS = 0.004  # share of pictures without a damage on which it may be found: a wrong step costs most
FOLDS = 5
EVEN = 0.5  # the least evidence that counts as a damage found


def damages(rng: np.random.Generator) -> dict[str, bool]:
    """Returns which damages a picture gets."""
    chosen = rng.choice(len(DAMAGES), size=rng.choice(3, p=COUNTS), replace=False)
    return {name: i in chosen for i, name in enumerate(DAMAGES)}


def mixed(photo: Image, chosen: dict[str, bool], rng: np.random.Generator) -> Image:
    """Returns the photo with the damages in the order in which they arise: air, lens, light, sensor, file."""
    image = photo
    if chosen["haze"]:
        image = Haze(beta=(0.8, 1.8), clean=0.0)(image, rng)
    if chosen["blur"]:
        shaken = CameraShake(size=(9.0, 25.0), clean=0.0)
        image = shaken(image, rng) if rng.random() < 0.5 else GaussianBlur(sigma=(1.5, 3.0))(image, rng)
    if chosen["darkness"]:
        dimmed = np.float32(2 ** (-rng.uniform(2.0, 4.0) / 2.2))  # exposure alone, or all that a camera adds to it
        image = image * dimmed if rng.random() < 0.5 else LowLight(exposure=(-4.0, -2.0), clean=0.0)(image, rng)
    if chosen["noise"]:
        image = GaussianNoise(sigma=(10.0, 50.0))(image, rng)
    if chosen["blocks"]:
        image = Jpeg(quality=(10, 40))(quantise(image), rng)
    return quantise(image)


def varied(photo: Image, rng: np.random.Generator) -> Image:
    """Returns a part of the photo as a good camera might have stored it: all of this still counts as clean.

    Mirrored, sometimes gray, a little soft (a lens and its demosaicking), a little noisy, finely compressed.
    """
    height, width = photo.shape[:2]
    tall, wide = (min(side, int(rng.integers(256, 512))) for side in (height, width))
    if rng.random() < 0.5:
        tall, wide = min(height, 481), min(width, 481)
    top, left = int(rng.integers(height - tall + 1)), int(rng.integers(width - wide + 1))
    part = photo[top : top + tall, left : left + wide]
    part = part[:, ::-1] if rng.random() < 0.5 else part
    if rng.random() < 0.1:
        part = part.mean(axis=2, keepdims=True)
    part = quantise(np.ascontiguousarray(part))
    if rng.random() < 0.2:
        part = GaussianBlur(sigma=(0.3, 0.8))(part, rng)
    if rng.random() < 0.2:
        part = GaussianNoise(sigma=(0.0, 2.5))(part, rng)
    return Jpeg(quality=(75, 98))(quantise(part), rng) if rng.random() < 0.25 else quantise(part)


def measure(arguments: argparse.Namespace) -> None:
    cv2.setNumThreads(1)
    files = sorted(path for path in arguments.photos.rglob("*") if path.suffix in (".jpg", ".png"))
    rng = np.random.default_rng(arguments.seed)
    rows, labels, names = [], [], []
    end = time.monotonic() + arguments.seconds
    while time.monotonic() < end:
        photo = cv2.imread(str(files[rng.integers(len(files))]), cv2.IMREAD_COLOR)[:, :, ::-1].astype(np.float32) / 255
        if min(photo.shape[:2]) < 200:
            continue
        chosen = damages(rng)
        found = measures(mixed(varied(photo, rng), chosen, rng))
        names = list(found)
        rows.append(list(found.values()))
        labels.append(list(chosen.values()))
    np.savez(arguments.out, measures=np.array(rows), damages=np.array(labels), names=names)
    print(f"{len(rows)} pictures measured")


def regression(inputs: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, float]:
    """Returns weights and bias of the logistic regression."""

    def loss(point: np.ndarray) -> tuple[float, np.ndarray]:
        weights, bias = point[:-1], point[-1]
        score = inputs @ weights + bias
        chance = 1 / (1 + np.exp(-np.clip(score, -60, 60)))
        value = np.mean(np.logaddexp(0, score) - labels * score) + RIDGE * weights @ weights
        slope = (chance - labels) / len(labels)
        return float(value), np.append(inputs.T @ slope + 2 * RIDGE * weights, slope.sum())

    found = minimize(loss, np.zeros(inputs.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 3000})
    return found.x[:-1], float(found.x[-1])


def threshold(evidence: np.ndarray, labels: np.ndarray) -> float:
    """Returns the evidence that counts as found: even odds, or more where that would raise false alarms."""
    return float(max(EVEN, min(0.9, np.quantile(evidence[labels == 0], 1 - FALSE_ALARMS))))


def solved(inputs: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns weights (measures x damages) and biases."""
    found = [regression(inputs, labels[:, i]) for i in range(len(DAMAGES))]
    return np.stack([weights for weights, _ in found], axis=1), np.array([bias for _, bias in found])


def fit(arguments: argparse.Namespace) -> None:
    parts = [np.load(path) for path in arguments.measured]
    values = np.concatenate([part["measures"] for part in parts])
    labels = np.concatenate([part["damages"] for part in parts]).astype(float)
    names = [str(name) for name in parts[0]["names"]]
    middle, spread = values.mean(axis=0), values.std(axis=0) + SPREAD_FLOOR
    inputs = np.clip((values - middle) / spread, -4, 4)
    evidence = np.empty_like(labels)
    for fold in range(FOLDS):
        held = np.arange(len(values)) % FOLDS == fold
        weights, biases = solved(inputs[~held], labels[~held])
        evidence[held] = 1 / (1 + np.exp(-(inputs[held] @ weights + biases)))
    limits = np.array([threshold(evidence[:, i], labels[:, i]) for i in range(len(DAMAGES))])
    report(evidence >= limits, labels > 0)
    write(names, middle, spread, *solved(inputs, labels), limits)


def report(found: np.ndarray, true: np.ndarray) -> None:
    """Prints how often the set is right, by number of damages, and misses and false alarms by damage."""
    right, count = (found == true).all(axis=1), true.sum(axis=1)
    print(f"{len(true)} pictures, each held out once: the right set {right.mean():.1%}")
    print("  " + ", ".join(f"{n} damages {right[count == n].mean():.1%}" for n in range(3)))
    for i, name in enumerate(DAMAGES):
        missed, false = (~found & true)[:, i].sum(), (found & ~true)[:, i].sum()
        print(f"  {name}: {true[:, i].sum()} there, {missed} missed, {false} false")


def write(names: Sequence[str], middle, spread, weights, biases, limits) -> None:
    """Writes the module."""
    lines = [
        '"""How much each measure counts for each damage: found by ``scripts/fit_restore.py``, not to be edited."""',
        "",
        "from __future__ import annotations",
        "",
        '__all__ = ["BIASES", "DAMAGES", "TABLE", "THRESHOLDS"]',
        "",
        f"DAMAGES = ({', '.join(repr(name) for name in DAMAGES)})".replace("'", '"'),
        f"BIASES = ({', '.join(f'{value:.3f}' for value in biases)})",
        "# The evidence, 0 to 1, from which a damage counts as found.",
        f"THRESHOLDS = ({', '.join(f'{value:.2f}' for value in limits)})",
        "# Middle and spread of each measure over the pictures it was fitted on, then its weight for each damage.",
        "TABLE = {",
    ]
    for i, name in enumerate(names):
        numbers = [f"{middle[i]:.4g}", f"{spread[i]:.4g}", *(f"{value:.3f}" for value in weights[i])]
        lines.append(f'    "{name}": ({", ".join(numbers)}),')
    WEIGHTS.write_text("\n".join([*lines, "}", ""]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    first = commands.add_parser("measure")
    first.add_argument("photos", type=Path)
    first.add_argument("out", type=Path)
    first.add_argument("--seconds", type=float, default=100)
    first.add_argument("--seed", type=int, default=0)
    first.set_defaults(run=measure)
    second = commands.add_parser("fit")
    second.add_argument("measured", type=Path, nargs="+")
    second.set_defaults(run=fit)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
