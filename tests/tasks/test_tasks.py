"""Tasks are found by file name and name what exists."""

from __future__ import annotations

import pytest

from ganvas.api import catalog
from ganvas.core.errors import SettingsError


def test_every_file_holds_a_task_of_its_name() -> None:
    assert catalog.names("tasks") == ["denoise", "upscale"]
    for task in catalog.tasks():
        assert task.name == catalog.task(task.name).name
        assert task.summary.endswith(".")
        assert task.metrics and task.controls


def test_the_metrics_of_a_task_exist() -> None:
    from ganvas.metrics.registry import find

    assert all(find(name) for task in catalog.tasks() for name in task.metrics)


def test_an_unknown_task_is_told() -> None:
    with pytest.raises(SettingsError, match="choose one of denoise, upscale"):
        catalog.task("colorize")
