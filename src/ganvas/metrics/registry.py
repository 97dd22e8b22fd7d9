"""Metrics by name: one per file of this folder, found by the file's name."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from ganvas import metrics
from ganvas.core.errors import SettingsError
from ganvas.metrics.metric import Metric

__all__ = ["find", "names"]


def names() -> list[str]:
    """Returns the names of the image metrics, sorted: the files that define ``METRIC``."""
    modules = sorted(module.name for module in iter_modules(metrics.__path__))
    return [name for name in modules if hasattr(import_module(f"{metrics.__name__}.{name}"), "METRIC")]


def find(name: str) -> Metric:
    """Returns the metric.

    Raises:
        SettingsError: there is none of that name.
    """
    if name not in names():
        raise SettingsError(f"There is no metric {name!r}: choose one of {', '.join(names())}.")
    metric: Metric = import_module(f"{metrics.__name__}.{name}").METRIC
    return metric
