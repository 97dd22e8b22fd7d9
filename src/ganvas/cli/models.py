"""``ganvas models``: a table of the models, or JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ganvas.cli.arguments import Parser, normalised

__all__ = ["run"]


def run(words: Sequence[str]) -> int:
    """Lists the models and returns the exit status."""
    from ganvas.api.info import models

    parser = Parser(prog="ganvas models", description="List the models and what is known of each.")
    parser.add_argument("--json", action="store_true", help="everything, as JSON")
    args = parser.parse_args(normalised(words))
    found = models()
    if args.json:
        print(json.dumps(found, indent=1))
        return 0
    for row in _table([("name", "task", "scale", "size", "licence", "measured"), *map(_row, found)]):
        print(row)
    print()
    for model in found:
        print(f"{model['name']}: {model['title']}. Data: {model['data']}.")
    return 0


def _row(model: Mapping[str, Any]) -> tuple[str, ...]:
    size = f"{model['size_bytes'] / 1e6:.1f} MB" if model["size_bytes"] else "-"
    measured = ", ".join(f"{name} {_short(value)}" for name, value in model["metrics"].items()) or "-"
    return model["name"], model["task"], f"x{model['scale']}", size, model["licence"], measured


def _short(value: Any) -> str:
    if isinstance(value, Mapping):
        return "(" + ", ".join(f"{name} {_short(item)}" for name, item in value.items()) + ")"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
