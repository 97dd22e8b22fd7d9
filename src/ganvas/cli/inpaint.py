"""``ganvas inpaint``: fills what a mask says is missing."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from ganvas.api import catalog
from ganvas.api.inpainting import plan_inpainting
from ganvas.cli.apply import (
    add_engine,
    add_files,
    add_paths,
    add_telling,
    deliver,
    ending_politely,
    options_of,
)
from ganvas.cli.arguments import Parser, normalised
from ganvas.core.errors import SettingsError
from ganvas.core.task import DIALS

__all__ = ["run"]


def run(words: Sequence[str]) -> int:
    """Fills the pictures named in ``words`` and returns the exit status."""
    args = _parser().parse_args(normalised(words))
    paths = [*args.paths, *args.input]
    if not paths:
        raise SettingsError("Name a picture or a folder: ganvas inpaint photo.jpg --mask mask.png -o better.png.")
    if args.mask is None:
        raise SettingsError("Say what is missing: --mask FILE, --mask FOLDER, --mask alpha or --mask auto-scratch.")
    _check_apart(paths, Path(args.mask).expanduser())

    def told(name: str, notes: Sequence[str]) -> None:
        if not args.quiet:
            print(f"{Path(name).name}: {' '.join(notes)}", file=sys.stderr)

    with ending_politely():
        job = plan_inpainting(
            args.mask,
            invert=args.invert,
            feather=args.feather,
            model=args.model,
            options=options_of(args),
            told=told,
        )
        return deliver(job, paths, args, said={"task": "inpaint", "model": job.model.name})


def _check_apart(paths: Sequence[str], masks: Path) -> None:
    """Lets pictures pass that do not lie among the masks.

    Raises:
        SettingsError: a folder holds both, so that nothing tells one from the other.
    """
    if not masks.is_dir():
        return
    for path in paths:
        folder = Path(path).expanduser()
        if folder.is_dir() and folder.resolve().is_relative_to(masks.resolve()):
            raise SettingsError(f"The pictures in {path} lie among the masks: give masks a folder of their own.")


def _parser() -> Parser:
    task = catalog.task("inpaint")
    parser = Parser(
        prog="ganvas inpaint",
        description=f"{task.summary} White means missing; all other pixels stay what they are.",
        epilog="OUT is a file where there is one picture and OUT ends like one (.png, .jpg, ...), else a folder.\n"
        "A folder of masks holds one of the same name for each picture; its format may be another.",
    )
    add_paths(parser)
    parser.add_argument(
        "--mask", metavar="MASK", help="file, folder, alpha (what is transparent), or auto-scratch (what is found)"
    )
    parser.add_argument("--invert", action="store_true", help="black means missing")
    parser.add_argument(
        "--feather", type=float, default=DIALS["feather"].default, metavar="PX", help=f"{DIALS['feather'].about} [0]"
    )
    about = f"see ganvas models [{task.model}]; classical/patchmatch copies what is known"
    parser.add_argument("-n", "-m", "--model", "--model-name", metavar="MODEL", help=about)
    add_files(parser)
    add_engine(parser)
    add_telling(parser)
    return parser
