"""The flags of a training are the fields of its recipe's dataclasses, by tyro, beside those that say where and when.

Where a field may be one of several dataclasses (the generator), the recipe decides which, and its fields are flags.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from ganvas.api.train import train
from ganvas.core.errors import GanvasError, MissingExtra
from ganvas.io.checkpoint import read_header
from ganvas.train.distributed import launched
from ganvas.train.observers import Jsonl, Observer, Progress, TensorBoard
from ganvas.train.settings import Recipe

__all__ = ["Flags", "parse", "run"]

_REASONS = {"finished": "finished", "minutes": "the time is up", "signal": "stopped by a signal"}


@dataclass(frozen=True, kw_only=True)
class Flags:
    """Train a model. The folder of the run holds run.json, checkpoints, logs and model.safetensors.

    Attributes:
        recipe: its settings.
        run: folder of the run.
        data: folder with training pictures, searched recursively.
        pairs: folder of sources and folder of targets with the same names, instead of --data and the degradation.
        pairs_in: folder of files that hold the source in their left half and the target in their right half.
        device: auto, cpu, cuda, cuda:1.
        resume: go on from the folder's last checkpoint, exactly.
        minutes: stop, with a checkpoint, after this time.
        init_from: model, weights file or a run's last.safetensors (with its discriminator), whose networks are taken
            over where they fit.
        quiet: no progress.
    """

    recipe: Annotated[Recipe, tyro.conf.arg(name="")]
    run: Path
    data: Path | None = None
    pairs: tuple[Path, Path] | None = None
    pairs_in: Path | None = None
    device: str = "auto"
    resume: bool = False
    minutes: float | None = None
    init_from: str | None = None
    quiet: Annotated[bool, tyro.conf.arg(aliases=["-q"])] = False


def parse(recipe: Recipe, name: str, words: Sequence[str]) -> Flags:
    """Returns the flags; leaves with status 2 and a message where they make no sense, as tyro does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tyro's remarks on generic dataclasses are not for the person at the terminal
        return tyro.cli(
            Flags,
            prog=f"ganvas train {name}",
            args=list(words),
            default=Flags(recipe=recipe, run=Path("runs") / name),
            config=(tyro.conf.AvoidSubcommands, tyro.conf.FlagCreatePairsOff),
        )


def run(recipe: Recipe, name: str, words: Sequence[str]) -> int:
    """Trains and returns the exit status."""
    flags = parse(recipe, name, words)
    with ExitStack() as stack:
        outcome = train(
            flags.recipe,
            run=flags.run,
            data=flags.data,
            pairs=flags.pairs,
            pairs_in=flags.pairs_in,
            device=flags.device,
            resume=flags.resume,
            minutes=flags.minutes,
            init_from=flags.init_from,
            name=name,
            observers=_observers(flags, stack),
        )
    if not launched().writes:
        return 0
    told = f"{_REASONS[outcome.reason]} after {outcome.images_seen:,} images: {outcome.model}"
    print(f"ganvas: {told}", file=sys.stderr)
    if outcome.reason != "finished":
        print("ganvas: add --resume to go on.", file=sys.stderr)
    return 0


def _observers(flags: Flags, stack: ExitStack) -> list[Observer]:
    if not launched().writes:
        return []
    flags.run.mkdir(parents=True, exist_ok=True)
    first = _images_seen(flags.run) if flags.resume else 0
    total = flags.recipe.train.images
    found: list[Observer] = [Progress(total=total, first=first, quiet=flags.quiet), Jsonl(flags.run / "metrics.jsonl")]
    try:
        found.append(TensorBoard(flags.run / "tensorboard"))
    except MissingExtra as error:  # a training does without
        print(f"ganvas: no TensorBoard. {error}", file=sys.stderr)
    for observer in found:
        stack.callback(observer.close)
    return found


def _images_seen(folder: Path) -> int:
    try:
        return int(read_header(folder / "last.safetensors")["state"]["images_seen"])
    except (GanvasError, KeyError, TypeError):
        return 0  # the training itself says what is wrong
