"""What there is, by file name: methods, recipes and tasks. Listing imports nothing; asking for one imports that one."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from ganvas.core.errors import ModelError, SettingsError
from ganvas.core.task import Task

if TYPE_CHECKING:
    from ganvas.core.method import Method

__all__ = ["method_class", "names", "recipe", "task", "tasks"]

Room = Literal["methods", "recipes", "tasks", "evaluate"]


def names(room: Room) -> list[str]:
    """Returns the names of the files of a room, in alphabetical order, without importing them."""
    package = import_module(f"ganvas.{room}")
    return sorted(info.name for info in pkgutil.iter_modules(package.__path__) if not info.name.startswith("_"))


def method_class(name: str) -> type[Method]:
    """Returns the method that stands in ``methods/<name>.py``.

    Raises:
        ModelError: there is no such file, or it holds no method.
    """
    if name not in names("methods"):
        raise ModelError(f"This ganvas has no method called {name!r}: update ganvas, or use another model.")
    from ganvas.core.method import Method

    module = import_module(f"ganvas.methods.{name}")
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Method) and value.__module__ == module.__name__
    ]
    if len(found) != 1:
        raise ModelError(f"methods/{name}.py holds {len(found)} methods: it must hold one.")
    return found[0]


def recipe(name: str) -> Any:
    """Returns the recipe of that name (dashes or underscores).

    Raises:
        SettingsError: there is no such recipe; the message names the nearest.
    """
    file = name.replace("-", "_")
    known = names("recipes")
    if file not in known:
        listed = [item.replace("_", "-") for item in known]
        near = get_close_matches(name.replace("_", "-"), listed, n=1, cutoff=0.5)
        guess = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(listed)}."
        raise SettingsError(f"There is no recipe called {name!r}: {guess}")
    make: Callable[[], Any] = import_module(f"ganvas.recipes.{file}").recipe
    return make()


def task(name: str) -> Task:
    """Returns the task of that name.

    Raises:
        SettingsError: there is no such task.
    """
    known = names("tasks")
    if name not in known:
        raise SettingsError(f"There is no task called {name!r}: choose one of {', '.join(known)}.")
    found: Task = import_module(f"ganvas.tasks.{name}").TASK
    return found


def tasks() -> list[Task]:
    """Returns all tasks."""
    return [task(name) for name in names("tasks")]
