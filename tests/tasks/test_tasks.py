"""Tasks are found by file name and name what exists."""

from __future__ import annotations

import pytest

from ganvas.api import catalog
from ganvas.core.errors import SettingsError
from ganvas.core.task import DIALS, Dial


def test_every_file_holds_a_task_of_its_name() -> None:
    restoring = ["brighten", "colorize", "deblur", "dehaze", "dejpeg", "denoise", "despeckle", "enhance", "inpaint"]
    assert catalog.names("tasks") == [*restoring, "upscale"]
    for task in catalog.tasks():
        assert task.name == catalog.task(task.name).name
        assert task.summary.endswith(".")
        assert task.metrics and task.controls and len(set(task.controls)) == len(task.controls)


def test_tasks_that_keep_the_size_have_a_strength() -> None:
    assert [task.name for task in catalog.tasks() if "strength" not in task.controls] == ["inpaint", "upscale"]


@pytest.mark.parametrize("dial", DIALS.values())
def test_a_dial_stands_in_its_range_which_has_ends(dial: Dial) -> None:
    assert dial.lowest < dial.highest and (dial.default is None or dial.holds(dial.default))
    assert dial.holds(dial.lowest) and dial.holds(dial.highest) and not dial.holds(dial.highest + 0.01)
    assert not dial.holds(float("nan")) and not dial.holds(float("-inf"))


def test_the_metrics_of_a_task_exist() -> None:
    from ganvas.metrics.registry import find

    assert all(find(name) for task in catalog.tasks() for name in task.metrics)


def test_an_unknown_task_is_told() -> None:
    with pytest.raises(SettingsError, match="choose one of brighten, .*, upscale"):
        catalog.task("colour")
