"""Fits the weights by which ``restore`` judges pictures (src/ganvas/measure/weights.py).

    python scripts/fit_restore.py measure PHOTOS measured.npz --seconds 100 --seed 1
    python scripts/fit_restore.py fit measured*.npz
    python scripts/fit_restore.py check PHOTOS --count 300

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
from typing import Any

import cv2
import numpy as np
from scipy.optimize import minimize

import ganvas
from ganvas.degrade.blur import GaussianBlur
from ganvas.degrade.degradation import Image, quantise
from ganvas.degrade.haze import Haze
from ganvas.degrade.jpeg import Jpeg
from ganvas.degrade.low_light import LowLight
from ganvas.degrade.noise import GaussianNoise
from ganvas.degrade.shake import CameraShake
from ganvas.evaluate import restoration, untouched
from ganvas.evaluate.files import images
from ganvas.measure.examine import measures

DAMAGES = ("noise", "blocks", "blur", "darkness", "haze")
WEIGHTS = Path(__file__).parents[1] / "src" / "ganvas" / "measure" / "weights.py"
COUNTS = (0.3, 0.35, 0.35)  # chances of none, one and two damages: clean photos count most to a person
RIDGES = (3e-4, 1e-3, 3e-3, 1e-2)
NEARLY = 1.03  # a loss this many times the least is as good: the largest ridge has it whose wrong verdicts are mildest
SIDES = ((481, 482), (256, 481), (140, 256))  # px: of a whole photo, of a part, of a small part
SIDE_CHANCES = (0.5, 0.3, 0.2)
SPREAD_FLOOR = 1e-3
FALSE_ALARMS = 0.01  # share of pictures without a damage, hard ones all, on which it may be found
FOLDS = 5
FITTED, CHECKED = slice(0, None, 2), slice(1, None, 2)  # of the photos, sorted by name
EVEN = 0.5  # the least evidence that counts as a damage found


def damages(rng: np.random.Generator) -> dict[str, bool]:
    """Returns which damages a picture gets."""
    chosen = rng.choice(len(DAMAGES), size=rng.choice(3, p=COUNTS), replace=False)
    return {name: i in chosen for i, name in enumerate(DAMAGES)}


def mixed(photo: Image, chosen: dict[str, bool], rng: np.random.Generator) -> Image:
    """Returns the photo with the damages in the order in which they arise: air, lens, light, sensor, file."""
    image = photo
    if chosen["haze"]:
        sky = (1.0, 4.0) if rng.random() < 0.35 else (0.0, 0.0)
        image = Haze(beta=(0.8, 1.8), clean=0.0, sky=sky)(image, rng)
    if chosen["blur"]:
        shaken = CameraShake(size=(9.0, 25.0), clean=0.0)
        image = shaken(image, rng) if rng.random() < 0.6 else GaussianBlur(sigma=(1.5, 3.0))(image, rng)
    if chosen["darkness"]:
        dimmed = np.float32(2 ** (-rng.uniform(2.2, 4.0) / 2.2))  # exposure alone, or all that a camera adds to it
        image = image * dimmed if rng.random() < 0.6 else LowLight(exposure=(-4.0, -2.0), clean=0.0)(image, rng)
    if chosen["noise"]:
        image = GaussianNoise(sigma=(10.0, 50.0))(image, rng)
    if chosen["blocks"]:
        image = Jpeg(quality=(10, 40))(quantise(image), rng)
    return quantise(image)


def varied(photo: Image, rng: np.random.Generator) -> Image:
    """Returns a part of the photo as a good camera might have stored it: all of this still counts as clean.

    Any part of it, also one without shadows or without lights; mirrored, sometimes gray, developed to somebody's taste
    (``toned``), a little soft (a lens and its demosaicking), a little noisy, finely compressed.
    """
    height, width = photo.shape[:2]
    least, most = SIDES[rng.choice(len(SIDES), p=SIDE_CHANCES)]
    tall, wide = (min(side, int(rng.integers(least, most))) for side in (height, width))
    top, left = int(rng.integers(height - tall + 1)), int(rng.integers(width - wide + 1))
    part = photo[top : top + tall, left : left + wide]
    part = part[:, ::-1] if rng.random() < 0.5 else part
    if rng.random() < 0.1:
        part = part.mean(axis=2, keepdims=True)
    if rng.random() < 0.25:
        part = toned(part, rng)
    part = quantise(np.ascontiguousarray(part))
    if rng.random() < 0.2:
        part = GaussianBlur(sigma=(0.3, 0.8))(part, rng)
    if rng.random() < 0.2:
        part = GaussianNoise(sigma=(0.0, 2.5))(part, rng)
    return Jpeg(quality=(75, 98))(quantise(part), rng) if rng.random() < 0.25 else quantise(part)


def toned(photo: Image, rng: np.random.Generator) -> Image:
    """Returns the photo with less or more colour, lighter or darker middle tones, and a breath of a veil.

    These are the clean pictures that haze and darkness are most easily mistaken for.
    """
    gray = photo.mean(axis=2, keepdims=True)
    image = gray + np.float32(rng.uniform(0.4, 1.2)) * (photo - gray)
    image = np.clip(image, 0, 1) ** np.float32(2 ** rng.uniform(-0.6, 0.4))
    veil = rng.uniform(0, 0.15)
    return np.clip(image * np.float32(1 - veil) + np.float32(veil * rng.uniform(0.3, 1)), 0, 1)


def opened(path: Path) -> Image:
    """Returns the photo, made smaller where it is large: restore's measures see a picture of about this size."""
    photo = cv2.imread(str(path), cv2.IMREAD_COLOR)[:, :, ::-1].astype(np.float32) / 255
    if min(photo.shape[:2]) <= 600:
        return photo
    factor = 480 / max(photo.shape[:2])
    return cv2.resize(photo, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)


def measure(arguments: argparse.Namespace) -> None:
    cv2.setNumThreads(1)
    files = images(arguments.photos)[FITTED]
    rows, labels, photos, names = [], [], [], []
    end, index = time.monotonic() + arguments.seconds, -1
    while time.monotonic() < end:
        index += 1
        rng = np.random.default_rng((arguments.seed, index))
        number = int(rng.integers(len(files)))
        photo = opened(files[number])
        if min(photo.shape[:2]) < 200:
            continue
        chosen = damages(rng)
        found = measures(mixed(varied(photo, rng), chosen, rng))
        names = list(found)
        rows.append(list(found.values()))
        labels.append(list(chosen.values()))
        photos.append(number)
    np.savez(arguments.out, measures=np.array(rows), damages=np.array(labels), photos=np.array(photos), names=names)
    print(f"{len(rows)} pictures measured")


def regression(inputs: np.ndarray, labels: np.ndarray, ridge: float) -> np.ndarray:
    """Returns the weights of the logistic regression, and its bias last."""

    def loss(point: np.ndarray) -> tuple[float, np.ndarray]:
        weights, bias = point[:-1], point[-1]
        score = inputs @ weights + bias
        chance = 1 / (1 + np.exp(-np.clip(score, -60, 60)))
        value = np.mean(np.logaddexp(0, score) - labels * score) + ridge * weights @ weights
        slope = (chance - labels) / len(labels)
        return float(value), np.append(inputs.T @ slope + 2 * ridge * weights, slope.sum())

    start = np.zeros(inputs.shape[1] + 1)
    return minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 1000}).x


def held_out(inputs: np.ndarray, labels: np.ndarray, photos: np.ndarray, ridge: float) -> np.ndarray:
    """Returns the score of each picture by weights fitted without any picture of the same photo."""
    score = np.empty(len(inputs))
    for fold in range(FOLDS):
        held = photos % FOLDS == fold
        found = regression(inputs[~held], labels[~held], ridge)
        score[held] = inputs[held] @ found[:-1] + found[-1]
    return score


def threshold(evidence: np.ndarray, labels: np.ndarray) -> float:
    """Returns the evidence that counts as found: even odds, or more where that would raise false alarms."""
    return float(max(EVEN, min(0.9, np.quantile(evidence[labels == 0], 1 - FALSE_ALARMS))))


def settled(inputs: np.ndarray, labels: np.ndarray, photos: np.ndarray) -> tuple[float, np.ndarray]:
    """Returns the largest ridge whose loss on pictures held out is next to the least, and their evidence by it."""
    scores = {ridge: held_out(inputs, labels, photos, ridge) for ridge in RIDGES}
    losses = {ridge: np.mean(np.logaddexp(0, score) - labels * score) for ridge, score in scores.items()}
    ridge = max(ridge for ridge in RIDGES if losses[ridge] <= NEARLY * min(losses.values()))
    return ridge, 1 / (1 + np.exp(-scores[ridge]))


def fit(arguments: argparse.Namespace) -> None:
    parts = [np.load(path) for path in arguments.measured]
    values = np.concatenate([part["measures"] for part in parts])
    labels = np.concatenate([part["damages"] for part in parts]).astype(float)
    photos = np.concatenate([part["photos"] for part in parts])
    names = [str(name) for name in parts[0]["names"]]
    middle, spread = values.mean(axis=0), values.std(axis=0) + SPREAD_FLOOR
    inputs = np.clip((values - middle) / spread, -4, 4)
    found = [settled(inputs, labels[:, i], photos) for i in range(len(DAMAGES))]
    ridges, evidence = [ridge for ridge, _ in found], np.stack([evidence for _, evidence in found], axis=1)
    limits = np.array([threshold(evidence[:, i], labels[:, i]) for i in range(len(DAMAGES))])
    report(evidence >= limits, labels > 0)
    print("ridges", dict(zip(DAMAGES, ridges, strict=True)))
    weights = np.stack([regression(inputs, labels[:, i], ridge) for i, ridge in enumerate(ridges)], axis=1)
    write(names, middle, spread, weights[:-1], weights[-1], limits)


def report(found: np.ndarray, true: np.ndarray) -> None:
    """Prints how often the set is right, by number of damages, and misses and false alarms by damage."""
    right, count = (found == true).all(axis=1), true.sum(axis=1)
    print(f"{len(true)} pictures, each held out once: the right set {right.mean():.1%}")
    print("  " + ", ".join(f"{n} damages {right[count == n].mean():.1%}" for n in range(3)))
    for i, name in enumerate(DAMAGES):
        missed, false = (~found & true)[:, i].sum(), (found & ~true)[:, i].sum()
        print(f"  {name}: {true[:, i].sum()} there, {missed} missed, {false} false")


def check(arguments: argparse.Namespace) -> None:
    """Prints how ``restore`` does on mixes of the photos it was not fitted on, or on these photos as they are."""
    part = slice(None) if arguments.all else CHECKED
    told: dict[str, Any] = {}

    def restored(image: Image) -> Image:
        told["result"], course = ganvas.restore(image, explain=True)
        told["tasks"] = [finding["task"] for finding in course["findings"] if finding["found"]]
        return told["result"]

    def diagnose(image: Image) -> list[str]:
        restored(image)
        return told["tasks"]

    if arguments.clean:
        table = untouched.run(restored, arguments.photos, name="restore", part=part, limit=arguments.count)
        worst, key = [row for row in table.rows if row.values["psnr"] < untouched.EQUAL], "psnr"
    else:
        table = restoration.run(
            diagnose,
            lambda _: told["result"],  # the protocol asks for the tasks first: one run answers both questions
            arguments.photos,
            name="restore",
            count=arguments.count,
            seed=arguments.seed,
            part=part,
        )
        worst, key = [row for row in table.rows if row.values.get("gain", 1) <= 0], "gain"
    print(table.to_markdown())
    for row in sorted(worst, key=lambda row: row.values[key]):
        print(f"{row.values[key]:8.2f} dB  {row.image}")


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
    third = commands.add_parser("check")
    third.add_argument("photos", type=Path)
    third.add_argument("--count", type=int, default=300, help="mixes")
    third.add_argument("--seed", type=int, default=96)
    third.add_argument("--clean", action="store_true", help="clean photos instead of mixes")
    third.add_argument("--all", action="store_true", help="every photo of the folder, not the second half alone")
    third.set_defaults(run=check)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
