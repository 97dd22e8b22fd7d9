"""What ails a training run: reads its folder, says it in words, and draws the evidence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ganvas.core.errors import MissingExtra, SettingsError
from ganvas.train.diagnosis import Diagnosis
from ganvas.train.diagnosis import diagnose as judge
from ganvas.train.table import Table

__all__ = ["as_text", "diagnose", "draw", "read_log", "to_json"]

_ALWAYS = (  # what every plot shows: panel by panel
    ("how far samples are from real ones", ("health/energy",)),
    ("variety (1: as real samples)", ("health/diversity", "health/diversity_features", "health/coverage")),
    ("scores", ("health/score_real", "health/score_unseen", "health/score_fake")),
    ("pairs told apart (0.5: none)", ("health/separation", "health/overfitting")),
)


def diagnose(run: str | Path) -> Diagnosis:
    """Returns what ails the run in this folder.

    Raises:
        SettingsError: there is no log, it is damaged, or it has too few lines.
    """
    return judge(read_log(Path(run)), _settings(Path(run)))


def read_log(run: Path) -> list[dict[str, float]]:
    """Returns the lines of the run's metrics.jsonl; those before a restart from an older step are left out.

    Raises:
        SettingsError: there is none, or a line is not JSON.
    """
    path = run / "metrics.jsonl"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{run} holds no metrics.jsonl: give the folder of a training run.") from error
    rows: list[dict[str, float]] = []
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        try:
            row = {str(name): float(value) for name, value in json.loads(line).items()}
            step = row["step"]
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            if number == len(lines):  # the run may be writing it
                break
            raise SettingsError(f"Line {number} of {path} is damaged: take it out of the file.") from error
        rows = [*(before for before in rows if before["step"] < step), row] if _again(rows, step) else [*rows, row]
    if not rows:
        raise SettingsError(f"{path} has no lines yet: wait for the first, or lower --train.log-every.")
    return rows


def _again(rows: list[dict[str, float]], step: float) -> bool:
    """Whether a resumed run writes steps that the log has already."""
    return bool(rows) and rows[-1]["step"] >= step


def _settings(run: Path) -> Mapping[str, Any]:
    try:
        settings = json.loads((run / "run.json").read_text(encoding="utf-8"))["settings"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # advice then names every flag
    return settings if isinstance(settings, dict) else {}


def to_json(diagnosis: Diagnosis) -> dict[str, Any]:
    """Returns the diagnosis as JSON values."""
    return {"healthy": diagnosis.healthy} | asdict(diagnosis)


def as_text(diagnosis: Diagnosis) -> str:
    """Returns the diagnosis as lines for a person."""
    lines = [f"{diagnosis.lines} lines, {diagnosis.images:,} images."]
    if diagnosis.healthy:
        lines.append("It looks healthy: no collapse, overfitting, vanishing gradient, divergence or leak was found.")
    if len(diagnosis.findings) > 1:
        lines.append("The first finding explains most; the others may follow from it.")
    for finding in diagnosis.findings:
        lines += ["", finding.title, *(f"  - {sentence}" for sentence in finding.evidence)]
        lines += ["  Try:", *(f"  - {sentence}" for sentence in finding.advice)]
    if diagnosis.remarks:
        lines += ["", *diagnosis.remarks]
    return "\n".join(lines) + "\n"


def draw(run: str | Path, diagnosis: Diagnosis, file: str | Path) -> None:
    """Writes a plot of the losses and the evidence, over images seen; its ending (png, svg, pdf) is the format.

    Raises:
        MissingExtra: matplotlib is not installed.
        SettingsError: the ending is none that it can write.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtra("matplotlib", "train") from error
    table = Table(read_log(Path(run)))
    panels = [(title, [n for n in names if table.values(n)]) for title, names in [("losses", table.losses), *_ALWAYS]]
    drawn = {name for _, names in panels for name in names}
    panels += [
        (finding.illness, names)
        for finding in diagnosis.findings
        if (names := [name for name in finding.shows if name not in drawn and table.values(name)])
    ]
    panels = [(title, names) for title, names in panels if names]
    figure = Figure(figsize=(11, 2.8 * ((len(panels) + 1) // 2)), layout="constrained")
    FigureCanvasAgg(figure)
    for number, (title, names) in enumerate(panels, 1):
        axes = figure.add_subplot((len(panels) + 1) // 2, 2, number)
        for name in names:
            images, values = zip(*table.series(name), strict=True)
            axes.plot(images, values, label=name.removeprefix("health/"), linewidth=1.2)
        axes.set_title(title, fontsize=10)
        axes.set_xlabel("images", fontsize=8)
        axes.tick_params(labelsize=8)
        axes.grid(alpha=0.3)
        axes.legend(fontsize=7)
    found = "; ".join(finding.illness for finding in diagnosis.findings) or "looks healthy"
    figure.suptitle(f"{Path(run).name}: {found}", fontsize=12)
    try:
        figure.savefig(file, dpi=110)
    except ValueError as error:
        raise SettingsError(f"Cannot draw into {file}: give it the ending .png, .svg or .pdf.") from error
    except OSError as error:
        raise SettingsError(f"Cannot write {file}: choose a folder that exists.") from error
