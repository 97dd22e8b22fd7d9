"""The entry point: help, version, unknown commands, the help of every command."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

import ganvas
from ganvas.api import catalog

Main = Callable[..., tuple[int, str, str]]


def test_help_names_every_command(ganvas_main: Main) -> None:
    status, out, _ = ganvas_main("--help")
    assert status == 0
    for name in (*(task.verb for task in catalog.tasks()), "train", "evaluate", "models", "info"):
        assert f"\n  {name} " in out


def test_no_command_is_wrong_usage(ganvas_main: Main) -> None:
    assert ganvas_main()[0] == 2


def test_version(ganvas_main: Main) -> None:
    assert ganvas_main("--version") == (0, f"ganvas {ganvas.__version__}\n", "")


@pytest.mark.parametrize(("word", "near"), [("denoize", "denoise"), ("model", "models"), ("xyzzy", "--help")])
def test_an_unknown_command_gets_a_hint(word: str, near: str, ganvas_main: Main) -> None:
    status, out, err = ganvas_main(word)
    assert (status, out) == (2, "") and near in err and err.count("\n") == 1


@pytest.mark.parametrize("command", ["upscale", "denoise", "evaluate upscale", "models", "info"])
def test_the_help_of_a_command(command: str) -> None:
    words = [sys.executable, "-m", "ganvas", *command.split(), "--help"]
    told = subprocess.run(words, capture_output=True, text=True, check=True)
    assert f"usage: ganvas {command}" in told.stdout and told.stderr == ""


def test_every_flag_of_the_issue_stands_in_the_help() -> None:
    words = [sys.executable, "-m", "ganvas", "upscale", "--help"]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    flags = (
        "-i -o -n --model -s --device --precision --backend -t --tile --max-memory --max-pixels --suffix --overwrite "
        "--dry-run --json -q -v --format --quality --no-provenance --no-color-guard --input --output"
    )
    for flag in flags.split():
        assert f"{flag}," in told or f"{flag} " in told or f"{flag}\n" in told, flag


def test_a_reader_that_closes_early_is_no_traceback() -> None:
    line = f"{sys.executable} -m ganvas models --json | head -c 1 > /dev/null; exit ${{PIPESTATUS[0]}}"
    told = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert "Traceback" not in told.stderr and "Exception ignored" not in told.stderr
