"""Quality of every bundled model and classical baseline, on the same images by the same protocols.

    python benchmarks/quality.py --data FOLDER                          # measures all, and writes docs/quality.md
    python benchmarks/quality.py --data FOLDER --tasks dejpeg,deblur    # only these sections of the page
    python benchmarks/quality.py --data FOLDER --tasks dejpeg --limit 3 # a look at the first images; writes nothing
    python benchmarks/quality.py --data FOLDER --tasks dejpeg --model new=runs/a/model.safetensors   # writes nothing
    python benchmarks/quality.py --data FOLDER --sheets sheets          # pictures of photos without a reference

FOLDER holds ``test``, ``tasks`` and ``gen`` (the sections in ``measures/`` name their folders). Means are kept per
section in ``benchmarks/quality.json``, from which the page is written. Figures of classical methods do not change from
run to run, so they are kept in ``bench/`` until the images, the protocols or the methods change. Seconds are those of
the run that measured the row, whatever else the machine did.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from measures import (
    brighten,
    colorize,
    deblur,
    dehaze,
    dejpeg,
    denoise,
    despeckle,
    enhance,
    faces,
    inpaint,
    old_photo,
    restore,
    scratches,
    semantic,
    sheets,
    two_stage,
    untouched,
    upscale,
    upscale_real,
)
from measures.context import Context, Kept
from measures.page import measured, page, read, section_text, write

ROOT = Path(__file__).resolve().parents[1]
SECTIONS = {
    "upscale": upscale.SECTION,
    "upscale-real": upscale_real.SECTION,
    "denoise": denoise.SECTION,
    "dejpeg": dejpeg.SECTION,
    "deblur": deblur.SECTION,
    "dehaze": dehaze.SECTION,
    "brighten": brighten.SECTION,
    "enhance": enhance.SECTION,
    "underwater": enhance.WATER_SECTION,
    "colorize": colorize.SECTION,
    "inpaint": inpaint.SECTION,
    "semantic": semantic.SECTION,
    "faces": faces.SECTION,
    "scratches": scratches.SECTION,
    "despeckle": despeckle.SECTION,
    "old-photo": old_photo.SECTION,
    "two-stage": two_stage.SECTION,
    "restore": restore.SECTION,
    "untouched": untouched.SECTION,
}


def chosen(text: str) -> list[str]:
    """Returns the sections of a list with commas."""
    names = text.split(",")
    if unknown := sorted(set(names) - set(SECTIONS)):
        raise argparse.ArgumentTypeError(f"no section {', '.join(unknown)}: choose of {', '.join(SECTIONS)}")
    return names


def named(text: str) -> tuple[str, Path]:
    """Returns NAME and FILE of NAME=FILE."""
    name, equals, file = text.partition("=")
    if not (name and equals and Path(file).is_file()):
        raise argparse.ArgumentTypeError(f"{text} is not NAME=FILE with a weights file")
    return name, Path(file)


def arguments() -> argparse.Namespace:
    """Returns what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with test/, tasks/ and gen/")
    parser.add_argument("--tasks", type=chosen, default=list(SECTIONS), metavar="LIST", help="sections, with commas")
    parser.add_argument("--limit", type=int, help="only the first images of each set; nothing is written")
    parser.add_argument(
        "--model", type=named, action="append", default=[], metavar="NAME=FILE", help="a weights file to measure too"
    )
    parser.add_argument(
        "--keep", action="store_true", help="write the page with the rows of --model too, until it is measured again"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "docs/quality.md", help="page to write")
    parser.add_argument("--json", type=Path, help="write every figure of every image here")
    parser.add_argument("--sheets", type=Path, metavar="FOLDER", help="write contact sheets there, and measure nothing")
    return parser.parse_args()


def main() -> None:
    """Measures, prints and writes the page."""
    given = arguments()
    context = Context(
        data=given.data, limit=given.limit, kept=Kept(ROOT / "bench/quality-classical.json"), extra=dict(given.model)
    )
    if given.sheets:
        for path in sheets.write(context, given.sheets, given.tasks):
            sys.stdout.write(f"{path}\n")
        return
    figures = []
    for name in given.tasks:
        section = SECTIONS[name]
        tables = section.tables(context)
        figures += [table.to_json() for table in tables]
        values = measured(section, tables)
        sys.stdout.write(section_text(section, values))
        for bar in values["bars"]:
            sys.stdout.write(f"{bar['text']}: wanted {bar['wanted']}, measured {bar['measured']}\n")
        if given.limit is None and (given.keep or not given.model):
            # Section by section: a run that is stopped loses only the section it was at.
            kept = {**read(ROOT / "benchmarks/quality.json"), name: values}
            write(ROOT / "benchmarks/quality.json", kept)
            given.output.parent.mkdir(parents=True, exist_ok=True)
            given.output.write_text(page(SECTIONS, kept), encoding="utf-8")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
