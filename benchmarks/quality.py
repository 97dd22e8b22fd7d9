"""Quality of every bundled model and classical baseline, on the same images by the same protocols.

    python benchmarks/quality.py --data FOLDER              # prints, and writes docs/quality.md
    python benchmarks/quality.py --data FOLDER --limit 3    # a look at the first images of each set; writes nothing

FOLDER holds ``test/set5``, ``test/set14``, ``test/urban-subset``, ``test/cbsd68`` and ``tasks/realnoise`` (PolyU).
Figures of classical methods do not change from run to run, so they are kept in ``bench/`` until the images, the
protocols or the methods change. Seconds are those of the run that measured the row, whatever else the machine did.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

import ganvas
from ganvas.evaluate import denoise, upscale
from ganvas.evaluate.protocol import Model
from ganvas.evaluate.table import EvaluationTable, Row
from ganvas.zoo.classical import nlm, tv
from ganvas.zoo.models import find, list_models

ROOT = Path(__file__).resolve().parents[1]
FIDELITY, SHARP, DENOISE = "upscale-x4", "upscale-x4-gan", "denoise"
UPSCALE_SETS = {"Set5": "test/set5", "Set14": "test/set14", "urban-subset": "test/urban-subset"}
NLM_GRID = (3, 5, 7)
SCIKIT_IMAGE_TOLERANCE = 2e-4


def nlm_float(image: np.ndarray, *, sigma: float) -> np.ndarray:
    """scikit-image's non-local means, told the true noise level."""
    return nlm.in_float(image, sigma=sigma / 255)


def classical_denoisers(sigma: float | None, *, gray: bool) -> dict[str, Model]:
    """Returns the baselines for white noise of ``sigma``, or for camera noise (None): blind, and told the noise."""
    blind: dict[str, Model] = {"classical/nlm": nlm.apply, "classical/tv": tv.apply}
    if sigma is None:
        return (
            blind
            | {f"NLM h={h}": partial(nlm.apply, h=h) for h in NLM_GRID}
            | {"TV 0.02": partial(tv.apply, weight=0.02, tolerance=SCIKIT_IMAGE_TOLERANCE)}
        )
    h, weight = (10, 0.08) if sigma < 40 else (30, 0.2)
    # OpenCV's h means another thing for gray, where its own blind choice below is near the best.
    fixed: dict[str, Model] = {} if gray else {f"NLM h={h}": partial(nlm.apply, h=h)}
    told: dict[str, Model] = {
        f"TV {weight}": partial(tv.apply, weight=weight, tolerance=SCIKIT_IMAGE_TOLERANCE),
        "NLM scikit-image, sigma given": partial(nlm_float, sigma=sigma),
    }
    return fixed | told | blind


@dataclass(frozen=True)
class Kept:
    """Rows of classical methods, kept in a file by what they depend on."""

    path: Path

    def rows(self, key: str, compute: Callable[[], Sequence[Row]]) -> list[Row]:
        """Returns the rows of the key, computed where they are not kept yet."""
        held = json.loads(self.path.read_text()) if self.path.is_file() else {}
        if key not in held:
            held[key] = [vars(row) for row in compute()]
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(json.dumps(held))
        return [Row(**values) for values in held[key]]


_CODE = (
    *(f"evaluate/{name}.py" for name in ("denoise", "files", "protocol")),
    *(f"metrics/{name}.py" for name in ("colour", "psnr", "ssim")),
    *(f"zoo/classical/{name}.py" for name in ("_noise", "nlm", "tv")),
)


def digest_of(folder: Path) -> str:
    """Returns a digest of the images and of the code that denoises and judges them."""
    digest = hashlib.sha256()
    package = Path(ganvas.__file__).parent
    for path in (*(package / name for name in _CODE), *sorted(p for p in folder.rglob("*") if p.is_file())):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def bundled(task: str) -> dict[str, Model]:
    """Returns the bundled models of a task by name, opened with the defaults that a user gets."""
    found: dict[str, Model] = {}
    for name in list_models():
        if find(name).card.task == task and not name.startswith("classical/"):
            session = ganvas.load(name).session
            found[name] = session.array
    return found


def upscale_tables(data: Path, limit: int | None) -> list[EvaluationTable]:
    """Returns one table per set: bicubic, the fidelity model, its noise control and the sharp model."""
    models = bundled("upscale")
    if not models:
        return []
    main = SHARP if SHARP in models else next(iter(models))
    others = {name: model for name, model in models.items() if name != main}
    return [
        upscale.run(
            models[main],
            data / place,
            name=main,
            dataset=dataset,
            baselines=others,
            sharp=True,
            noise_on=FIDELITY if FIDELITY in models else None,
            limit=limit,
        )
        for dataset, place in UPSCALE_SETS.items()
    ]


def denoise_table(
    data: Path,
    dataset: str,
    models: Mapping[str, Model],
    kept: Kept,
    *,
    sigma: float | None,
    gray: bool,
    limit: int | None,
) -> EvaluationTable:
    """Returns the input, the classical baselines (kept) and the bundled denoisers on one set; no sigma for pairs."""
    measure = partial(
        denoise.run, data=data, dataset=dataset, sigma=sigma or 25.0, gray_only=gray, baselines={}, limit=limit
    )
    digest = digest_of(data)
    table = measure(lambda image: image, name=denoise.INPUT)
    rows = [row for row in table.rows if row.entrant == denoise.INPUT]
    for name, model in classical_denoisers(sigma, gray=gray).items():

        def compute(name: str = name, model: Model = model) -> list[Row]:
            return [row for row in measure(model, name=name).rows if row.entrant == name]

        rows += kept.rows(f"{digest} {name} {sigma} {gray} {limit}", compute)
    if sigma is None:
        rows += best_of(rows, [f"NLM h={h}" for h in NLM_GRID], "NLM, best h of 3, 5, 7 for each image")
    for name, model in models.items():
        rows += [row for row in measure(model, name=name).rows if row.entrant == name]
    return replace(table, rows=rows, model=DENOISE)


def best_of(rows: Sequence[Row], entrants: Sequence[str], title: str) -> list[Row]:
    """Returns for each image the row of the highest PSNR, under a title of its own."""
    images = dict.fromkeys(row.image for row in rows)
    ours = [row for row in rows if row.entrant in entrants]
    return [
        replace(max((r for r in ours if r.image == image), key=lambda r: r.values["psnr"]), entrant=title)
        for image in images
    ]


def denoise_tables(data: Path, kept: Kept, limit: int | None) -> list[EvaluationTable]:
    """Returns the tables of CBSD68 (colour and gray, sigma 25 and 50) and of PolyU."""
    models = bundled("denoise")
    tables = [
        denoise_table(
            data / "test/cbsd68",
            f"CBSD68 {'gray' if gray else 'colour'}, sigma {sigma:g}",
            models,
            kept,
            sigma=sigma,
            gray=gray,
            limit=limit,
        )
        for gray in (False, True)
        for sigma in (25.0, 50.0)
    ]
    polyu = denoise_table(data / "tasks/realnoise", "PolyU", models, kept, sigma=None, gray=False, limit=limit)
    return [*tables, polyu]


def verdicts(tables: Sequence[EvaluationTable]) -> list[str]:
    """Returns the lines of the table of bars: what was asked for, and what was measured."""
    by_name = {table.dataset: table for table in tables}
    lines = ["| bar | wanted | measured | reached |", "| --- | --- | --- | --- |"]

    def line(text: str, wanted: str, measured: str, *, reached: bool) -> None:
        lines.append(f"| {text} | {wanted} | {measured} | {'yes' if reached else 'no'} |")

    def at_least(text: str, dataset: str, entrant: str, key: str, bar: float) -> None:
        table = by_name.get(dataset)
        if table and entrant in table.entrants():
            value = table.mean(entrant, key)
            line(text, f">= {bar:.2f} dB", f"{value:.2f} dB", reached=value >= bar)

    for dataset, bar in (("Set5", 31.2), ("Set14", 28.0), ("urban-subset", 27.0)):
        at_least(f"{FIDELITY}, {dataset}, PSNR-Y", dataset, FIDELITY, "psnr_y", bar)
    at_least(f"{SHARP}, Set5, PSNR-Y", "Set5", SHARP, "psnr_y", 28.6)
    for dataset in UPSCALE_SETS:
        table = by_name.get(dataset)
        if table and {SHARP, FIDELITY} <= set(table.entrants()):
            _sharp_lines(table, line)
    for sigma, bar in ((25, 29.8), (50, 26.4)):
        name = f"CBSD68 colour, sigma {sigma}"
        at_least(f"{DENOISE}, {name}, PSNR", name, DENOISE, "psnr", bar)
    polyu = by_name.get("PolyU")
    if polyu and DENOISE in polyu.entrants():
        best = max(polyu.mean(name, "psnr") for name in polyu.entrants() if name.startswith("NLM"))
        at_least(f"{DENOISE}, PolyU, PSNR, above the best of NLM", "PolyU", DENOISE, "psnr", best)
    return lines


def _sharp_lines(table: EvaluationTable, line: Callable[..., None]) -> None:
    cheat = FIDELITY + upscale.NOISE_SUFFIX
    smooth, sharp = (table.mean(name, "spectrum_distance") for name in (FIDELITY, SHARP))
    text = f"{SHARP}, {table.dataset}, spectrum distance"
    line(text, f"<= half of {smooth:.2f} dB", f"{sharp:.2f} dB", reached=sharp <= smooth / 2)
    for key, title, sign in (("band_correlation", "band correlation", 1), ("gmsd", "GMSD", -1)):
        ours, theirs = table.mean(SHARP, key), table.mean(cheat, key)
        wanted = f"{'above' if sign > 0 else 'below'} the noise control's {theirs:.4f}"
        line(f"{SHARP}, {table.dataset}, {title}", wanted, f"{ours:.4f}", reached=sign * ours > sign * theirs)


def page(tables: Sequence[EvaluationTable]) -> str:
    """Returns the page."""
    bars = verdicts(tables)
    parts = [
        "# Quality",
        "",
        "Written by `python benchmarks/quality.py --data FOLDER`: bundled models, classical baselines and controls, on "
        "the same images by the same protocols, with the defaults that a user gets.",
        "",
    ]
    if len(bars) > 2:
        parts += ["## Bars", "", *bars, ""]
    for task, title in (("upscale", "Enlarging"), ("denoise", "Denoising")):
        chosen = [table for table in tables if table.task == task]
        if chosen:
            parts += [f"## {title}", "", *(table.to_markdown() for table in chosen)]
    parts += [
        "## Reading the tables",
        "",
        f"`{FIDELITY}{upscale.NOISE_SUFFIX}` is a control: the fidelity model's result plus Gaussian noise that fills "
        "each ring of the power spectrum above half Nyquist up to the truth's own. It is as sharp as the truth by its "
        "spectrum and knows nothing of the picture; a sharp model has to beat it in band correlation and in GMSD.",
        "",
        "`classical/nlm` and `classical/tv` estimate the noise themselves, as they do for a user; rows with a number "
        "were told it.",
        "",
    ]
    return "\n".join(parts)


def main() -> None:
    """Measures, prints and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with test/ and tasks/")
    parser.add_argument("--tasks", nargs="+", choices=("upscale", "denoise"), default=("upscale", "denoise"))
    parser.add_argument("--limit", type=int, help="only the first images of each set; nothing is written")
    parser.add_argument("--output", type=Path, default=ROOT / "docs/quality.md", help="page to write")
    parser.add_argument("--json", type=Path, help="write every figure of every image here")
    given = parser.parse_args()
    kept = Kept(ROOT / "bench/quality-classical.json")
    tables: list[EvaluationTable] = []
    if "upscale" in given.tasks:
        tables += upscale_tables(given.data, given.limit)
    if "denoise" in given.tasks:
        tables += denoise_tables(given.data, kept, given.limit)
    text = page(tables)
    sys.stdout.write(text)
    if given.json:
        given.json.write_text(json.dumps([table.to_json() for table in tables], indent=1))
    if given.limit is None and set(given.tasks) == {"upscale", "denoise"}:
        given.output.parent.mkdir(parents=True, exist_ok=True)
        given.output.write_text(text)


if __name__ == "__main__":
    main()
