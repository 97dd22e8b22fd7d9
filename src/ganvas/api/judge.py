"""Measuring a model on test pictures by the protocol of its task."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Bool, Float

from ganvas.api import catalog
from ganvas.api.kernel import with_kernel
from ganvas.api.load import Model, load, networks
from ganvas.api.options import Options
from ganvas.core.errors import ModelError, SettingsError

if TYPE_CHECKING:
    from ganvas.api.generate import Generator
    from ganvas.evaluate.generation_table import GenerationTable
    from ganvas.evaluate.table import EvaluationTable

__all__ = ["Setting", "evaluate", "evaluate_generation", "protocol_settings"]

_OURS = {"name", "baselines"}  # arguments of a protocol that are filled in here


@dataclass(frozen=True)
class Setting:
    """A setting of a task's protocol: a keyword argument of ``evaluate/<task>.py``'s ``run``.

    Attributes:
        kind: ``bool``, ``int``, ``float`` or ``str``.
        default: None where it may be left out without a value.
        about: the sentence of its docstring.
    """

    name: str
    kind: type
    default: Any
    about: str


def protocol_settings(task: str) -> list[Setting]:
    """Returns the settings of the task's protocol.

    Raises:
        SettingsError: the task has no protocol.
    """
    run = _protocol(task)
    hints = typing.get_type_hints(run)
    about = _documented(inspect.getdoc(run) or "")
    return [
        Setting(name, _plain(hints[name]), parameter.default, about.get(name, ""))
        for name, parameter in inspect.signature(run).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY and name not in _OURS
    ]


def evaluate(
    task: str,
    *,
    model: str | Path | Model,
    data: str | Path,
    beside: Sequence[str | Path] = (),
    settings: Mapping[str, Any] | None = None,
    options: Options | None = None,
) -> EvaluationTable:
    """Returns the figures of the model, and of the baselines beside it, on a folder of test pictures.

    Args:
        task: one that has a protocol in ``ganvas.evaluate``.
        model: name, path, or a loaded model.
        beside: further models to print in the same table; classical ones may be of another task.
        settings: of the protocol, by name (``scale``, ``sigma``, ...); see :func:`protocol_settings`.
        options: how the models are applied.

    Raises:
        ModelError: there is no such model, or it serves another task.
        SettingsError: there is no such task or setting.
        ImageError: the folder holds no pictures, or one that cannot be read.
    """
    run = _protocol(task)
    given = dict(settings or {})
    known = {setting.name: setting for setting in protocol_settings(task)}
    if unknown := sorted(set(given) - set(known)):
        raise SettingsError(f"The protocol of {task} has no setting {', '.join(unknown)}: use {', '.join(known)}.")
    scale = given.get("scale", known["scale"].default) if "scale" in known else None
    main = model if isinstance(model, Model) else load(model, options=options)
    others = [load(name, options=options) for name in beside]
    for entrant in (main, *others):
        is_guest = entrant is not main and entrant.entry.function is not None and entrant.card.scale == main.card.scale
        # Told the blur, a denoiser deconvolves.
        deconvolves = task == "deblur" and bool(given.get("known")) and entrant.card.task == "denoise"
        if entrant.card.task != task and not (is_guest or deconvolves):
            raise ModelError(f"{entrant.name} is a model for {entrant.card.task}, not for {task}: see ganvas models.")
    extra = {other.name: _function(other, scale) for other in others}
    if extra:
        given["baselines"] = {**_classical(task, given), **extra}
    table: EvaluationTable = run(_function(main, scale), Path(data), name=main.name, **given)
    return table


def evaluate_generation(
    models: Sequence[str | Path | Model],
    *,
    data: str | Path,
    features: str | Path = "mnist-lenet",
    samples: int = 10_000,
    reference: int = 100_000,
    labels: bool = False,
    accuracy_score: bool = False,
    paths: int = 0,
    options: Options | None = None,
) -> GenerationTable:
    """Returns the figures of generators against real images, held-out real images beside them as the floor.

    Args:
        models: names, paths, or loaded models, all of images of one size.
        data: real images: a folder, an archive, or a known set.
        features: extractor: ``mnist-lenet``, ``features``, ``inception-tf``, or a weights file.
        samples: images generated, with the seeds 0 to samples - 1.
        reference: at most so many real training images are compared with.
        labels: insist that a model knows classes; those that do are asked for each in turn in any case.
        accuracy_score: train a classifier on the images of each model that knows classes, and test it on real ones.
        paths: for the perceptual path length; 0 leaves it out.
        options: how the models are applied.

    Raises:
        ModelError: there is no such model or extractor, or a model makes no images.
        CheckpointError: the weights of the extractor are missing or damaged.
        SettingsError: models of different sizes or fits, no labels where they are wanted, or too few images.
        ImageError: the data are not understood or damaged.
    """
    from ganvas.api.generate import Generator
    from ganvas.evaluate.generation import Entrant, run
    from ganvas.zoo.extractors import extractor

    made = [Generator(model, options=options) for model in models]
    names = [generator.model.name for generator in made]
    if len(set(names)) < len(names):
        raise SettingsError(f"Two models are called {max(names, key=names.count)}: rename the file of one.")
    if labels and not any(generator.labelled for generator in made):
        raise SettingsError(f"{', '.join(names)} know no classes: leave --labels out.")
    if len(fits := {_fit(generator) for generator in made}) > 1:
        raise SettingsError(f"The models were trained on images fitted by {' and '.join(sorted(fits))}: measure apart.")
    learn = None
    if accuracy_score:
        from ganvas.api.taught import taught

        learn = taught
    entrants = {}
    for generator in made:
        paint, latent = _paint(generator) if paths else (None, 0)
        entrants[generator.model.name] = Entrant(
            make=_make(generator),
            classes=generator.classes if generator.labelled else 0,
            paint=paint,
            latent=latent,
        )
    return run(
        entrants,
        Path(data),
        extractor=extractor(features),
        samples=samples,
        reference=reference,
        paths=paths,
        fit=fits.pop(),
        learn=learn,
    )


def _make(generator: Generator) -> Callable[[Sequence[int], Sequence[int]], np.ndarray]:
    return lambda seeds, labels: generator.make(seeds, labels=labels)


def _paint(generator: Generator) -> tuple[Callable[[np.ndarray], np.ndarray], int]:
    """The generator as a function of its codes, to unrounded images; and how many numbers a code has."""
    import torch

    from ganvas.core.method import Draws, Query

    method, nets = networks(generator.model.entry)

    def paint(codes: Float[np.ndarray, "n latent"]) -> Float[np.ndarray, "n h w c"]:
        index = torch.arange(len(codes))
        label = index % generator.classes if generator.classes else None
        query = Query(label=label, styles=(torch.from_numpy(codes).float(),))
        with torch.no_grad():
            images = method.apply(nets, query, Draws(0, 0, "apply", index)).images
        return images.permute(0, 2, 3, 1).numpy()

    return paint, generator.codes([0]).shape[1]


def _fit(generator: Generator) -> Any:
    """How the real images of its training were brought to their size; real images must be measured likewise."""
    provenance = generator.model.entry.header.get("provenance", {})
    return provenance.get("training_data", {}).get("fit", "crop")


def _protocol(task: str) -> Callable[..., Any]:
    catalog.task(task)
    if task not in catalog.names("evaluate"):
        raise SettingsError(f"There is no protocol for {task} yet: choose another task.")
    run: Callable[..., Any] = import_module(f"ganvas.evaluate.{task}").run
    return run


def _classical(task: str, settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """The classical models that the protocol prints where none are named; they may depend on its settings."""
    module = import_module(f"ganvas.evaluate.{task}")
    if hasattr(module, "classical_for"):
        asked = inspect.signature(module.classical_for).parameters
        return module.classical_for(**{name: value for name, value in settings.items() if name in asked})
    return getattr(module, "CLASSICAL", {})


def _function(model: Model, scale: float | None) -> Callable[..., np.ndarray]:
    def apply(
        image: Float[np.ndarray, "h w c"],
        kernel: Float[np.ndarray, "k l"] | None = None,
        mask: Bool[np.ndarray, "h w"] | None = None,
    ) -> Float[np.ndarray, "H W c"]:
        if kernel is not None:
            return with_kernel(model, kernel).session.array(image)
        with model.busy:
            if mask is not None:
                return model.masked.fill(image, mask)
            return model.session.array(image, scale=scale)

    return apply


def _plain(hint: Any) -> type:
    """The type of a setting without its ``None``."""
    options = [option for option in typing.get_args(hint) if option is not type(None)] or [hint]
    return options[0] if isinstance(options[0], type) else str


def _documented(text: str) -> dict[str, str]:
    """The ``Args:`` of a docstring by name."""
    found: dict[str, str] = {}
    name = ""
    for line in text.partition("Args:")[2].splitlines():
        if line.strip().endswith(":") and not line.startswith(" "):
            break
        head, colon, tail = line.strip().partition(": ")
        if colon and line.startswith("    ") and not line.startswith("     ") and head.isidentifier():
            name = head
            found[name] = tail
        elif name and line.strip():
            found[name] += f" {line.strip()}"
    return found
