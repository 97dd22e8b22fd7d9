"""Chains that people write themselves: a YAML file that lists the steps, each a task with its settings.

The file is read by PyYAML's safe loader as far as the tree of nodes, which keep their lines for what is said of
mistakes; nothing in it is executed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from ganvas import tasks
from ganvas.core.errors import MissingExtra, SettingsError
from ganvas.core.task import DIALS, MIXING, Task
from ganvas.pipelines.faces import TASK as FACES
from ganvas.pipelines.pipeline import TASK_OF, Pipeline, Step, fixed

if TYPE_CHECKING:
    import yaml

__all__ = ["ENDINGS", "read"]

ENDINGS = (".yaml", ".yml")
_LARGEST = 100_000  # bytes: a list of steps is short
_LARGEST_SCALE = 64.0
_NOT_HERE = ("kernel", *MIXING)  # controls that stand for another model
_DAMAGE_OF = {task: damage for damage, task in TASK_OF.items()}


def read(path: Path) -> Pipeline:
    """Returns the chain of the steps in a file; they are done in its order.

    A task with a measured damage (``denoise``, ``dejpeg``, ``deblur``, ``brighten``, ``dehaze``) and no ``strength`` is
    done as strongly as the damage shows; every other step is done in any case.

    Raises:
        SettingsError: the file cannot be read, or is no list of steps; the message names the line.
        MissingExtra: PyYAML is not installed.
    """
    try:
        import yaml
    except ImportError as error:
        raise MissingExtra("pyyaml") from error
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read(_LARGEST + 1)
    except OSError as error:
        raise SettingsError(f"Cannot read {path} ({error.strerror}): check the path of the pipeline.") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is no text: write the list of steps in UTF-8.") from error
    if len(text) > _LARGEST:
        raise SettingsError(f"{path} is too large for a list of steps: {_LARGEST:,} characters are allowed.")
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        raise SettingsError(f"{path}, line {line} is no YAML ({error.problem}): write one step a line.") from error
    except yaml.YAMLError as error:
        raise SettingsError(f"{path} is no YAML ({str(error).splitlines()[0]}): write one step a line.") from error
    if root is None or root.id != "sequence" or not root.value:
        raise SettingsError(f"{path} is no list of steps: start each with a dash, as in '- denoise'.")
    return _pipeline(path, text, list(_listed(path, root)))


@dataclass(frozen=True, kw_only=True)
class _Listed:
    """One step as it was written."""

    step: Step
    line: int
    model: str = ""
    asked: bool = False


def _pipeline(path: Path, text: str, steps: list[_Listed]) -> Pipeline:
    lines: dict[str, int] = {}
    for listed in steps:
        task = listed.step.task
        if task in lines:
            raise SettingsError(f"{path}, line {listed.line}: {task} stands in line {lines[task]} already: keep one.")
        lines[task] = listed.line
    chain = fixed(
        path.stem,
        f"The steps of {path.name}.",
        [listed.step for listed in steps],
        models={listed.step.task: listed.model for listed in steps if listed.model},
        asked=[listed.step.task for listed in steps if listed.asked],
    )
    return replace(chain, source=text)


def _listed(path: Path, root: yaml.Node) -> Iterator[_Listed]:
    """The steps of the list.

    Raises:
        SettingsError: one of them is not as it should be.
    """
    known = _tasks()
    for item in root.value:
        settings: dict[str, tuple[Any, int]] = {}
        name = item
        if item.id == "mapping" and len(item.value) == 1:
            name, inner = item.value[0]
            settings = _settings(path, name, inner)
        line = name.start_mark.line + 1
        if name.id != "scalar":
            raise SettingsError(f"{path}, line {line}: a step is one task: write '- denoise' or '- denoise: {{...}}'.")
        if name.value not in known:
            near = get_close_matches(str(name.value), known, n=1, cutoff=0.5)
            guess = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(known)}."
            raise SettingsError(f"{path}, line {line}: there is no step {name.value!r}: {guess}")
        yield _checked(path, known[name.value], line, settings)


def _settings(path: Path, name: yaml.Node, inner: yaml.Node) -> dict[str, tuple[Any, int]]:
    """The settings of a step by name, each with its line."""
    from yaml import SafeLoader, YAMLError

    if inner.id == "scalar" and inner.tag.endswith(":null"):
        return {}
    if inner.id != "mapping" or any(value.id != "scalar" for pair in inner.value for value in pair):
        line = inner.start_mark.line + 1
        raise SettingsError(f"{path}, line {line}: the settings of {name.value} are names and values: 'strength: 0.5'.")
    found = {}
    for key, value in inner.value:
        line = key.start_mark.line + 1
        try:
            found[key.value] = SafeLoader("").construct_object(value), line
        except (YAMLError, ValueError) as error:
            raise SettingsError(
                f"{path}, line {line}: {key.value} cannot be read: write a number or a word."
            ) from error
    return found


def _checked(path: Path, task: Task, line: int, settings: dict[str, tuple[Any, int]]) -> _Listed:
    """The step with its settings, each in its range."""
    listed = _Listed(step=Step(task=task.name, damage=_DAMAGE_OF.get(task.name, "")), line=line)
    numbers = [name for name in task.controls if name not in _NOT_HERE]
    for name, (value, at) in settings.items():
        if name == "model" and isinstance(value, str):
            beside = path.parent / value
            listed = replace(listed, model=str(beside) if beside.is_file() else value)
        elif name == "asked" and isinstance(value, bool):
            listed = replace(listed, asked=value)
        elif name not in ("model", "asked", *numbers):
            raise SettingsError(
                f"{path}, line {at}: {task.name} has no setting {name!r}: it takes "
                f"{', '.join([*numbers, 'model', 'asked'])}."
            )
        elif not _fits(name, value):
            raise SettingsError(f"{path}, line {at}: {name} cannot be {value!r}: use {_range(name)}.")
        elif name == "strength":
            listed = replace(listed, step=replace(listed.step, strength=float(value), damage=""))
        else:
            listed = replace(listed, step=replace(listed.step, dials={**listed.step.dials, name: float(value)}))
    return listed


def _fits(name: str, value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float) or name in ("model", "asked"):
        return False
    if name == "scale":
        return math.isfinite(value) and 0 < value <= _LARGEST_SCALE
    return DIALS[name].holds(value)


def _range(name: str) -> str:
    if name in ("model", "asked"):
        return {"model": "a name or a path", "asked": "true or false"}[name]
    return f"a number above 0, up to {_LARGEST_SCALE:g}" if name == "scale" else DIALS[name].about


def _tasks() -> dict[str, Task]:
    """The tasks that a chain may hold, by name."""
    names = sorted(module.name for module in iter_modules(tasks.__path__))
    found = {name: import_module(f"{tasks.__name__}.{name}").TASK for name in names}
    return {**found, FACES.name: FACES}
