"""The notebooks are stored as written: `make docs` runs them, and what they show is made there."""

from __future__ import annotations

import ast
import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "docs" / "notebooks").glob("*.ipynb"))
EACH = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
_MACHINE = re.compile(r"""(?:^|["'\s(=])(?:~?/(?:home|root|work|tmp|Users|opt|mnt|data)\b|[A-Z]:\\)""")


def _cells(path: Path, kind: str) -> list[dict[str, Any]]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == kind]


def _sources(path: Path, kind: str) -> list[str]:
    return ["".join(cell["source"]) for cell in _cells(path, kind)]


def test_all_are_pages_that_are_run(root: Path) -> None:
    assert {path.stem for path in NOTEBOOKS} == {"toy2d", "mnist", "restore"}
    site = (root / "mkdocs.yml").read_text(encoding="utf-8")
    assert [path.name for path in NOTEBOOKS if f"notebooks/{path.name}" not in site] == []
    # A cached page would hide that the package has changed; an allowed error would not fail the build.
    for setting in ("execute: true", "allow_errors: false", "cache: false"):
        assert setting in site


@EACH
def test_nothing_that_was_run_is_stored(path: Path) -> None:
    ran = [cell for cell in _cells(path, "code") if cell["outputs"] or cell["execution_count"] is not None]
    assert ran == []
    assert set(json.loads(path.read_text(encoding="utf-8"))["metadata"]) == {"kernelspec", "language_info"}


@EACH
def test_no_path_of_a_machine(path: Path) -> None:
    assert _MACHINE.search('open("/home/me/photo.jpg")'), "the pattern finds nothing"
    sources = _sources(path, "code") + _sources(path, "markdown")
    assert [source for source in sources if _MACHINE.search(source)] == []


@EACH
def test_code_compiles_and_names_what_there_is(path: Path) -> None:
    sources = _sources(path, "code")
    assert len(sources) >= 5
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ganvas"):
                module = import_module(str(node.module))
                assert [name.name for name in node.names if not hasattr(module, name.name)] == []


@EACH
def test_links_lead_to_pages(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)", "\n".join(_sources(path, "markdown")))
    pages = [target for target in targets if not target.startswith("http")]
    assert pages
    # The site's builder leaves a notebook's links as they are, so they name what it writes.
    assert [page for page in pages if not page.endswith(".html")] == []
    assert [page for page in pages if not (path.parent / page).with_suffix(".md").exists()] == []
