"""A whole training run in a folder: resume, clock, signals, checkpoints, observers, and the model at the end.

The folder holds ``run.json`` (the recipe, whole), ``last.safetensors`` (all state), ``model.safetensors`` (the model
to apply), ``best.safetensors`` (the model whose samples came closest to real ones), ``metrics.jsonl`` and
``tensorboard/``.
"""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from ganvas.core.batch import Batch
from ganvas.core.errors import CheckpointError, NonFiniteError, SettingsError
from ganvas.core.settings import classes_in, from_json, to_json
from ganvas.data.pairs import PairedFolders, SideBySide
from ganvas.data.streams import Prefetch
from ganvas.io import checkpoint
from ganvas.train.distributed import Shared, World, joined, launched
from ganvas.train.engine import Engine, EngineSettings, Logs
from ganvas.train.export import load_into, model_header, model_tensors
from ganvas.train.observers import Moment, Observer
from ganvas.train.samples import sample_grid
from ganvas.train.settings import Recipe
from ganvas.train.stopping import stopping
from ganvas.train.watch import Watch

__all__ = ["Outcome", "Plan", "fit", "read_run", "run_facts"]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Where and how long to run, beside the recipe.

    Attributes:
        run: folder of the run.
        data: folder with the data; None where the recipe makes its own.
        device: where to train.
        resume: go on from ``last.safetensors`` in the folder.
        minutes: stop, with a checkpoint, after this time; None for the whole recipe.
        init_from: weights file whose networks are taken over where names and shapes fit.
        recipe: name of the recipe, by which ``run.json`` can be read back.
        version: of ganvas, for the provenance.
    """

    run: Path
    data: Path | None = None
    device: str = "cpu"
    resume: bool = False
    minutes: float | None = None
    init_from: Path | None = None
    recipe: str = ""
    version: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a run ended: ``finished``, ``minutes`` or ``signal``."""

    reason: str
    step: int
    images_seen: int
    model: Path


@dataclass
class _Clock:
    """Minutes that come round again and again."""

    minutes: float
    last: float = field(default_factory=time.monotonic)

    def due(self) -> bool:
        if time.monotonic() - self.last < self.minutes * 60:
            return False
        self.last = time.monotonic()
        return True


def fit(recipe: Recipe, plan: Plan, observers: Sequence[Observer] = ()) -> Outcome:
    """Trains until the recipe's images, the minutes, or SIGINT or SIGTERM; always leaves a checkpoint and a model.

    Under torchrun all processes train together; the first of them writes, and alone tells its observers.

    Raises:
        SettingsError: the run folder is not empty and ``resume`` was not asked for.
        NonFiniteError: the run is back at its last good checkpoint.
    """
    with joined(plan.device) as world:
        return _fit(recipe, plan, observers if world.writes else (), world)


def _fit(recipe: Recipe, plan: Plan, observers: Sequence[Observer], world: World) -> Outcome:
    train = recipe.train
    stream = recipe.data.stream(plan.data, seed=train.seed)
    settings = EngineSettings(
        batch=train.batch,
        total=train.images,
        seed=train.seed,
        device=plan.device,
        bf16=train.bf16(plan.device),
        micro_batch=train.micro_batch,
        max_bad=train.max_bad,
    )
    engine: Engine[Any] = Engine(recipe.method, settings, world)
    last = plan.run / "last.safetensors"
    _open_run(recipe, plan, engine, last)
    shown = stream.batch(0, min(train.batch, 512)).to(plan.device)
    watch = Watch.of(recipe, stream, plan.run, plan.version, plan.device, resume=plan.resume) if world.writes else None
    prefetch = Prefetch(Shared(stream, world), engine.state.images_seen, _repeat(train.batch))
    try:
        with stopping() as stopped:
            reason = _loop(engine, prefetch, recipe, plan, shown, stopped, observers, watch)
    except NonFiniteError:
        _restore(engine, last)
        raise
    finally:
        prefetch.close()
    _save(engine, recipe, plan)
    return Outcome(
        reason=reason,
        step=engine.state.step,
        images_seen=engine.state.images_seen,
        model=plan.run / "model.safetensors",
    )


def _repeat(size: int) -> Iterator[int]:
    while True:
        yield size


def _open_run(recipe: Recipe, plan: Plan, engine: Engine[Any], last: Path) -> None:
    engine.world.first(lambda: _check_folder(plan, last))
    if plan.resume:
        _restore(engine, last)
        return
    taken = load_into(engine.state, plan.init_from) if plan.init_from is not None else {}
    engine.world.first(lambda: _write_facts(recipe, plan, taken))
    if engine.world.writes:
        _tell_what_is_new(plan, taken)
    _save(engine, recipe, plan)


def _check_folder(plan: Plan, last: Path) -> None:
    if plan.resume and not last.exists():
        raise CheckpointError(f"{plan.run} holds no last.safetensors to resume from: start without --resume.")
    if not plan.resume and last.exists():
        raise SettingsError(f"{plan.run} already holds a run: add --resume to go on, or choose another --run folder.")


def _tell_what_is_new(plan: Plan, taken: Mapping[str, tuple[int, int]]) -> None:
    """Warns of networks that ``init_from`` fills in part or not at all: half a transfer looks like a whole one."""
    new = [f"{name} ({count} of {of} tensors)" for name, (count, of) in taken.items() if count < of]
    if new:
        whole = ", ".join(name for name, (count, of) in taken.items() if count == of) or "none"
        warnings.warn(
            f"{plan.init_from} fills these networks in part only, the rest of them starts anew: {', '.join(new)}; "
            f"whole: {whole}. The discriminator of its run, if any, is in last.safetensors, not in model.safetensors.",
            stacklevel=2,
        )


def _write_facts(recipe: Recipe, plan: Plan, taken: Mapping[str, tuple[int, int]]) -> None:
    plan.run.mkdir(parents=True, exist_ok=True)
    facts = run_facts(recipe, plan)
    facts["taken_over"] = {name: f"{count} of {of} tensors" for name, (count, of) in taken.items()}
    (plan.run / "run.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def run_facts(recipe: Recipe, plan: Plan) -> dict[str, Any]:
    """Returns what ``run.json`` holds: enough to start the same run again."""
    return {
        "recipe": plan.recipe,
        "settings": to_json(recipe),
        "data": str(plan.data) if plan.data else None,
        "device": plan.device,
        "init_from": str(plan.init_from) if plan.init_from else None,
        "versions": {"ganvas": plan.version, "torch": torch.__version__},
        "threads": torch.get_num_threads(),
        "processes": launched().size,
    }


def read_run(path: Path, default: Callable[[str], Recipe]) -> Recipe:
    """Returns the recipe a ``run.json`` describes.

    Args:
        path: the file.
        default: gives the recipe of a name; its classes and those of pairs are the only ones the file may name.

    Raises:
        SettingsError: the file is missing, is not a run.json, or is of another version.
    """
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        base = default(str(facts["recipe"]))
        settings = facts["settings"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsError(f"{path} is not the run.json of a training: name a recipe or such a file.") from error
    recipe: Recipe = from_json(Recipe, settings, classes=[*classes_in(base), PairedFolders, SideBySide])
    return recipe


def _restore(engine: Engine[Any], last: Path) -> None:
    header = checkpoint.read_header(last)
    if header.get("kind") != "train":
        raise CheckpointError(f"{last} is not a training checkpoint: resume from the run's last.safetensors.")
    engine.state.restore(checkpoint.load_tensors(last), header["state"])
    running = {"threads": torch.get_num_threads(), "processes": engine.world.size}
    for what, now in running.items():
        before = header["state"].get(what, 1)
        if before != now:
            warnings.warn(
                f"Resuming with {now} {what} what ran with {before}: sums may differ in the last bit.", stacklevel=2
            )


def _loop(
    engine: Engine[Any],
    prefetch: Prefetch[Any],
    recipe: Recipe,
    plan: Plan,
    shown: Batch,
    stopped: list[int],
    observers: Sequence[Observer],
    watch: Watch | None,
) -> str:
    train, state = recipe.train, engine.state
    start, logs = time.monotonic(), list[Logs]()
    saving, sampling = _Clock(train.checkpoint_minutes), _Clock(train.sample_minutes)
    while state.images_seen < train.images:
        try:
            logs.append(engine.advance(prefetch))
        except NonFiniteError:  # what led there is told too
            _tell(observers, logs, engine, start)
            raise
        if len(logs) == train.log_every:
            found = watch.look(state, last=state.images_seen >= train.images) if watch else {}
            _tell(observers, logs, engine, start, found)
        late = plan.minutes is not None and time.monotonic() - start > plan.minutes * 60
        due = engine.world.writes and saving.due()
        # All processes stop and save after the same step, whoever was asked to.
        signalled, late, due = engine.world.any_of([bool(stopped), late, due])
        if due:
            _save(engine, recipe, plan)
        if sampling.due():
            _show(observers, recipe, engine, shown)
        if signalled:
            return "signal"
        if late:
            return "minutes"
    _show(observers, recipe, engine, shown)
    return "finished"


def _tell(
    observers: Sequence[Observer],
    logs: list[Logs],
    engine: Engine[Any],
    start: float,
    health: Mapping[str, float] | None = None,
) -> None:
    state = engine.state
    moment = Moment(step=state.step, images=state.images_seen, seconds=round(time.monotonic() - start, 2))
    means: dict[str, float] = {}
    for name in dict.fromkeys(name for entry in logs for name in entry):
        values = [float(entry[name]) for entry in logs if name in entry]
        means[name] = sum(values) / len(values)
    moment.update(engine.world.means(means))
    moment["skipped"] = state.skipped
    moment.update(health or {})
    logs.clear()
    for observer in observers:
        observer.scalars(moment)


def _show(observers: Sequence[Observer], recipe: Recipe, engine: Engine[Any], shown: Batch) -> None:
    if not observers:
        return
    grid = sample_grid(recipe.method, {**engine.state.nets, **engine.state.averages}, shown)
    if grid is not None:
        for observer in observers:
            observer.samples(engine.state.step, grid)


def _save(engine: Engine[Any], recipe: Recipe, plan: Plan) -> None:
    engine.world.check_same(engine.state.tensors())
    if not engine.world.writes:
        return
    header = {"kind": "train", "method": type(recipe.method).__name__, "state": engine.state.scalars()}
    checkpoint.save(plan.run / "last.safetensors", engine.state.tensors(), header)
    model = model_header(recipe, engine.state, version=plan.version)
    checkpoint.save(plan.run / "model.safetensors", model_tensors(recipe, engine.state), model)
