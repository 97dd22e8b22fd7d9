"""The protocol of ``restore``: mixes by seed, right task lists, gains, and what it refuses."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from ganvas.core.errors import ImageError, SettingsError
from ganvas.evaluate import restoration

CLEAN = data.astronaut()[20:100, 150:230]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Image.fromarray(CLEAN).save(tmp_path / "a.png")
    return tmp_path


class Oracle:
    """Knows every mix by its pixels."""

    def __init__(self, count: int) -> None:
        mixes = [restoration.mixed(CLEAN, str(i), np.random.default_rng((7, i))) for i in range(count)]
        self.answers = {mix.source.tobytes(): sorted(mix.tasks, reverse=True) for mix in mixes}

    def diagnose(self, image: np.ndarray) -> list[str]:
        return self.answers[np.rint(image * 255).astype(np.uint8).tobytes()]


def test_the_right_tasks_in_any_order_and_gains_of_the_damaged_alone(folder: Path) -> None:
    oracle = Oracle(12)
    assert {len(tasks) for tasks in oracle.answers.values()} == {0, 1, 2}
    truth = CLEAN.astype(np.float32) / 255
    table = restoration.run(
        oracle.diagnose, lambda image: truth + np.float32(3 / 255), folder, name="restore", count=12
    )
    shares = {column.key: table.value("restore", column) for column in table.columns}
    assert shares["right"] == 100 and shares["above"] == 100 and shares["gain"] > 2 and shares["harmed"] == 0
    damaged = [row for row in table.rows if row.entrant == "input" and row.values]
    assert len(damaged) == sum(bool(tasks) for tasks in oracle.answers.values()) < 12
    assert max(row.values["psnr"] for row in damaged) < 35  # clearly visible
    assert math.isnan(table.value("input", table.columns[0])) and "| - |" in table.to_markdown()


def test_a_missed_task_counts_as_wrong_and_doing_nothing_gains_nothing(folder: Path) -> None:
    oracle = Oracle(12)
    table = restoration.run(
        lambda image: oracle.diagnose(image)[:1], lambda image: image, folder, name="first", count=12
    )
    shares = {column.key: table.value("first", column) for column in table.columns}
    twice = sum(len(tasks) == 2 for tasks in oracle.answers.values())
    assert shares["right"] == pytest.approx(100 * (12 - twice) / 12)
    assert shares["above"] == 0 and shares["gain"] == 0


def test_harm_counts_and_other_seeds_make_other_mixes(folder: Path) -> None:
    table = restoration.run(lambda _: [], lambda image: image * 0, folder, name="black", count=12)
    shares = {column.key: table.value("black", column) for column in table.columns}
    losses = [row.values["gain"] for row in table.rows if "gain" in row.values]
    assert shares["harmed"] == pytest.approx(100 * np.mean(np.array(losses) < -0.2)) and shares["harmed"] > 50
    assert shares["gain"] == min(losses) < -1
    names = [
        [row.image for row in restoration.run(lambda _: [], lambda i: i, folder, name="x", count=9, seed=seed).rows]
        for seed in (7, 8)
    ]
    assert names[0] != names[1]


def test_a_part_of_the_files_is_used(folder: Path) -> None:
    for name in ("b.png", "c.png", "d.png"):
        Image.fromarray(CLEAN).save(folder / name)
    table = restoration.run(lambda _: [], lambda image: image, folder, name="x", count=4, part=slice(1, None, 2))
    assert {row.image.split()[1].rstrip(",") for row in table.rows} == {"b", "d"}


def test_refusals(folder: Path) -> None:
    with pytest.raises(SettingsError, match="found colorize"):
        restoration.run(lambda _: ["colorize"], lambda image: image, folder, name="x", count=1)
    with pytest.raises(SettingsError, match="0 mixes"):
        restoration.run(lambda _: [], lambda image: image, folder, name="x", count=0)
    (folder / "empty").mkdir()
    with pytest.raises(ImageError, match="holds no images"):
        restoration.run(lambda _: [], lambda image: image, folder / "empty", name="x")
