"""``ganvas interpolate``: the way from one sample of a generator to the next, as a grid or moving."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ganvas.cli.arguments import Parser, normalised
from ganvas.cli.generate import add_model, refuse_existing
from ganvas.core.errors import SettingsError

__all__ = ["run"]


def run(words: Sequence[str]) -> int:
    """Makes the pictures and returns the exit status."""
    parser = Parser(
        prog="ganvas interpolate",
        description="Show the way from each seed's sample to the next one's.",
        epilog="OUT is a grid (.png, .jpg: a row for each pair of seeds), or moves (.gif, .webp, .mp4; MP4 needs the "
        "extra video).",
    )
    add_model(parser)
    parser.add_argument("--seeds", "--seed", required=True, metavar="LIST", help="two or more, like 3,8,15")
    parser.add_argument("--steps", type=int, default=8, help="pictures from one seed to the next [8]")
    parser.add_argument("--label", type=int, metavar="N", help="class of all of them [0]")
    parser.add_argument("--path", choices=("sphere", "line"), default="sphere", help="of the latent code [sphere]")
    parser.add_argument("--loop", action="store_true", help="go back to the first seed")
    parser.add_argument("--fps", type=float, default=12.0, help="frames a second of what moves [12]")
    args = parser.parse_args(normalised(words))
    from ganvas.api.generate import Generator, grid, interpolate, parse_numbers, provenance
    from ganvas.api.options import Options
    from ganvas.io.made import MOVING, write_moving, write_still

    if not 0.1 <= args.fps <= 240:
        raise SettingsError(f"{args.fps:g} frames a second are not possible: use 0.1 to 240.")
    refuse_existing(args.output, args.overwrite)
    generator = Generator(args.model, options=Options(device=args.device))
    seeds = parse_numbers(args.seeds)
    frames = interpolate(
        generator,
        seeds,
        steps=args.steps,
        label=args.label,
        truncation=args.truncation,
        path=args.path,
        loop=args.loop,
    )
    if frames.ndim != 4:
        raise SettingsError(f"{args.model} makes points, not pictures: ask for them in Python with ganvas.generate.")
    if args.output.suffix.lower() in MOVING:
        write_moving(args.output, list(frames), frames_per_second=args.fps)
    else:
        said = {"task": "interpolate", "seeds": list(seeds), "steps": args.steps, "truncation": args.truncation}
        write_still(args.output, grid(frames, args.steps), provenance(generator.model, said))
    if not args.quiet:
        print(f"ganvas: {len(frames)} made: {args.output}", file=sys.stderr)
    return 0
