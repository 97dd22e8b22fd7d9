"""Generators against real images: one table of all metrics, with held-out real images beside them as the floor.

Generated and real images go the same way: 8 bits, one size, one extractor. Features of real images are read part by
part, so that 100,000 of them cost no more memory than their features.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ganvas.core.errors import ModelError, SettingsError
from ganvas.data.fitted import Fit
from ganvas.evaluate.generation_table import Entry, GenerationTable, Protocol
from ganvas.evaluate.real_images import PART, Real, drawn, pixels, splits
from ganvas.metrics.generation.classes import Labels, accuracy, class_coverage, classification_accuracy_score
from ganvas.metrics.generation.density_coverage import density_coverage
from ganvas.metrics.generation.fid import fid
from ganvas.metrics.generation.inception_score import inception_score
from ganvas.metrics.generation.kid import kid
from ganvas.metrics.generation.memorisation import copying
from ganvas.metrics.generation.moments import Moments
from ganvas.metrics.generation.ms_ssim import ms_ssim_diversity
from ganvas.metrics.generation.neighbours import nearest
from ganvas.metrics.generation.ppl import ppl
from ganvas.metrics.generation.precision_recall import precision_recall
from ganvas.zoo.extractors import Extractor, Read

__all__ = ["FLOOR", "Entrant", "Fitting", "run"]

FLOOR = "real, held out"
_FEWEST = 20
_NEIGHBOURS = 10_000  # of each side in what grows with their product
_SHOWN = 1_000  # images kept for the similarity of pairs

# Images and labels to a classifier trained on them: images to classes.
Fitting = Callable[[np.ndarray, Labels], Callable[[np.ndarray], Labels]]


@dataclass(frozen=True, kw_only=True)
class Entrant:
    """A generator.

    Attributes:
        make: seeds, and the class asked for with each (nothing where it knows none), to 8-bit images (n, h, w, c).
        classes: how many it can be asked for; 0 where it knows none.
        paint: latent codes to float images in [-1, 1], unrounded, for the path length; always the same class at a place
            of the batch.
        latent: numbers of a code.
    """

    make: Callable[[Sequence[int], Sequence[int]], np.ndarray]
    classes: int = 0
    paint: Callable[[np.ndarray], np.ndarray] | None = None
    latent: int = 0


@dataclass(frozen=True, kw_only=True)
class _Set:
    """Images that are compared with the real ones.

    Attributes:
        labels: asked for, or true; -1 where there is none.
        images: some of them, or all where something is learnt from them.
    """

    name: str
    read: Read
    labels: Labels
    images: np.ndarray
    seconds: float = math.nan


@dataclass(frozen=True, kw_only=True)
class _Reference:
    """What is kept of the real images.

    Attributes:
        features: of some of them, at random.
        predicted: class of each by the extractor.
        nearest: by set, the distance of each of its samples to the nearest real one.
    """

    moments: Moments
    features: np.ndarray
    predicted: Labels
    nearest: Mapping[str, np.ndarray] = field(default_factory=dict)


def run(
    models: Mapping[str, Entrant],
    data: Path,
    *,
    extractor: Extractor,
    dataset: str | None = None,
    samples: int = 10_000,
    reference: int = 100_000,
    paths: int = 0,
    fit: Fit = "crop",
    learn: Fitting | None = None,
) -> GenerationTable:
    """Returns the figures of generators, and of held-out real images as the floor.

    Args:
        models: generators by name, all of images of one size; one that knows classes is asked for each in turn.
        data: real images; what their folder or archive may be is on the page Data.
        extractor: what reads features and classes.
        dataset: what the data are called in the table; their own name when left out.
        samples: images generated, with the seeds 0 to samples - 1.
        reference: at most so many real training images are compared with, drawn at random.
        paths: for the perceptual path length; 0 leaves it out.
        fit: how real images are brought to the size of the generated ones: as in the generator's own training.
        learn: trains a classifier, for the classification accuracy score of labelled models.

    Raises:
        SettingsError: too few samples or real images, models of different sizes, or an accuracy score without labels.
        ModelError: a model makes no images.
        ImageError: the data are not understood or damaged.
    """
    if not models or samples < _FEWEST:
        raise SettingsError(f"Give at least one generator and at least {_FEWEST} samples of each.")
    train, held, words = splits(data)
    every = learn is not None
    sets = [_generated(name, entrant, samples, extractor, every) for name, entrant in models.items()]
    if len(shapes := {made.images.shape[1:] for made in sets}) > 1:
        raise SettingsError(f"The models make images of sizes {sorted(shapes)}: measure each size in its own table.")
    height, width, channels = sets[0].images.shape[1:]
    size = _Size(shape=(height, width, channels), fit=fit, every=every)
    floor = _real(held, drawn(held, samples), size, extractor)
    chosen = drawn(train, reference)
    known = _referred(train, chosen, size, extractor, [floor, *sets])
    count = min(len(known.features), *(len(one.labels) for one in (floor, *sets)))
    scores = _scores(sets, floor, _real(train, chosen[:samples], size, extractor), learn) if learn else {}
    lengths = {name: _length(name, entrant, extractor, paths) for name, entrant in models.items()} if paths else {}
    entries = [_entry(one, known, floor, train.classes, count, (scores, lengths)) for one in (floor, *sets)]
    protocol = Protocol(
        extractor=extractor.name,
        extractor_digest=extractor.digest[:8],
        resize=extractor.resize,
        samples=samples,
        seeds=f"0-{samples - 1}",
        labels="every class in turn" if any(entrant.classes for entrant in models.values()) else "none",
        reference=words[0],
        reference_samples=len(chosen),
        held_out=words[1],
        held_out_samples=len(floor.labels),
        neighbours=count,
        paths=paths,
        width=width,
        height=height,
        channels=channels,
        fit=fit,
    )
    return GenerationTable(dataset=dataset or data.name, protocol=protocol, entries=entries)


@dataclass(frozen=True, kw_only=True)
class _Size:
    """How images are brought and kept: (height, width, channels), the fit, and whether all of them are kept."""

    shape: tuple[int, int, int]
    fit: Fit
    every: bool


def _generated(name: str, entrant: Entrant, samples: int, extractor: Extractor, every: bool) -> _Set:
    labels = np.arange(samples) % entrant.classes if entrant.classes else np.full(samples, -1)
    reads, images, seconds = [], [], 0.0
    for start in range(0, samples, PART):
        seeds = range(start, min(start + PART, samples))
        asked = labels[start : start + PART].tolist() if entrant.classes else []
        begun = time.perf_counter()
        made = entrant.make(list(seeds), asked)
        seconds += time.perf_counter() - begun
        if made.ndim != 4:
            raise ModelError(f"{name} makes arrays of shape {made.shape[1:]}, not images: measure it by its own task.")
        reads.append(extractor.read(made))
        if every or start < _SHOWN:
            images.append(made)
    return _Set(name=name, read=_joined(reads), labels=labels, images=np.concatenate(images), seconds=seconds)


def _real(part: Real, numbers: np.ndarray, size: _Size, extractor: Extractor) -> _Set:
    reads, images = [], []
    for start, block in pixels(part, numbers, size.shape, size.fit):
        reads.append(extractor.read(block))
        if size.every or start < _SHOWN:
            images.append(block)
    return _Set(name=FLOOR, read=_joined(reads), labels=part.labels(numbers), images=np.concatenate(images))


def _referred(part: Real, numbers: np.ndarray, size: _Size, extractor: Extractor, sets: Sequence[_Set]) -> _Reference:
    """Reads the real images part by part."""
    moments: Moments | None = None
    centre = sets[0].read.features.mean(axis=0)  # moved there, distances lose no digits
    closest = {one.name: np.full(len(one.labels), np.inf) for one in sets}
    kept, predicted = [], []
    for start, block in pixels(part, numbers, size.shape, size.fit):
        read = extractor.read(block)
        found = Moments.of(read.features)
        moments = found if moments is None else moments.joined(found)
        predicted.append(read.probabilities.argmax(axis=1))
        if start < _NEIGHBOURS:
            kept.append(read.features)
        for one in sets:
            near = nearest(one.read.features - centre, read.features - centre)
            closest[one.name] = np.minimum(closest[one.name], near)
    assert moments is not None
    features = np.concatenate(kept)[:_NEIGHBOURS]
    return _Reference(moments=moments, features=features, predicted=np.concatenate(predicted), nearest=closest)


def _scores(sets: Sequence[_Set], floor: _Set, train: _Set, learn: Fitting) -> dict[str, float]:
    """Classification accuracy scores by name; that of the floor is the score of as many real training images."""
    labelled = {one.name: one for one in sets if (one.labels >= 0).all()}
    if (floor.labels < 0).any() or (train.labels < 0).any() or not labelled:
        raise SettingsError("The accuracy score needs real images with labels and a generator that knows classes.")
    return {
        name: classification_accuracy_score(learn, one.images, one.labels, floor.images, floor.labels)
        for name, one in {FLOOR: train, **labelled}.items()
    }


def _length(name: str, entrant: Entrant, extractor: Extractor, paths: int) -> float:
    if entrant.paint is None:
        raise SettingsError(f"{name} takes no latent codes: leave --paths out.")
    return ppl(entrant.paint, extractor.distance, latent=entrant.latent, samples=paths)


def _joined(reads: Sequence[Read]) -> Read:
    return Read(
        features=np.concatenate([read.features for read in reads]),
        probabilities=np.concatenate([read.probabilities for read in reads]),
    )


def _entry(
    one: _Set,
    known: _Reference,
    floor: _Set,
    classes: Sequence[str],
    count: int,
    more: tuple[Mapping[str, float], Mapping[str, float]],
) -> Entry:
    """All figures of one set of images.

    Args:
        count: samples of each side where figures depend on it: the same for every entrant.
        more: accuracy scores and path lengths by name, where they were measured.
    """
    features, probabilities = one.read.features, one.read.probabilities
    some, real = features[:count], known.features[:count]
    distance = fid(known.moments, features)
    kernel, score = kid(real, some), inception_score(probabilities)
    balls, dense = precision_recall(real, some), density_coverage(real, some)
    values: dict[str, float] = {
        "fid": distance,
        "kid": kernel,
        "kid_std": math.nan if kernel.spread is None else kernel.spread,
        "is": score,
        "is_std": math.nan if score.spread is None else score.spread,
        "precision": balls.precision,
        "recall": balls.recall,
        "density": dense.density,
        "coverage": dense.coverage,
    }
    notes = [distance.note] if distance.note else []
    # Classes mean something where the extractor's are those of the data.
    if len(classes) == probabilities.shape[1]:
        predicted = probabilities.argmax(axis=1)
        covered = class_coverage(predicted, classes=probabilities.shape[1], wanted=known.predicted)
        values |= {"classes": covered.classes, "class_kl": covered.kl}
        if (one.labels >= 0).any():
            values["accuracy"] = accuracy(predicted, one.labels)
    if one.name != FLOOR:
        copies = copying(known.nearest[one.name], known.nearest[floor.name])
        values |= {"nearest": copies.ratio, "copies": copies.copies}
    if min(one.images.shape[1:3]) >= 11:
        alike = ms_ssim_diversity(one.images[:_SHOWN])
        values["ms_ssim"] = alike
        notes += [alike.note] if alike.note else []
    values |= {key: found[one.name] for key, found in zip(("cas", "ppl"), more, strict=True) if one.name in found}
    if not math.isnan(one.seconds):
        values["s_per_1000"] = one.seconds * 1000 / len(one.labels)
    return Entry(entrant=one.name, values=values, notes=notes)
