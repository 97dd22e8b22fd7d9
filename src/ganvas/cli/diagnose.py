"""``ganvas diagnose RUN``: what ails a training, in words, with the evidence and what to try."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from ganvas.cli.arguments import Parser, normalised

__all__ = ["run"]


def run(words: Sequence[str]) -> int:
    """Prints the diagnosis and returns the exit status, 0 for an ill run too."""
    parser = Parser(prog="ganvas diagnose", description="Say what ails a training run, and what to try.")
    parser.add_argument("run", metavar="RUN", help="folder of the run, finished or not")
    parser.add_argument("--json", action="store_true", help="print JSON instead of words")
    parser.add_argument("--plot", metavar="FILE", help="draw the evidence there: png, svg or pdf")
    args = parser.parse_args(normalised(words))
    from ganvas.api.diagnose import as_text, diagnose, draw, to_json

    found = diagnose(args.run)
    if args.plot:
        draw(args.run, found, args.plot)
    sys.stdout.write(json.dumps(to_json(found), indent=1) + "\n" if args.json else as_text(found))
    return 0
