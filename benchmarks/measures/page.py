"""The quality page: measured means kept as JSON per section, and the Markdown that is written from them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ganvas.evaluate.table import Column, EvaluationTable, Row
from measures.section import Bar, Section

__all__ = ["measured", "page", "read", "section_text", "write"]

_HEAD = """# Quality

Written by `python benchmarks/quality.py --data FOLDER`: bundled models, classical methods and controls, on the same \
images by the same protocols, with the defaults that a user gets; worse results included. The model in bold is the one \
that the table is about. `--tasks` measures some sections anew and leaves the others as they were.
"""
_BAR_HEAD = ["| bar | wanted | measured | reached |", "| --- | --- | --- | --- |"]


def measured(section: Section, tables: Sequence[EvaluationTable]) -> dict[str, Any]:
    """Returns the section as JSON values: its bars, and the means of its tables."""
    return {"bars": [asdict(bar) for bar in section.bars(tables)], "tables": [_means(table) for table in tables]}


def _means(table: EvaluationTable) -> dict[str, Any]:
    rows = []
    for name in table.entrants():
        mine = [row for row in table.rows if row.entrant == name]
        values = {column.key: table.value(name, column) for column in table.columns}
        rows.append(
            {
                "entrant": name,
                "values": {key: round(value, 5) for key, value in values.items()},
                "seconds": round(sum(row.seconds for row in mine) / len(mine), 3),
            }
        )
    return {
        "task": table.task,
        "dataset": table.dataset,
        "protocol": table.protocol,
        "model": table.model,
        "columns": [asdict(column) for column in table.columns],
        "rows": rows,
    }


def _table(values: Mapping[str, Any]) -> EvaluationTable:
    return EvaluationTable(
        task=values["task"],
        dataset=values["dataset"],
        protocol=values["protocol"],
        model=values["model"],
        columns=[Column(**column) for column in values["columns"]],
        rows=[Row(image="mean", **row) for row in values["rows"]],
    )


def read(path: Path) -> dict[str, Any]:
    """Returns the sections kept in the file, by name; none where there is no file."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


def write(path: Path, sections: Mapping[str, Any]) -> None:
    """Keeps the sections in the file."""
    path.write_text(json.dumps(sections, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def section_text(section: Section, values: Mapping[str, Any]) -> str:
    """Returns one section of the page."""
    parts = [f"## {section.title}", "", *(_table(table).to_markdown() for table in values["tables"])]
    return "\n".join([*parts, section.note, ""] if section.note else parts)


def page(sections: Mapping[str, Section], kept: Mapping[str, Any]) -> str:
    """Returns the page of all sections that have been measured, in the order of ``sections``."""
    bars = [Bar(**bar) for name in sections if name in kept for bar in kept[name]["bars"]]
    lines = [f"| {bar.text} | {bar.wanted} | {bar.measured} | {'yes' if bar.reached else 'no'} |" for bar in bars]
    parts = [_HEAD, "\n".join(["## Bars", "", *_BAR_HEAD, *lines, ""])] if bars else [_HEAD]
    parts += [section_text(section, kept[name]) for name, section in sections.items() if name in kept]
    return "\n".join(parts)
