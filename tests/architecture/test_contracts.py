"""The import contracts of pyproject.toml: an import goes down only, methods do not know one another."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True, no_logo=True))"


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", LINT], cwd=folder, capture_output=True, text=True, check=False)


def test_import_contracts_hold(root: Path) -> None:
    run = _lint(root)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "0 broken" in run.stdout


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("ops/resample.py", "from ganvas.core import errors"),
        ("methods/vanilla_gan.py", "from ganvas.methods import wgan_gp"),
        ("infer/session.py", "from ganvas.train import engine"),
        ("cli/main.py", "import torch"),
    ],
)
def test_a_forbidden_import_is_caught(root: Path, tmp_path: Path, module: str, line: str) -> None:
    """The contracts see a wrong import: a copy of the package with one line more fails."""
    package = tmp_path / "ganvas"
    for source in (root / "src" / "ganvas").rglob("*.py"):
        copy = package / source.relative_to(root / "src" / "ganvas")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(source.read_bytes())
    with (package / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    (tmp_path / "pyproject.toml").write_bytes((root / "pyproject.toml").read_bytes())
    run = _lint(tmp_path)
    assert run.returncode == 1, run.stdout + run.stderr
    assert "1 broken" in run.stdout
