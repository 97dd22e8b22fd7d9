"""The command line as a person meets it: a child process, or the same function in this one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache of compiled graphs of this test run's own."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def ganvas_process(cache: Path) -> Run:
    """Runs ``ganvas`` in a child process."""

    def run(*words: object, data: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "ganvas", *map(str, words)]
        environment = os.environ | {"XDG_CACHE_HOME": str(cache)}
        return subprocess.run(command, input=data, capture_output=True, check=False, env=environment, timeout=120)

    return run


@pytest.fixture
def ganvas_main(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs the command line here and returns status, standard output and standard error."""
    from ganvas.cli.main import main

    def run(*words: object) -> tuple[int, str, str]:
        status = main([str(word) for word in words])
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A small picture."""
    path = tmp_path / "photo.png"
    Image.fromarray(np.random.default_rng(2).integers(0, 256, (12, 10, 3), np.uint8)).save(path)
    return path
