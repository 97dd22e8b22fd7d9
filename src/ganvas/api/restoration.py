"""A chain of tasks as one job: each picture is measured, gets the steps it needs, and is written as by any command."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import ganvas
from ganvas.api import catalog
from ganvas.api.canvas import slices, whole
from ganvas.api.choose import choose_model
from ganvas.api.faces import faces_model
from ganvas.api.load import Model, load
from ganvas.api.manifest import digest_of
from ganvas.api.options import Options
from ganvas.api.scratches import ScratchFinder
from ganvas.api.steps import Bench, apply_step
from ganvas.core.errors import ModelError, SettingsError, UnsafeOutput
from ganvas.zoo.models import list_models

if TYPE_CHECKING:
    from ganvas.infer.rows import Rows
    from ganvas.io.picture import Picture
    from ganvas.io.provenance import Provenance
    from ganvas.pipelines.chain import Course
    from ganvas.pipelines.pipeline import Done, Pipeline, Step

__all__ = ["Restoration", "Told", "plan_restoration"]

_RESIZING = ("upscale",)
Told = Callable[[str, "Course"], None]  # name of a picture, and what was found and done


@dataclass(kw_only=True)
class Restoration:
    """One pipeline with its models; :meth:`begin` gives the job of one picture.

    Attributes:
        pipeline: chooses the steps.
        options: how the models are applied.
        scratches: finds them.
        models: those in use by task; the pipeline's, or the task's own, is loaded when it is first needed.
        without: tasks that are left out.
        keep_steps: writes the picture after each step beside the output.
        overwrite: such files may replace files that ganvas did not write.
        told: is told what was found in every picture, and what was done.
    """

    pipeline: Pipeline
    options: Options
    scratches: ScratchFinder
    models: dict[str, Model] = field(default_factory=dict)
    without: frozenset[str] = frozenset()
    keep_steps: bool = False
    overwrite: bool = False
    told: Told | None = None
    _picture: Picture | None = None
    _target: Path | None = None
    _stood: tuple[int, int] | None = None
    _steps: list[Step] = field(default_factory=list)
    _notes: list[str] = field(default_factory=list)
    _places: set[Path] = field(default_factory=set)
    _report: dict[str, Any] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def notes(self) -> Sequence[str]:
        """What was found and done, in sentences."""
        return tuple(self._notes)

    @property
    def report(self) -> Mapping[str, Any]:
        """What the models compute with; empty where none was needed."""
        return dict(self._report)

    def model(self, task: str) -> Model:
        """Returns the model of a task, loaded once.

        Raises:
            ModelError: there is no such model.
        """
        with self._lock:
            if task not in self.models:
                dials = next((s.dials for s in self._fixed_steps if s.task == task), {})
                named = self.pipeline.models.get(task)
                if task == "faces":  # which only a chain does: there is no command for it
                    fidelity = dials.get("fidelity", 1.0)
                    self.models[task] = faces_model(named, fidelity=fidelity, options=self.options)
                else:
                    task_of, scale = catalog.task(task), dials.get("scale")
                    self.models[task] = choose_model(task_of, named, scale=scale, options=self.options)
            return self.models[task]

    @property
    def _fixed_steps(self) -> tuple[Step, ...]:
        """The steps that do not depend on what is found in a picture."""
        return (*(self.pipeline.choose(()) if self.pipeline.fixed else ()), *self.pipeline.last)

    def digest(self) -> str:
        """Returns a digest of the pipeline, its settings and the bytes of its models."""
        names = [task for task in self.pipeline.tasks if task not in self.without]
        settings: dict[str, Any] = {
            "pipeline": [self.pipeline.name, self.pipeline.source],
            "version": ganvas.__version__,
            "models": {task: self._model_digest(task) for task in names},
            "keep_steps": self.keep_steps,
        }
        if "inpaint" in names:
            settings["scratches"] = self.scratches.digest()
        return digest_of(settings | self.options.settings())

    @property
    def companions(self) -> None:
        """Nothing goes with the pictures."""
        return None

    def known(self) -> None:
        """Returns nothing: every pixel is computed."""
        return None

    def begin(self, picture: Picture | None, target: Path | None) -> Restoration:
        """Returns the job for one picture, with the same models.

        Raises:
            SettingsError: steps are to be kept, but the output is no file that they could stand beside.
        """
        if self.keep_steps and target is None:
            raise SettingsError("Steps are kept beside an output file: name one with -o, or leave out --keep-steps.")
        return replace(self, _picture=picture, _target=target, _steps=[], _notes=[])

    def open(self) -> None:
        """Opens nothing: which models are needed depends on the picture."""

    def size(self, height: int, width: int) -> tuple[int, int]:
        """Returns height and width of the result: those of the picture, but where a step enlarges it."""
        if self._stood is not None:
            return self._stood
        for step in self._fixed_steps:
            if step.task in _RESIZING and step.task not in self.without:
                height, width = self.model(step.task).session.size(height, width, step.dials.get("scale"))
        return height, width

    def run(self, source: Rows, sink: Callable[[np.ndarray], None]) -> None:
        """Measures the picture, applies the steps it needs, and hands over the rows of the result.

        Raises:
            ImageError: a value is not finite.
            GanvasError: the model of a step is missing, or does not take the picture.
        """
        from ganvas.pipelines.chain import run

        with ExitStack() as room:
            image = whole(room, source)
            bench = Bench(
                model=self.model,
                absent=self._absent,
                room=room,
                scratches=self.scratches,
                options=self.options,
                report=self._report,
            )

            def apply(step: Step, given: np.ndarray) -> Done:
                return apply_step(step, given, bench)

            result, course = run(self.pipeline, image, apply, without=self.without, kept=self._kept)
            self._notes.extend(course.sentences)
            if self.told is not None:
                self.told(self._picture.name if self._picture is not None else "the picture", course)
            for rows in slices(result):
                # Untouched means untouched, also beyond white, where nothing is computed.
                sink(np.array(result[rows] if course.kept else source.read(rows.start, rows.stop)))

    def provenance(self) -> Provenance | None:
        """Returns the steps that were done; None where nothing was done, or nothing is to be said."""
        if not self.options.provenance or not self._steps:
            return None
        from ganvas.io.provenance import Provenance

        done = [
            {"task": s.task, "model": self.model(s.task).name, "strength": s.strength, **s.dials} for s in self._steps
        ]
        settings = {"task": "restore", "steps": done, "precision": self.options.precision}
        return Provenance(model=self.pipeline.name, version=ganvas.__version__, settings=settings)

    def _absent(self, task: str) -> bool:
        """Whether the chain, as it comes with ganvas, names a model that this ganvas comes without."""
        name = self.pipeline.models.get(task)
        own = self.pipeline.fixed and not self.pipeline.source and task not in self.models
        return own and name is not None and name not in list_models()

    def _model_digest(self, task: str) -> str:
        try:
            return self.model(task).digest()
        except ModelError:  # a picture that needs it will say so
            return "missing"

    def _kept(self, number: int, step: Step, image: np.ndarray) -> None:
        """Takes note of a step; writes the picture after it where that is wanted."""
        self._steps.append(step)
        if not self.keep_steps or self._picture is None or self._target is None:
            return
        from ganvas.api.render import writer

        floats = self._picture.info.bits == 32
        kind, ending = ("tiff", "tif") if floats else ("png", "png")
        place = self._target.with_name(f"{self._target.stem}.{number}-{step.task}.{ending}")
        if place in self._places:  # a.jpg beside a.png
            place = self._target.with_name(f"{self._target.name}.{number}-{step.task}.{ending}")
        self._places.add(place)
        if place.exists() and not self.overwrite and not _is_ours(place):
            raise UnsafeOutput(f"{place} stands there and was not written by ganvas: move it, or use --overwrite.")
        stood = replace(self, _stood=(image.shape[0], image.shape[1]))
        write = writer(stood, self._picture, place, format=kind, notes=[])
        write(np.array(image[rows]) for rows in slices(image))


def _is_ours(path: Path) -> bool:
    """Whether the file says that ganvas made it."""
    from ganvas.io.picture import open_picture
    from ganvas.io.provenance import read_provenance

    try:
        with open_picture(path) as picture:
            return read_provenance(picture.info.xmp) is not None
    except ganvas.GanvasError:
        return False


def plan_restoration(
    pipeline: str | Path = "restore",
    *,
    models: Mapping[str, str | Path | Model] | None = None,
    without: Collection[str] = (),
    also: Collection[str] = (),
    faces: bool = False,
    fidelity: float | None = None,
    keep_steps: bool = False,
    overwrite: bool = False,
    options: Options | None = None,
    told: Told | None = None,
) -> Restoration:
    """Returns the job, checked before a picture is opened.

    Args:
        pipeline: name of the chain, see ``ganvas restore --help``, or path of a YAML file that lists its steps.
        models: a name, a path or a loaded model by task, in place of the pipeline's or the task's own.
        without: names of tasks that are left out.
        also: names of tasks that the chain does only where they are asked for.
        faces: faces that are found are restored, too.
        fidelity: of that, from 1 (faithful, as when left out) to 0 (sharp, guessed); it asks for faces.

    Raises:
        ModelError: a model named does not exist, or serves another task; or there is none for faces.
        SettingsError: there is no such pipeline, or it does not use a task that is named, or a fidelity out of range.
    """
    from ganvas.pipelines.faces import with_faces
    from ganvas.pipelines.registry import find

    chosen, given = find(pipeline), dict[str, Model]()
    if faces or fidelity is not None:
        chosen = with_faces(chosen, fidelity=1.0 if fidelity is None else fidelity)
        if "faces" in without:
            raise SettingsError("Faces are asked for and left out: choose one.")
        if "faces" not in (models or {}):
            given["faces"] = faces_model(fidelity=1.0 if fidelity is None else fidelity, options=options)
        elif fidelity is not None:
            raise SettingsError("A model that is named has no fidelity: leave out one of them.")
    for task in (*without, *also, *(models or {})):
        if task not in chosen.tasks:
            raise SettingsError(f"{chosen.name} has no step {task!r}: its steps are {', '.join(chosen.tasks)}.")
    for task, model in (models or {}).items():
        given[task] = model if isinstance(model, Model) else load(model, options=options)
        if given[task].card.task != task:
            raise ModelError(f"{given[task].name} is a model for {given[task].card.task}, not for {task}.")
    options = options or Options()
    return Restoration(
        pipeline=chosen,
        options=options,
        scratches=ScratchFinder(options),
        models=given,
        without=frozenset(without) | (chosen.asked - frozenset(also)),
        keep_steps=keep_steps,
        overwrite=overwrite,
        told=told,
    )
