"""``ganvas info FILE``: everything known about a picture or a weights file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ganvas.cli.arguments import Parser, normalised

__all__ = ["run"]


def run(words: Sequence[str]) -> int:
    """Prints what is known and returns the exit status."""
    from ganvas.api.info import info

    parser = Parser(prog="ganvas info", description="Say everything known about a picture or a weights file.")
    parser.add_argument("file", metavar="FILE", help="a picture, a .safetensors file, or the name of a model")
    parser.add_argument("--json", action="store_true", help="as JSON")
    args = parser.parse_args(normalised(words))
    found = info(args.file)
    if args.json:
        print(json.dumps(found, indent=1))
    else:
        _print(found, indent=0)
    return 0


def _print(values: Mapping[str, Any], *, indent: int) -> None:
    for name, value in values.items():
        label = f"{' ' * indent}{name.replace('_', ' ')}"
        if isinstance(value, Mapping) and value:
            print(f"{label}:")
            _print(value, indent=indent + 2)
        elif isinstance(value, list):
            print(f"{label}: {', '.join(str(item) for item in value) or 'none'}")
        else:
            print(f"{label}: {_word(value)}")


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None or value == {} else str(value)
