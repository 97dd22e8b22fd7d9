"""ganvas keeps to itself: applying a model touches no network and writes nothing but its own cache."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

APPLY = """
import socket
def refuse(*arguments, **options):
    print("NETWORK", arguments[:2])
    raise OSError("no network in this test")
socket.getaddrinfo = socket.socket.connect = refuse
import numpy as np
import ganvas
options = ganvas.Options(backend="openvino")
print("SHAPE", ganvas.upscale(np.zeros((8, 9, 3), np.uint8), model="upscale-x4", options=options).shape)
"""


def test_applying_a_model_phones_nobody_and_writes_only_the_cache(tmp_path: Path) -> None:
    """OpenVINO's telemetry would write an id into the home folder and report each import."""
    home = tmp_path / "home"
    home.mkdir()
    environment = {key: value for key, value in os.environ.items() if key not in ("XDG_CACHE_HOME", "CI")}
    environment |= {"HOME": str(home), "GANVAS_CACHE_DIR": str(tmp_path / "cache")}
    run = subprocess.run(
        [sys.executable, "-c", APPLY], capture_output=True, text=True, check=True, env=environment, cwd=tmp_path
    )
    assert "SHAPE (32, 36, 3)" in run.stdout
    assert "NETWORK" not in run.stdout
    assert [str(path.relative_to(home)) for path in home.rglob("*")] == []
    assert {path.name for path in tmp_path.iterdir()} == {"home", "cache"}
