"""Settings: frozen dataclasses to JSON and back, so that a run can be written down and made again.

A dataclass that stands where several could (a base class or a union) carries its class name under ``"$type"``; the
reader is handed the classes it may build, so a file never names code to import.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Union, get_args, get_origin

from ganvas.core.errors import SettingsError

__all__ = ["classes_in", "from_json", "to_json"]

_TYPE = "$type"


def to_json(value: Any) -> Any:
    """Returns dataclasses, tuples, paths and plain values as JSON values."""
    if is_dataclass(value) and not isinstance(value, type):
        return {_TYPE: type(value).__name__} | {f.name: to_json(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, tuple | list | frozenset | set):
        return [to_json(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise SettingsError(f"A setting of type {type(value).__name__} cannot be written down: use plain values.")


def from_json(kind: type[Any], values: Mapping[str, Any], *, classes: Sequence[type[Any]] = ()) -> Any:
    """Returns the dataclass that :func:`to_json` wrote.

    Args:
        kind: the dataclass expected, or its base class.
        values: JSON object.
        classes: further classes that may stand in ``values`` beside those named in type hints.

    Raises:
        SettingsError: a field is unknown, or names a class that is not allowed.
    """
    name = values.get(_TYPE, kind.__name__)
    target = next((c for c in (kind, *classes) if c.__name__ == name), None)
    if target is None:
        raise SettingsError(f"Settings name {name!r}, which cannot stand for {kind.__name__}: update ganvas.")
    hints = typing.get_type_hints(target)
    known = {f.name: hints[f.name] for f in fields(target)}
    given = {key: item for key, item in values.items() if key != _TYPE}
    if unknown := sorted(set(given) - set(known)):
        raise SettingsError(f"{target.__name__} has no settings {unknown}: the file is of another version of ganvas.")
    return target(**{key: _read(known[key], item, classes) for key, item in given.items()})


def classes_in(value: Any) -> list[type[Any]]:
    """Returns every dataclass that stands in the value: what its JSON may name when it is read back."""
    if not is_dataclass(value) or isinstance(value, type):
        items = value if isinstance(value, tuple | list) else ()
        return [found for item in items for found in classes_in(item)]
    below = [found for f in fields(value) for found in classes_in(getattr(value, f.name))]
    return [type(value), *below]


def _read(hint: Any, value: Any, classes: Sequence[type[Any]]) -> Any:
    if isinstance(value, Mapping) and _TYPE in value:
        options: list[type[Any]] = [o for o in _options(hint) if isinstance(o, type) and is_dataclass(o)]
        return from_json(options[0] if options else object, value, classes=(*options, *classes))
    if isinstance(value, list):
        inner = next((o for o in _options(hint) if get_origin(o) in (tuple, list, frozenset, Sequence)), tuple)
        parts = [a for a in get_args(inner) if a is not Ellipsis] or [Any]
        items = [_read(parts[min(i, len(parts) - 1)], item, classes) for i, item in enumerate(value)]
        return frozenset(items) if get_origin(inner) is frozenset else tuple(items)
    if isinstance(value, str) and Path in _options(hint):
        return Path(value)
    return value


def _options(hint: Any) -> list[Any]:
    """The alternatives of a union; an annotated type's own type."""
    if get_origin(hint) is typing.Annotated:
        return _options(get_args(hint)[0])
    if get_origin(hint) in (Union, types.UnionType):
        return [option for part in get_args(hint) for option in _options(part)]
    return [hint]
