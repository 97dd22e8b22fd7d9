"""Commands that apply a model to pictures, one per task, all with the same flags.

argparse and not tyro: the whole command is to be over in a third of a second, and tyro takes a sixth of that to import.
"""

from __future__ import annotations

import json
import signal
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

from ganvas.api.job import Job
from ganvas.api.options import Options, parse_bytes, parse_pixels
from ganvas.api.outcome import Summary
from ganvas.api.work import prepare
from ganvas.cli.arguments import Parser, normalised, sized
from ganvas.cli.progress import Teller
from ganvas.core.errors import SettingsError
from ganvas.core.task import DIALS, Task

__all__ = ["add_engine", "add_files", "add_paths", "add_telling", "deliver", "ending_politely", "options_of", "run"]


def run(task: Task, words: Sequence[str]) -> int:
    """Applies a model to the pictures named in ``words`` and returns the exit status."""
    args = _parser(task).parse_args(normalised(words))
    paths = [*args.paths, *args.input]
    if not paths:
        raise SettingsError(f"Name a picture or a folder: ganvas {task.verb} photo.jpg -o better.jpg.")
    with ending_politely():
        work = prepare(
            task,
            model=args.model,
            scale=getattr(args, "scale", None),
            strength=args.strength if "strength" in task.controls else 1.0,
            controls={name: getattr(args, name) for name in task.controls if name in DIALS and name != "strength"},
            real=args.real if task.real else False,
            kernel=args.kernel if "kernel" in task.controls else None,
            options=options_of(args),
        )
        return deliver(work, paths, args, said={"task": task.name, "model": work.model.name})


def deliver(job: Job, paths: Sequence[str], args: Namespace, *, said: Mapping[str, str]) -> int:
    """Does the job for the pictures and returns the exit status.

    Args:
        args: of a parser with the flags for files and for telling.
        said: what stands first in the JSON that is printed.
    """
    if "-" in paths or args.output == "-":
        return _pipe(job, paths, args, said)
    if args.output is None:
        raise SettingsError("Say where the result goes: -o FILE for one picture, -o FOLDER for several.")
    summary = _apply(job, [Path(path) for path in paths], Path(args.output), args)
    if args.json:
        print(json.dumps({**said, **summary.to_json()}, indent=1))
    if any(isinstance(outcome.error, SettingsError) for outcome in summary.outcomes):
        return 2
    return 1 if summary.failed else 0


def _apply(job: Job, paths: Sequence[Path], output: Path, args: Namespace) -> Summary:
    from ganvas.api.apply import goes_to_file

    with Teller(quiet=args.quiet, verbose=args.verbose) as teller:
        if goes_to_file(paths, output):
            from ganvas.api.apply import apply_file

            if args.suffix:
                raise SettingsError(f"{output} is a whole name already: leave out --suffix, or name a folder.")
            summary = apply_file(job, paths[0], output, overwrite=args.overwrite, dry_run=args.dry_run, observer=teller)
        else:
            from ganvas.api.batch import run as run_batch

            summary = run_batch(
                job,
                paths,
                output,
                suffix=args.suffix,
                overwrite=args.overwrite,
                dry_run=args.dry_run,
                observer=teller,
            )
        teller.conclude(summary)
    return summary


def _pipe(job: Job, paths: Sequence[str], args: Namespace, said: Mapping[str, str]) -> int:
    """Standard input to standard output, or one of them with a file."""
    from ganvas.api.apply import apply_stream

    if len(paths) != 1:
        raise SettingsError("With - there can be one picture only: name folders and files without it.")
    to_stdout = args.output in (None, "-")
    if args.suffix or args.dry_run:
        raise SettingsError("With - there is nothing to name: leave out --suffix and --dry-run.")
    if to_stdout and args.json:
        raise SettingsError("Standard output cannot hold both the picture and --json: name a file with -o.")
    if to_stdout and sys.stdout.isatty():
        raise SettingsError("A picture would fill the terminal with signs: redirect it, or name a file with -o.")
    source = sys.stdin.buffer if paths[0] == "-" else Path(paths[0])
    target = sys.stdout.buffer if to_stdout else Path(args.output)
    summary = apply_stream(job, source, target, overwrite=args.overwrite)
    if args.json:
        print(json.dumps({**said, **summary.to_json()}, indent=1))
    return 0


def options_of(args: Namespace) -> Options:
    """Returns what the flags say."""
    defaults = Options()
    pixels_in = args.max_pixels or defaults.max_pixels_in
    # The default allows four times as many pixels out as in; a limit given keeps that ratio, and never lowers it.
    pixels_out = max(defaults.max_pixels_out, 4 * pixels_in)
    return Options(
        device=args.device,
        precision=args.precision,
        backend=args.backend,
        tile=args.tile,
        max_memory=args.max_memory,
        color_guard=not args.no_color_guard,
        max_pixels_in=pixels_in,
        max_pixels_out=pixels_out,
        format=args.format,
        quality=args.quality,
        provenance=not args.no_provenance,
    )


def _parser(task: Task) -> Parser:
    parser = Parser(
        prog=f"ganvas {task.verb}",
        description=task.summary,
        epilog=f"OUT is a file where there is one picture and OUT ends like one (.png, .jpg, ...), else a folder.\n"
        f"Folders are walked and mirrored. Run the same command again to go on after an interruption.\n"
        f"ganvas {task.verb} - reads standard input and writes standard output.",
    )
    add_paths(parser)
    about = f"see ganvas models [{task.model}]"
    parser.add_argument("-n", "-m", "--model", "--model-name", metavar="MODEL", help=about)
    if "scale" in task.controls:
        parser.add_argument(
            "-s", "--scale", "--outscale", type=float, help="any number [the model's], also 1.5 or below 1"
        )
    for name in task.controls:
        if name in DIALS:
            default = "the model's" if DIALS[name].default is None else f"{DIALS[name].default:g}"
            about = f"{DIALS[name].about} [{default}]"
            parser.add_argument(f"--{name}", type=float, default=DIALS[name].default, metavar="X", help=about)
    if task.real:
        about = f"for photos whose damage is not known: the model {task.real}"
        parser.add_argument("--real", action="store_true", help=about)
    if "kernel" in task.controls:
        about = "the blur, if it is known: a gray picture or a .npy file with the path of the shake"
        parser.add_argument("--kernel", type=Path, metavar="FILE", help=about)
    add_files(parser)
    add_engine(parser)
    add_telling(parser)
    return parser


def add_paths(parser: Parser) -> None:
    """Adds where pictures come from and go to."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="pictures and folders, or -")
    parser.add_argument("-i", "--input", action="append", default=[], metavar="PATH", help="the same as PATH")
    parser.add_argument("-o", "--output", metavar="OUT", help="file or folder, or -")


def add_files(parser: Parser) -> None:
    """Adds what is said about the files written."""
    files = parser.add_argument_group("files")
    files.add_argument("--suffix", default="", help="put behind the name of every output, as in photo_x4.png")
    files.add_argument("--overwrite", action="store_true", help="outputs may replace originals and foreign files")
    files.add_argument("--dry-run", action="store_true", help="only say what would be done")
    files.add_argument("--format", default="auto", help="png, jpeg, webp, tiff, ... [auto: the input's]")
    files.add_argument("--quality", type=int, help="of JPEG, WebP and AVIF, 1 to 100")
    files.add_argument("--no-provenance", action="store_true", help="do not write into outputs how they were made")


def add_telling(parser: Parser) -> None:
    """Adds how much is told."""
    telling = parser.add_argument_group("telling")
    telling.add_argument("--json", action="store_true", help="print what was done as JSON on standard output")
    telling.add_argument("-q", "--quiet", action="store_true", help="only tell what failed")
    telling.add_argument("-v", "--verbose", action="count", default=0, help="tell each picture; twice: tracebacks too")


def add_engine(parser: Parser) -> None:
    """Adds what models are computed with."""
    engine = parser.add_argument_group("engine")
    engine.add_argument("--backend", default="auto", help="auto, torch or openvino [auto]")
    engine.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps [auto]")
    engine.add_argument("--precision", choices=("auto", "f32", "bf16"), default="auto", help="of the arithmetic [auto]")
    engine.add_argument("-t", "--tile", type=int, default=0, help="side of the tiles in input pixels [0: automatic]")
    engine.add_argument("--max-memory", type=sized(parse_bytes), metavar="SIZE", help="of this process, like 2GiB")
    engine.add_argument(
        "--max-pixels", type=sized(parse_pixels), metavar="N", help="largest input [250MP]; outputs: 4 N, at least 1 GP"
    )
    engine.add_argument("--no-color-guard", action="store_true", help="let a sharpening model shift colours")


@contextmanager
def ending_politely() -> Iterator[None]:
    """The system's request to end (SIGTERM) is cleaned up after like Ctrl-C."""

    def end(number: int, frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, end)
    except ValueError:  # not in the main thread: whoever runs us there ends us there
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
