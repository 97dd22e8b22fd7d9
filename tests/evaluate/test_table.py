"""The table: means, JSON and Markdown."""

from __future__ import annotations

import json
import math

import pytest

from ganvas.core.errors import SettingsError
from ganvas.evaluate.table import Column, EvaluationTable, Row

COLUMNS = (
    Column(key="psnr", metric="psnr", title="PSNR"),
    Column(key="gmsd", metric="gmsd", title="GMSD"),
)
TABLE = EvaluationTable(
    task="denoise",
    dataset="Two",
    protocol="By hand.",
    model="ours",
    columns=COLUMNS,
    rows=[
        Row(entrant="input", image="a", values={"psnr": 20.0, "gmsd": 0.2}, seconds=0.0),
        Row(entrant="input", image="b", values={"psnr": 22.0, "gmsd": 0.1}, seconds=0.0),
        Row(entrant="ours", image="a", values={"psnr": 30.126, "gmsd": 0.05}, seconds=1.0),
        Row(entrant="ours", image="b", values={"psnr": math.inf, "gmsd": 0.0}, seconds=2.0),
    ],
)


def test_means_and_their_error() -> None:
    assert TABLE.mean("input", "psnr") == 21
    assert TABLE.entrants() == ["input", "ours"]
    with pytest.raises(SettingsError, match="it holds input, ours"):
        TABLE.mean("theirs", "psnr")


def test_markdown_to_the_letter() -> None:
    assert TABLE.to_markdown(per_image=True).splitlines() == [
        "**Two.** By hand.",
        "",
        "|  | PSNR (dB) | GMSD | s / image |",
        "| --- | --- | --- | --- |",
        "| input | 21.00 | 0.1500 | 0.00 |",
        "| a | 20.00 | 0.2000 | 0.00 |",
        "| b | 22.00 | 0.1000 | 0.00 |",
        "| **ours** | inf | 0.0250 | 1.50 |",
        "| a | 30.13 | 0.0500 | 1.00 |",
        "| b | inf | 0.0000 | 2.00 |",
    ]
    assert len(TABLE.to_markdown().splitlines()) == 6


def test_json_holds_everything_and_nothing_that_is_not_json() -> None:
    values = json.loads(json.dumps(TABLE.to_json(), allow_nan=False))
    assert values["mean"]["ours"] == {"psnr": None, "gmsd": 0.025}
    assert values["rows"][2] == {"entrant": "ours", "image": "a", "seconds": 1.0, "psnr": 30.126, "gmsd": 0.05}
    assert values["units"] == {"psnr": "dB", "gmsd": ""}
    assert (values["task"], values["dataset"], values["protocol"], values["model"]) == (
        "denoise",
        "Two",
        "By hand.",
        "ours",
    )
