"""The names that users import, pinned: taking one away or adding one is a decision."""

from __future__ import annotations

from importlib.metadata import version

import pytest

import ganvas

TASKS = {
    "brighten",
    "colorize",
    "deblur",
    "dehaze",
    "dejpeg",
    "denoise",
    "despeckle",
    "enhance",
    "inpaint",
    "upscale",
}
OTHERS = {
    "Model",
    "Options",
    "evaluate",
    "generate",
    "interpolate",
    "examine",
    "info",
    "load",
    "models",
    "restore",
    "train",
}
NAMES = TASKS | OTHERS | {"GanvasError"}


def test_public_names() -> None:
    assert set(ganvas.__all__) - {"__version__"} == NAMES
    assert set(dir(ganvas)) >= NAMES


def test_every_public_name_is_documented() -> None:
    for name in NAMES:
        assert callable(getattr(ganvas, name)), name
        assert getattr(ganvas, name).__doc__, name


def test_version_is_the_installed_one() -> None:
    assert ganvas.__version__ == version("ganvas")


def test_an_unknown_name_raises() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        getattr(ganvas, "no_such_name")  # noqa: B009
