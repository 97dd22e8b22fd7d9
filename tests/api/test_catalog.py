"""The catalog lists by file name without importing."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ganvas.api import catalog
from ganvas.api.choose import own_model
from ganvas.core.errors import ModelError, SettingsError
from ganvas.core.method import Method


def test_listing_methods_and_recipes_imports_none() -> None:
    code = (
        "import sys; from ganvas.api import catalog; catalog.names('methods'); catalog.names('recipes');"
        "print('torch' in sys.modules, 'ganvas.methods.regression' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "False False\n"


def test_every_method_file_holds_one_method() -> None:
    for name in catalog.names("methods"):
        assert issubclass(catalog.method_class(name), Method)


def test_recipes_are_found_by_dashes_and_underscores() -> None:
    assert catalog.recipe("upscale-x4") == catalog.recipe("upscale_x4")


def test_unknown_names_are_told_with_the_nearest() -> None:
    with pytest.raises(SettingsError, match="did you mean upscale-x4"):
        catalog.recipe("upscal-x4")
    with pytest.raises(ModelError, match="no method called 'os'"):
        catalog.method_class("os")


def test_the_own_model_of_a_task_must_be_bundled(monkeypatch: pytest.MonkeyPatch) -> None:
    assert own_model(catalog.task("inpaint")) == "inpaint"
    monkeypatch.setattr("ganvas.api.choose.list_models", lambda: ["classical/patchmatch"])
    with pytest.raises(ModelError, match="without a model for inpaint: name a weights file with -m FILE"):
        own_model(catalog.task("inpaint"))
