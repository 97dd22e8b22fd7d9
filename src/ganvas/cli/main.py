"""The entry point: looks at the first word and imports that command alone, so that ``--help`` is instant."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module

from ganvas.core.errors import SettingsError

__all__ = ["main"]

_COMMANDS = {
    "restore": "Measure what ails photos and do what they need.",
    "generate": "Make pictures by a trained generator, by seed.",
    "interpolate": "Show the way from one made picture to the next.",
    "data": "Say what is in a set of images before training on it.",
    "train": "Train a model by a recipe.",
    "diagnose": "Say what ails a training run, and what to try.",
    "evaluate": "Measure a model on test pictures.",
    "models": "List the models and what is known of each.",
    "info": "Say everything known about a picture or a weights file.",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line and returns the exit status: 0 done, 1 something failed, 2 wrong usage, 130 interrupted."""
    words = list(sys.argv[1:] if argv is None else argv)
    # Two words for details also where they stand apart (-v -v).
    details = sum(word.count("v") for word in words if word.startswith("-v") and set(word[1:]) == {"v"}) >= 2
    try:
        return _dispatch(words)
    except KeyboardInterrupt:
        _say("interrupted: run the same command again to go on.")
        return 130
    except BrokenPipeError:
        _say("whoever read the output has closed it.")
        return 1
    except Exception as error:
        if details:
            raise
        from ganvas.api.outcome import reason_of

        _say(reason_of(error))
        return 2 if isinstance(error, SettingsError) else 1
    finally:
        _flush()


def _dispatch(words: Sequence[str]) -> int:
    from ganvas.api import catalog

    if not words or words[0] in ("-h", "--help", "help"):
        print(_help())
        return 0 if words else 2
    if words[0] in ("-V", "--version"):
        import ganvas

        print(f"ganvas {ganvas.__version__}")
        return 0
    verb, rest = words[0], words[1:]
    if verb in _COMMANDS:
        return int(import_module(f"ganvas.cli.{verb}").run(rest))
    found = next((task for task in catalog.tasks() if task.verb == verb), None)
    if found is not None and "mask" in found.needs:
        return int(import_module(f"ganvas.cli.{verb}").run(rest))  # it needs more than the flags that all tasks share
    if found is not None:
        from ganvas.cli import apply

        return apply.run(found, rest)
    known = [*_COMMANDS, *(task.verb for task in catalog.tasks())]
    near = get_close_matches(verb, known, n=1, cutoff=0.5)
    raise SettingsError(
        f"There is no command {verb!r}: " + (f"did you mean {near[0]}?" if near else "see ganvas --help.")
    )


def _help() -> str:
    from ganvas.api import catalog

    lines = ["usage: ganvas COMMAND ...", "", "Better photos from bad ones, and the models for it.", "", "commands:"]
    lines += [f"  {task.verb:<12}{task.summary}" for task in reversed(catalog.tasks())]
    lines += [f"  {name:<12}{summary}" for name, summary in _COMMANDS.items()]
    lines += [
        "",
        "  ganvas upscale photos -o bigger            a folder, four times as large",
        "  ganvas upscale a.jpg -o b.jpg -s 2         one picture, twice as large",
        "  ganvas denoise noisy.png -o clean.png",
        "",
        "ganvas COMMAND --help tells its options; ganvas --version tells the version.",
    ]
    return "\n".join(lines)


def _say(sentence: str) -> None:
    print(f"ganvas: {sentence}", file=sys.stderr)


def _flush() -> None:
    """Writes out what is buffered; a reader that has gone must not make Python complain at exit."""
    try:
        sys.stdout.flush()
    except (BrokenPipeError, ValueError):
        import os

        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
