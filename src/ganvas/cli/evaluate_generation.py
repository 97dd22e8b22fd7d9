"""``ganvas evaluate generation MODEL...``: the figures of generators against real images."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from ganvas.api.options import Options
from ganvas.cli.arguments import Parser, normalised

__all__ = ["run"]


def run(words: Sequence[str]) -> int:
    """Prints the table and returns the exit status."""
    parser = Parser(
        prog="ganvas evaluate generation",
        description="Measure generators against real images; held-out real images stand beside them as the floor.",
        epilog="The file of --json loads with pandas.read_json(FILE, lines=True), the output of --csv with read_csv.",
    )
    parser.add_argument("models", nargs="+", metavar="MODEL", help="name or path; all make images of one size")
    parser.add_argument(
        "--data", required=True, metavar="DIR", help="real images: a folder, an archive, or a known set"
    )
    parser.add_argument(
        "--features",
        default="mnist-lenet",
        metavar="NAME",
        help="extractor: mnist-lenet, features, inception-tf, or a weights file [mnist-lenet]",
    )
    parser.add_argument("--samples", type=int, default=10_000, metavar="N", help="images of each model [10000]")
    parser.add_argument("--reference", type=int, default=100_000, metavar="N", help="real images at most [100000]")
    parser.add_argument("--labels", action="store_true", help="insist on models that can be asked for a class")
    parser.add_argument(
        "--cas", action="store_true", help="classification accuracy score: trains a classifier for each"
    )
    parser.add_argument("--paths", type=int, default=0, metavar="N", help="paths for the perceptual path length [0]")
    parser.add_argument(
        "--json", metavar="FILE", help="write one JSON object a line there, or to standard output with -"
    )
    parser.add_argument("--csv", action="store_true", help="print comma-separated values in place of the table")
    parser.add_argument("--device", default="auto")
    args = parser.parse_args(normalised(words))
    from ganvas.api.judge import evaluate_generation

    table = evaluate_generation(
        args.models,
        data=args.data,
        features=args.features,
        samples=args.samples,
        reference=args.reference,
        labels=args.labels,
        accuracy_score=args.cas,
        paths=args.paths,
        options=Options(device=args.device),
    )
    if args.json == "-":
        sys.stdout.write(table.to_json_lines())
        return 0
    if args.json:
        Path(args.json).write_text(table.to_json_lines(), encoding="utf-8")
    print(table.to_csv() if args.csv else table.to_markdown(), end="")
    return 0
