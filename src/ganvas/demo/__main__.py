"""``python -m ganvas.demo``: writes the demo's folder and says what is in it."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

import ganvas
from ganvas.demo.cases import CASES
from ganvas.demo.page import SPOTS, page
from ganvas.demo.restore import Outcome, outcomes
from ganvas.demo.strip import poster, strip

__all__ = ["main"]

_POSTER = ("upscale-astronaut", "denoise-coffee")


def _machine() -> str:
    """The processor as the system names it, and how many cores this process may use."""
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{name}, {cores} cores"


def _write(outcome: Outcome, folder: Path) -> None:
    """Writes every version of one photo and its before/after strip as PNG."""
    name = outcome.case.name
    places = {"input": folder / "input", "truth": folder / "original"}
    for picture in outcome.pictures:
        short = picture.label.replace(",", "").replace(" ", "-").lower()
        place = places.get(picture.kind, folder / "results" / short)
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture.pixels).save(place / f"{name}.png")
    strips = folder / "before-after"
    strips.mkdir(exist_ok=True)
    strip(outcome, spot=SPOTS[outcome.case.photo]).save(strips / f"{name}.png")


def _write_poster(done: Sequence[Outcome], path: Path) -> None:
    """One upscaled and one denoised photo, of those that a model of ours restored."""
    shown = [o for o in done if o.case.name in _POSTER and any(picture.kind == "ours" for picture in o.pictures)]
    path.parent.mkdir(parents=True, exist_ok=True)
    poster(shown, [SPOTS[outcome.case.photo] for outcome in shown]).save(path, quality=88)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the demo; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m ganvas.demo", description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("demo"), help="folder to write (default: demo)")
    parser.add_argument("--poster", type=Path, help="also write the two photos of the README into this file")
    args = parser.parse_args(arguments)
    folder: Path = args.output
    folder.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    done = []
    for outcome in outcomes():
        _write(outcome, folder)
        done.append(outcome)
        best = outcome.pictures[-2]
        print(f"{outcome.case.name:20} input {outcome.pictures[0].psnr:5.2f} dB  {best.label} {best.psnr:5.2f} dB")
    seconds = time.perf_counter() - start
    text = page(done, version=ganvas.__version__, machine=_machine(), seconds=seconds)
    (folder / "index.html").write_text(text, encoding="utf-8")
    if args.poster:
        _write_poster(done, args.poster)
    print(f"Restored {len(CASES)} photos in {seconds:.0f} s. Open {folder / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
