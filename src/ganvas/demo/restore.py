"""Runs the cases through the public functions of ganvas and scores what comes out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

import ganvas
from ganvas.demo.cases import CASES, Attempt, Case, Pixels, degraded, truth
from ganvas.metrics.psnr import psnr
from ganvas.metrics.ssim import ssim

__all__ = ["Outcome", "Picture", "outcomes", "runnable"]

Kind = Literal["input", "classical", "ours", "truth"]
Restore = Callable[[Case, Attempt, Pixels], Pixels]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One version of a photo.

    Attributes:
        label: a few words for the page.
        kind: the damaged input, a classical tool's result, ours, or the photo itself.
        pixels: 8-bit, (h, w) or (h, w, 3).
        psnr, ssim: against the photo; infinite and one for the photo itself.
        seconds: wall-clock time of the restoration; 0 where nothing was restored.
    """

    label: str
    kind: Kind
    pixels: Pixels
    psnr: float
    ssim: float
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A case and its pictures: the input first, the photo last."""

    case: Case
    pictures: tuple[Picture, ...]


def runnable(case: Case) -> tuple[Attempt, ...]:
    """Returns the attempts of a case whose model is bundled with this version."""
    known = set(ganvas.models())
    return tuple(attempt for attempt in case.attempts if attempt.model in known)


def restore(case: Case, attempt: Attempt, pixels: Pixels) -> Pixels:
    """Returns what the model makes of the damaged photo, by the function that users call."""
    if case.task == "upscale":
        return ganvas.upscale(pixels, model=attempt.model, scale=4)
    return ganvas.denoise(pixels, model=attempt.model)


def outcomes(cases: Iterable[Case] = CASES, run: Restore = restore) -> Iterator[Outcome]:
    """Yields the outcome of each case as soon as it is there."""
    for case in cases:
        clean = truth(case)
        damaged = degraded(case, clean)
        pictures = [_scored("Input", "input", damaged, clean)]
        for attempt in runnable(case):
            start = time.perf_counter()
            result = run(case, attempt, damaged)
            seconds = time.perf_counter() - start
            pictures.append(
                _scored(attempt.label, "ours" if attempt.ours else "classical", result, clean, seconds=seconds)
            )
        pictures.append(_scored("Original", "truth", clean, clean))
        yield Outcome(case=case, pictures=tuple(pictures))


def _scored(label: str, kind: Kind, pixels: Pixels, clean: Pixels, *, seconds: float = 0.0) -> Picture:
    factor = clean.shape[0] // pixels.shape[0]
    same = np.repeat(np.repeat(pixels, factor, axis=0), factor, axis=1)
    return Picture(
        label=label, kind=kind, pixels=pixels, psnr=psnr(same, clean), ssim=ssim(same, clean), seconds=seconds
    )
