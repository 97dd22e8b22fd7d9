"""Finds pipelines by the name of their file."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from ganvas import pipelines
from ganvas.core.errors import SettingsError
from ganvas.pipelines.pipeline import Pipeline

__all__ = ["find", "names"]


def names() -> list[str]:
    """Returns the names of the pipelines, sorted: the files that define ``PIPELINE``."""
    modules = sorted(module.name for module in iter_modules(pipelines.__path__))
    found = [import_module(f"{pipelines.__name__}.{name}") for name in modules]
    return [module.PIPELINE.name for module in found if hasattr(module, "PIPELINE")]


def find(name: str) -> Pipeline:
    """Returns the pipeline of that name (dashes or underscores).

    Raises:
        SettingsError: there is none of that name.
    """
    asked = name.replace("_", "-")
    if asked not in names():
        raise SettingsError(f"There is no pipeline {name!r}: choose one of {', '.join(names())}.")
    pipeline: Pipeline = import_module(f"{pipelines.__name__}.{asked.replace('-', '_')}").PIPELINE
    return pipeline
