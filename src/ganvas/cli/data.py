"""``ganvas data check PATH``: what was understood of a set of images, before a training starts on it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from ganvas.cli.arguments import Parser, normalised
from ganvas.core.errors import SettingsError

__all__ = ["run"]

_EXAMPLES = 5


def run(words: Sequence[str]) -> int:
    """Prints what was understood and returns the exit status: 1 where an image cannot be read."""
    if not words or words[0] in ("-h", "--help"):
        print(
            "usage: ganvas data check PATH [options]\n\nSays what is in a set of images; see ganvas data check --help."
        )
        return 0 if words else 2
    if words[0] != "check":
        raise SettingsError(f"There is nothing to do with data called {words[0]!r}: use ganvas data check PATH.")
    parser = Parser(prog="ganvas data check", description="Say what is in a set of images, as training will see it.")
    parser.add_argument("path", metavar="PATH", help="folder, zip, tar, or a file of MNIST or CIFAR")
    parser.add_argument("--split", default="all", choices=("train", "val", "test", "all"), help="part of it [all]")
    parser.add_argument("--attribute", default="", metavar="NAME", help="CelebA: the label; CIFAR-100: fine or coarse")
    parser.add_argument("--at-most", type=int, metavar="N", help="look at so many images only, evenly spread")
    parser.add_argument("--json", action="store_true", help="as JSON")
    args = parser.parse_args(normalised(words[1:]))
    from ganvas.api.data import check_data

    told = None if args.json or not sys.stderr.isatty() else _progress
    found = check_data(args.path, split=args.split, attribute=args.attribute, at_most=args.at_most, progress=told)
    if told is not None:
        print("\r\033[K", end="", file=sys.stderr)
    if args.json:
        print(json.dumps(found, indent=1))
    else:
        _print(found)
    return 1 if found["unreadable"] else 0


def _progress(done: int, count: int) -> None:
    if done % 100 == 0:
        print(f"\r\033[K{done} of {count} images", end="", file=sys.stderr, flush=True)


def _print(found: Mapping[str, Any]) -> None:
    looked = "" if found["looked_at"] == found["images"] else f" ({found['looked_at']} looked at)"
    print(f"{found['path']}: {found['kind']}, {found['images']} images{looked}")
    for name in ("splits", "attributes"):
        if found.get(name):
            print(f"{name}: {', '.join(found[name])}")
    for name in ("sizes", "channels", "bits"):
        print(f"{name}: {_counts(found[name])}")
    number = f"{len(found['classes'])}: " if found["classes"] else ""
    print(f"classes: {number}{_counts(found['classes'])}")
    if found["classes"] and found["without_label"]:
        print(f"without label: {found['without_label']}")
    if found["transparent"]:
        print(f"transparent: {found['transparent']}; transparency is dropped, what lies under it is shown")
    same = found["duplicates"]
    print(f"duplicates: {same['images'] or 'none'}")
    if same["with_another_label"]:
        print(f"  with another label: {same['with_another_label']}")
    for first, second in same["examples"]:
        print(f"  {second} is {first}")
    print(f"unreadable: {len(found['unreadable']) or 'none'}")
    for sentence in found["unreadable"][:_EXAMPLES]:
        print(f"  {sentence}")
    if len(found["unreadable"]) > _EXAMPLES:
        print(f"  and {len(found['unreadable']) - _EXAMPLES} more, which --json tells")
    if found["suggested"]:
        print(f"suggested: ganvas train RECIPE {found['suggested']}")


def _counts(values: Mapping[str, int]) -> str:
    shown = [f"{name} ({count})" for name, count in list(values.items())[:20]]
    return ", ".join(shown + ([f"and {len(values) - 20} more"] if len(values) > 20 else [])) or "none"
