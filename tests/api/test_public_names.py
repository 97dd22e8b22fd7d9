"""Public names stay what they are, whichever sub-package has been imported before."""

from __future__ import annotations

import importlib
from types import ModuleType

import pytest

import ganvas


@pytest.mark.parametrize("name", ["evaluate", "train"])
def test_sub_packages_do_not_take_the_place_of_functions(name: str) -> None:
    package = importlib.import_module(f"ganvas.{name}")
    assert isinstance(package, ModuleType) and package.__path__
    importlib.import_module("ganvas.evaluate.table")
    importlib.import_module("ganvas.train.optimise")
    function = getattr(ganvas, name)
    assert callable(function) and not isinstance(function, ModuleType)


def test_what_is_no_public_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        ganvas.nothing  # noqa: B018
