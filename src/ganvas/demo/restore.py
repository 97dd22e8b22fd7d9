"""Runs the cases through the public functions of ganvas and scores what comes out."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

import ganvas
from ganvas.demo.cases import CASES, Attempt, Case, Pixels, degraded, truth
from ganvas.metrics.psnr import psnr
from ganvas.metrics.ssim import ssim

__all__ = ["Outcome", "Picture", "Restorer", "outcomes", "runnable"]

Kind = Literal["input", "classical", "ours", "truth"]


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
    known = {model["name"] for model in ganvas.models()}
    return tuple(attempt for attempt in case.attempts if attempt.chain or attempt.model in known)


class Restorer:
    """The function that users call, with models that stay warm."""

    def __init__(self) -> None:
        self._models: dict[str, ganvas.Model] = {}

    def open(self, attempt: Attempt) -> None:
        """Loads the model, so that the seconds of a photo are those of its restoration."""
        if not attempt.chain and attempt.model not in self._models:
            self._models[attempt.model] = ganvas.load(attempt.model)
            _ = self._models[attempt.model].session

    def __call__(self, case: Case, attempt: Attempt, pixels: Pixels) -> Pixels:
        """Returns what the model makes of the damaged photo."""
        if attempt.chain:
            return ganvas.restore(pixels, pipeline=attempt.model)
        model = self._models[attempt.model]
        if case.task == "upscale":
            return ganvas.upscale(pixels, model=model, scale=4)
        restored: Pixels = model(pixels)  # by its own task, which for a baseline may be another
        return restored


def outcomes(cases: Iterable[Case] = CASES, run: Restorer | None = None) -> Iterator[Outcome]:
    """Yields the outcome of each case as soon as it is there."""
    run = run or Restorer()
    for case in cases:
        clean = truth(case)
        damaged = degraded(case, clean)
        pictures = [_scored("Input", "input", damaged, clean)]
        for attempt in runnable(case):
            run.open(attempt)
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
