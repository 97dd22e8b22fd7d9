"""The README and the pages say nothing that is not there: files, make targets, commands, flags, models, recipes."""

from __future__ import annotations

import re
import shlex
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import pytest

from ganvas.api import catalog
from ganvas.cli.apply import _parser
from ganvas.cli.main import _COMMANDS
from ganvas.zoo.models import list_models

PAGES = sorted(
    path.relative_to(Path(__file__).parents[2])
    for folder in (".", "docs")
    for path in (Path(__file__).parents[2] / folder).glob("**/*.md" if folder == "docs" else "*.md")
)
EACH_PAGE = pytest.mark.parametrize("page", PAGES, ids=str)
TASKS = {task.verb for task in catalog.tasks()}
VERBS = {*TASKS, *_COMMANDS, "--help", "--version", "COMMAND"}


def _commands(text: str) -> list[list[str]]:
    """The ganvas commands of a page's code, without comments and pipes."""
    found = []
    blocks = "\n".join(re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S))
    inline = re.findall(r"`(ganvas [^`]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))
    for line in re.findall(r"^(?:\.venv/bin/)?(ganvas .*)$", blocks, re.M) + inline:
        words = shlex.split(line.split("  #")[0].split("#")[0])
        found.append([word for word in words if word not in "<>|"])
    return found


@EACH_PAGE
def test_links_lead_somewhere(root: Path, page: Path) -> None:
    text = re.sub(r"`[^`\n]+`", "", (root / page).read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if not target.startswith("http"):
            assert (root / page.parent / target).exists(), f"{page} links {target}"


@EACH_PAGE
def test_make_targets_exist(root: Path, page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (root / "Makefile").read_text(encoding="utf-8"), re.M))
    text = (root / page).read_text(encoding="utf-8")
    named = set(re.findall(r"^make ([a-z-]+)", text, re.M)) | set(re.findall(r"`make ([a-z-]+)", text))
    assert named <= targets


@EACH_PAGE
def test_paths_in_code_exist(root: Path, page: Path) -> None:
    text = (root / page).read_text(encoding="utf-8")
    for path in re.findall(r"(?<![\w/.-])((?:src|tests|benchmarks|docs)/[\w/.-]+\.(?:py|md|jpg|toml))", text):
        assert (root / path).exists(), f"{page} names {path}"


@EACH_PAGE
def test_commands_and_flags_exist(root: Path, page: Path) -> None:
    for words in _commands((root / page).read_text(encoding="utf-8")):
        assert words[1] in VERBS, f"{page}: {words}"
        if words[1] not in TASKS:
            continue
        task = catalog.task(words[1])
        parser = import_module(f"ganvas.cli.{task.verb}")._parser() if "mask" in task.needs else _parser(task)
        known = {flag for action in parser._actions for flag in action.option_strings}
        assert {word for word in words[2:] if re.match(r"--?[a-z]", word)} <= known, f"{page}: {words}"


@EACH_PAGE
def test_models_and_recipes_exist(root: Path, page: Path) -> None:
    recipes = {name.replace("_", "-") for name in catalog.names("recipes")}
    models = set(list_models())
    for words in _commands((root / page).read_text(encoding="utf-8")):
        for flag, value in pairwise(words):
            if flag == "-n" and value.isdecimal():  # how many, of generate
                continue
            if flag in ("-n", "--beside", "--noise-on") and value != "MODEL" and not value.endswith(".safetensors"):
                # A chain's models are named by task, and a model may be one that a recipe is there for.
                assert value.rpartition("=")[2] in models | recipes, f"{page} names the model {value}"
        if words[1] == "train" and len(words) > 2 and not words[2].startswith("-") and words[2] != "RECIPE":
            assert words[2] in recipes, f"{page} names the recipe {words[2]}"


def test_no_figure_is_left_open(root: Path) -> None:
    assert "…" not in (root / "README.md").read_text(encoding="utf-8")
