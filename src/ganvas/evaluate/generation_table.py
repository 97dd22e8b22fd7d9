"""What an evaluation of generators returns: every figure under the name of its extractor, and all that decides it."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Entry", "GenerationTable", "Protocol"]

_DIGITS = {"kid": 5, "kid_std": 5, "is": 2, "is_std": 2, "fid": 3, "classes": 0, "ppl": 1, "s_per_1000": 1}
_SPREADS = ("kid", "is")
_BETTER = {  # how a heading says which way is up
    "fid": "less",
    "kid": "less",
    "is": "more",
    "precision": "more",
    "recall": "more",
    "density": "near 1",
    "coverage": "more",
    "classes": "more",
    "class_kl": "less",
    "accuracy": "more",
    "nearest": "near 1",
    "copies": "near .01",
    "ms_ssim": "as real",
    "ppl": "less",
    "cas": "more",
}


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """What decides a figure beside the model. Two figures compare where all of it is equal, and only there.

    Attributes:
        extractor: name of the network that read the images.
        extractor_digest: start of the SHA-256 of its weights.
        resize: what was done to images of another size than the extractor's.
        samples: images generated.
        seeds: of them.
        labels: what classes were asked for.
        reference: the real images compared with, and their split.
        reference_samples: how many.
        held_out: the real images of the floor, and their split.
        held_out_samples: how many.
        neighbours: samples of each side for precision, recall, density, coverage and KID.
        paths: of the path length, on the sphere between normal codes; 0 where it was not measured.
        width, height, channels: of the images, generated and real.
        fit: how real images were brought to that size.
        quantised: type of the pixels that were measured.
    """

    extractor: str
    extractor_digest: str
    resize: str
    samples: int
    seeds: str
    labels: str
    reference: str
    reference_samples: int
    held_out: str
    held_out_samples: int
    neighbours: int
    paths: int
    width: int
    height: int
    channels: int
    fit: str
    quantised: str = "uint8"

    def sentence(self) -> str:
        """Returns all of it in words."""
        return (
            f"{self.samples:,} samples (seeds {self.seeds}, labels {self.labels}) of {self.width} x {self.height} px, "
            f"{self.channels} channel{'s' * (self.channels > 1)}, rounded to {self.quantised}; against "
            f"{self.reference_samples:,} real images ({self.reference}, fit {self.fit}); the floor is "
            f"{self.held_out_samples:,} other real images ({self.held_out}). Features of {self.extractor} "
            f"({self.extractor_digest}), resize {self.resize}; neighbours and KID among {self.neighbours:,} of each"
            + (f"; {self.paths:,} paths of unrounded images." if self.paths else ".")
        )

    def to_json(self) -> dict[str, Any]:
        """Returns it as JSON values."""
        return dict(self.__dict__)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Figures of one entrant.

    Attributes:
        entrant: the model, or the real images that are the floor.
        values: by metric; what was not measured is left out.
        notes: what a reader must know to believe them.
    """

    entrant: str
    values: Mapping[str, float]
    notes: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class GenerationTable:
    """An evaluation of generators.

    Attributes:
        dataset: what was measured on, as it is called in print.
        protocol: what decides the figures.
        entries: in the order of printing.
        plain: metrics that no extractor takes part in.
    """

    dataset: str
    protocol: Protocol
    entries: Sequence[Entry]
    plain: frozenset[str] = field(default=frozenset({"ms_ssim", "s_per_1000", "cas"}))

    def columns(self) -> dict[str, str]:
        """Returns the name of each column by its metric, the extractor in it: ``fid[mnist-lenet]``."""
        found = dict.fromkeys(key for entry in self.entries for key in entry.values)
        return {key: key if key in self.plain else f"{key}[{self.protocol.extractor}]" for key in found}

    def records(self) -> list[dict[str, Any]]:
        """Returns one flat mapping for each entrant: its figures by column, then the whole protocol."""
        columns = self.columns()
        return [
            {
                "entrant": entry.entrant,
                "dataset": self.dataset,
                **{title: _number(entry.values.get(key, math.nan)) for key, title in columns.items()},
                "notes": "; ".join(entry.notes),
                **self.protocol.to_json(),
            }
            for entry in self.entries
        ]

    def to_json_lines(self) -> str:
        """Returns the records, one in each line: ``pandas.read_json(FILE, lines=True)``."""
        return "".join(json.dumps(record) + "\n" for record in self.records())

    def to_csv(self) -> str:
        """Returns the records as comma-separated values: ``pandas.read_csv(FILE)``."""
        text, records = io.StringIO(), self.records()
        writer = csv.DictWriter(text, fieldnames=list(records[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)
        return text.getvalue()

    def to_markdown(self) -> str:
        """Returns the table in Markdown under the protocol, notes below."""
        shown = {key: title for key, title in self.columns().items() if not key.endswith("_std")}
        heads = [f"{title}, {_BETTER[key]}" if key in _BETTER else title for key, title in shown.items()]
        lines = [f"**{self.dataset}.** {self.protocol.sentence()}", "", _line(["", *heads])]
        lines.append(_line(["---"] * (len(heads) + 1)))
        lines += [_line([entry.entrant, *(_cell(entry.values, key) for key in shown)]) for entry in self.entries]
        notes = [f"{entry.entrant}: {note}" for entry in self.entries for note in entry.notes]
        return "\n".join([*lines, *([""] if notes else []), *notes]) + "\n"


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _cell(values: Mapping[str, float], key: str) -> str:
    if key not in values or math.isnan(values[key]):
        return "-"
    digits = _DIGITS.get(key, 3)
    text = f"{values[key]:.{digits}f}"
    spread = values.get(f"{key}_std", math.nan) if key in _SPREADS else math.nan
    return text if math.isnan(spread) else f"{text} ± {spread:.{digits}f}"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
