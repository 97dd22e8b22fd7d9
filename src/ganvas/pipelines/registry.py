"""Finds pipelines by the name of their file; those of one's own by the path of theirs."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from ganvas import pipelines
from ganvas.core.errors import SettingsError
from ganvas.pipelines.listed import ENDINGS, read
from ganvas.pipelines.pipeline import Pipeline

__all__ = ["find", "names"]


def names() -> list[str]:
    """Returns the names of the pipelines, sorted: the files that define ``PIPELINE``."""
    modules = sorted(module.name for module in iter_modules(pipelines.__path__))
    found = [import_module(f"{pipelines.__name__}.{name}") for name in modules]
    return [module.PIPELINE.name for module in found if hasattr(module, "PIPELINE")]


def find(given: str | Path) -> Pipeline:
    """Returns the pipeline of that name (dashes or underscores), or of the YAML file at that path.

    Raises:
        SettingsError: there is none of that name, or the file is no list of steps.
    """
    if Path(given).suffix.lower() in ENDINGS:
        return read(Path(given).expanduser())
    name = str(given)
    asked = name.replace("_", "-")
    if asked not in names():
        raise SettingsError(f"There is no pipeline {name!r}: choose one of {', '.join(names())}, or a .yaml file.")
    pipeline: Pipeline = import_module(f"{pipelines.__name__}.{asked.replace('-', '_')}").PIPELINE
    return pipeline
