"""Settings of the whole test run: few threads, no network, shapes and types checked at run time.

This file runs before any module of ganvas is imported, so the import hook sees them all.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import types
from pathlib import Path
from typing import Any

# Many tiny operations are several times faster on one thread each, and the tests run in parallel processes.
for _variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_variable] = "1"

import hypothesis
import pytest
from beartype import BeartypeConf, beartype
from jaxtyping import install_import_hook

# Only the floors that import torch at the top: elsewhere an annotation may name a module that is loaded lazily.
CHECKED = ("ops", "nets", "core", "losses", "metrics", "degrade", "data", "methods", "train")
# An int may stand for a float (PEP 484). The hook wants the checker by name, so it gets a module of its own.
_checker = types.ModuleType("ganvas_type_checker")
_checker.check = beartype(conf=BeartypeConf(is_pep484_tower=True))  # type: ignore[attr-defined]
sys.modules[_checker.__name__] = _checker
install_import_hook([f"ganvas.{floor}" for floor in CHECKED], "ganvas_type_checker.check")

# A shell that starts the tests in the background has them ignore SIGINT, and their children with them.
signal.signal(signal.SIGINT, signal.default_int_handler)

hypothesis.settings.register_profile(
    "ganvas", deadline=None, derandomize=True, max_examples=30, database=None, print_blob=True
)
hypothesis.settings.load_profile("ganvas")


def _refuse(name: str) -> Any:
    allowed = getattr(socket.socket, name)

    def call(self: socket.socket, *args: Any) -> Any:
        if self.family == getattr(socket, "AF_UNIX", None):
            return allowed(self, *args)
        raise PermissionError(f"A test opened a network connection ({name} {args[-1]!r}): tests run without a network.")

    return call


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Any:
    """Every internet connection of the test process raises, and child processes meet a dead proxy."""
    patch = pytest.MonkeyPatch()
    for name in ("connect", "connect_ex", "sendto"):
        patch.setattr(socket.socket, name, _refuse(name))
    for variable in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        patch.setenv(variable, "http://127.0.0.1:9")
    patch.setenv("HF_HUB_OFFLINE", "1")
    yield
    patch.undo()


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Compiled graphs go into a folder of the test run, never into the user's cache."""
    patch = pytest.MonkeyPatch()
    patch.setenv("GANVAS_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
    yield
    patch.undo()


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Weights files, one per task, of models small enough to run anywhere in no time; ``upscale`` is x4."""
    import torch

    from ganvas.api import catalog
    from ganvas.core.settings import to_json
    from ganvas.io import checkpoint
    from ganvas.methods.regression import Regression
    from ganvas.nets.generator import CompactSettings

    folder = tmp_path_factory.mktemp("models")
    found = {}
    for task in catalog.names("tasks"):
        torch.manual_seed(0)
        scale = 4 if task == "upscale" else 1
        method = Regression(generator=CompactSettings(features=4, convolutions=1), task=task, scale=scale)
        tensors = {f"g.{name}": value for name, value in method.networks()["g"].state_dict().items()}
        header = {
            "kind": "model",
            "method": "regression",
            "settings": to_json(method),
            "card": method.describe().to_json(),
            "licence": "CC0",
            "data": "none",
            "metrics": {"psnr": 1.25},
        }
        found[task] = folder / f"tiny-{task}.safetensors"
        checkpoint.save(found[task], tensors, header)
    return found
