"""``ganvas generate``: pictures from nothing, by seed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from ganvas.cli.arguments import Parser, normalised
from ganvas.core.errors import SettingsError, UnsafeOutput

__all__ = ["add_model", "refuse_existing", "run"]


def run(words: Sequence[str]) -> int:
    """Makes the pictures and returns the exit status."""
    parser = Parser(
        prog="ganvas generate",
        description="Make pictures by a trained generator. The same seed makes the same picture.",
        epilog="OUT is one picture with all of them where it ends in .png, .jpg or .webp, else a folder with one each.",
    )
    add_model(parser)
    parser.add_argument("-n", "--number", type=int, metavar="N", help="how many [the number of seeds, or 1]")
    parser.add_argument("--seed", metavar="LIST", help="like 7, 0-63 or 1,4,10-12 [0 to N - 1]")
    parser.add_argument("--label", metavar="LIST", help="classes, taken in turn [every class in turn]")
    parser.add_argument("--columns", type=int, metavar="N", help="pictures side by side in OUT [about a square]")
    args = parser.parse_args(normalised(words))
    from ganvas.api.generate import Generator, generate, grid, parse_numbers, provenance
    from ganvas.api.options import Options
    from ganvas.io.info import format_of_name
    from ganvas.io.made import write_still

    generator = Generator(args.model, options=Options(device=args.device))
    made = generate(
        generator,
        args.number,
        seeds=parse_numbers(args.seed) if args.seed else (),
        labels=parse_numbers(args.label) if args.label else (),
        truncation=args.truncation,
    )
    if made.images.ndim != 4:
        raise SettingsError(f"{args.model} makes points, not pictures: ask for them in Python with ganvas.generate.")
    said = {"task": "generate", "truncation": args.truncation}
    if format_of_name(args.output.name) is not None:
        refuse_existing(args.output, args.overwrite)
        told = {**said, "seeds": list(made.seeds), "labels": list(made.labels)}
        write_still(args.output, grid(made.images, args.columns), provenance(generator.model, told))
    else:
        names = [args.output / _name(seed, made.labels[i : i + 1]) for i, seed in enumerate(made.seeds)]
        if len(set(names)) < len(names):
            raise SettingsError("Some pictures would have the same name: ask for each seed and class once.")
        for name in names:
            refuse_existing(name, args.overwrite)
        for i, name in enumerate(names):
            told = {**said, "seed": made.seeds[i], "label": made.labels[i] if made.labels else None}
            write_still(name, made.images[i], provenance(generator.model, told))
    if not args.quiet:
        print(f"ganvas: {len(made.seeds)} made: {args.output}", file=sys.stderr)
    return 0


def add_model(parser: Parser) -> None:
    """Adds what making and interpolating share."""
    parser.add_argument("model", help="name or path of a model that generates")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT")
    parser.add_argument(
        "--truncation", type=float, metavar="T", help="largest number in the latent code; lower: typical, less varied"
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda [auto]")
    parser.add_argument("--overwrite", action="store_true", help="replace pictures that are there")
    parser.add_argument("-q", "--quiet", action="store_true", help="say nothing")


def _name(seed: int, label: Sequence[int]) -> str:
    return f"seed{seed:06d}" + "".join(f"-class{number:03d}" for number in label) + ".png"


def refuse_existing(path: Path, overwrite: bool) -> None:
    """Returns where nothing would be lost.

    Raises:
        UnsafeOutput: the file is there and may not be replaced.
    """
    if path.exists() and not overwrite:
        raise UnsafeOutput(f"{path} is there already: name another place, or allow it with --overwrite.")
