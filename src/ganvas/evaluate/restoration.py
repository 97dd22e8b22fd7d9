"""Restoring whatever ails a photo: seeded mixes of degradations, the tasks found for them, and what became of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8

from ganvas.core.errors import SettingsError
from ganvas.degrade.degradation import Degradation, Image
from ganvas.degrade.haze import Haze
from ganvas.degrade.jpeg import Jpeg
from ganvas.degrade.noise import GaussianNoise
from ganvas.degrade.shake import CameraShake
from ganvas.evaluate.files import images, read_rgb
from ganvas.evaluate.protocol import INPUT, Model, Sample, compare, fidelity, to_uint8
from ganvas.evaluate.table import PSNR, SSIM, Column, EvaluationTable, Row, in_order

__all__ = ["DAMAGES", "HARM", "Mix", "mixed", "run"]

Diagnose = Callable[[Float[np.ndarray, "h w c"]], Sequence[str]]
_SEED = 7
HARM = 0.2  # dB below the input that a person may see
_COUNTS = (0.1, 0.45, 0.45)  # chances of none, one and two damages
_COLUMNS = (
    Column(key="right", metric=None, title="right tasks"),
    PSNR,
    SSIM,
    Column(key="above", metric=None, title="above the input in PSNR"),
    Column(key="harmed", metric=None, title=f"lost over {HARM:g} dB"),
    Column(key="gain", metric="psnr", title="lowest gain", of="lowest"),
)


@dataclass(frozen=True)
class _Darkness:
    """Less light: ``stops`` in linear light (gamma 2.2)."""

    stops: tuple[float, float] = (2.5, 4.0)

    def __call__(self, clean: Image, rng: np.random.Generator) -> Image:
        return (clean * np.float32(2 ** (-rng.uniform(*self.stops) / 2.2))).astype(np.float32)


# By the task that is against each, in the order in which they arise: air, lens, light, sensor, file.
DAMAGES: Mapping[str, Degradation] = {
    "dehaze": Haze(beta=(0.9, 1.8), sky=(0.0, 0.0), clean=0.0),
    "deblur": CameraShake(size=(9.0, 21.0), noise=(0.0, 0.0), clean=0.0),
    "brighten": _Darkness(),
    "denoise": GaussianNoise(sigma=(15.0, 50.0)),
    "dejpeg": Jpeg(quality=(10, 30)),
}


@dataclass(frozen=True, kw_only=True)
class Mix(Sample):
    """A sample, and the tasks that are against what was done to it."""

    tasks: frozenset[str]


def mixed(clean: UInt8[np.ndarray, "h w 3"], name: str, rng: np.random.Generator) -> Mix:
    """Returns the image with none, one or two damages of clearly visible strength."""
    chosen = set(rng.choice(list(DAMAGES), size=rng.choice(3, p=_COUNTS), replace=False).tolist())
    image = clean.astype(np.float32) / np.float32(255)
    for task, damage in DAMAGES.items():
        if task in chosen:
            image = damage(image, rng)
    title = f"{name}, against {' and '.join(task for task in DAMAGES if task in chosen) or 'nothing'}"
    return Mix(name=title, source=to_uint8(image), truth=clean, tasks=frozenset(chosen))


def run(
    diagnose: Diagnose,
    restore: Model,
    data: Path,
    *,
    name: str,
    dataset: str | None = None,
    count: int = 100,
    limit: int | None = None,
    seed: int = _SEED,
    part: slice = slice(None),
) -> EvaluationTable:
    """Returns how often the right tasks are found, and the figures of the input and of the result.

    PSNR, SSIM and gain are of the damaged images; clean ones count for the tasks alone.

    Args:
        diagnose: float32 (h, w, 3) in [0, 1] to the names of the tasks that it needs, in any order.
        restore: float32 (h, w, 3) in [0, 1] in and out.
        data: folder of clean images, used in turn.
        name: what both are called in the table.
        dataset: what the folder is called in the table; its own name when left out.
        count: mixes.
        limit: only the first mixes.
        seed: of the mixes.
        part: which of the sorted files are used.

    Raises:
        ImageError: the folder holds no images, or one cannot be decoded.
        ModelError: a result is of another shape or has values that are not finite.
        SettingsError: there are no mixes to judge, or a task is diagnosed that no damage calls for.
    """
    if count < 1:
        raise SettingsError(f"Cannot judge {count} mixes: give 1 or more.")
    rows: list[Row] = []
    for mix in _mixes(images(data)[part], min(count, limit or count), seed):
        rows += _judged(mix, diagnose, restore, name)
    return EvaluationTable(
        task="restore",
        dataset=dataset or data.name,
        protocol=(
            f"{len(rows) // 2} seeded mixes (numpy's default_rng(({seed}, index))) of none, one or two of haze, "
            "camera shake, darkness, white noise and JPEG on clean images. Right tasks: just those against the "
            "damages, in any order; none for a clean image. The other columns are of the damaged ones: PSNR and SSIM "
            "(scikit-image's: 7 px box) of RGB, result rounded to 8 bits, how many end above the input or more than "
            f"{HARM:g} dB below it, and the lowest gain over it."
        ),
        model=name,
        columns=_COLUMNS,
        rows=in_order(rows, [INPUT, name]),
    )


def _mixes(paths: Sequence[Path], count: int, seed: int) -> Iterator[Mix]:
    for index in range(count):
        path = paths[index % len(paths)]
        yield mixed(read_rgb(path)[0], f"{index:03d} {path.stem}", np.random.default_rng((seed, index)))


def _judged(mix: Mix, diagnose: Diagnose, restore: Model, name: str) -> list[Row]:
    found = list(diagnose(mix.source.astype(np.float32) / np.float32(255)))
    if unknown := sorted(set(found) - DAMAGES.keys()):
        raise SettingsError(f"{name} found {', '.join(unknown)}: choose among {', '.join(DAMAGES)}.")
    judge = (lambda result: fidelity(result, mix.truth)) if mix.tasks else (lambda _: {})
    entrants: dict[str, Model] = {INPUT: lambda image: image, name: restore}
    compared = compare(entrants, mix.source, judge, image=mix.name, shape=mix.truth.shape)
    before, after = (row for row, _ in compared)
    values = {**after.values, "right": 100.0 * (set(found) == mix.tasks)}
    if mix.tasks:
        gain = values["psnr"] - before.values["psnr"]
        values |= {"gain": gain, "above": 100.0 * (gain > 0), "harmed": 100.0 * (gain < -HARM)}
    return [before, Row(entrant=name, image=mix.name, values=values, seconds=after.seconds)]
