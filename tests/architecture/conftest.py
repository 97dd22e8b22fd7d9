"""What the architecture tests share: the parsed sources of the package."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Source:
    """One module of the package: its dotted name, floor (first package below ganvas), text and syntax tree."""

    name: str
    floor: str
    text: str
    tree: ast.Module


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def sources() -> list[Source]:
    """Every module of the package."""
    found = []
    for path in sorted((ROOT / "src").rglob("*.py")):
        parts = path.relative_to(ROOT / "src").with_suffix("").parts
        text = path.read_text(encoding="utf-8")
        floor = parts[1] if len(parts) > 1 else ""
        found.append(Source(".".join(parts), floor, text, ast.parse(text)))
    assert len(found) > 20, "the sources were not found"
    return found
