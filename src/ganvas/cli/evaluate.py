"""``ganvas evaluate TASK``: the figures of a model on test pictures. The flags are those of the task's protocol."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from ganvas.api import catalog
from ganvas.api.options import Options, parse_bytes
from ganvas.cli.arguments import Parser, normalised, sized
from ganvas.core.errors import SettingsError

__all__ = ["run"]


def run(words: Sequence[str]) -> int:
    """Prints the table and returns the exit status."""
    tasks = [name for name in catalog.names("tasks") if name in catalog.names("evaluate")]
    if not words or words[0] in ("-h", "--help"):
        print(f"usage: ganvas evaluate TASK -n MODEL --data DIR [options]\n\nTASK is one of {', '.join(tasks)}; ")
        print("ganvas evaluate TASK --help tells the options of its protocol.")
        print("ganvas evaluate generation MODEL... --data DIR measures generators against real images.")
        return 0 if words else 2
    if words[0] == "generation":
        from ganvas.cli import evaluate_generation

        return evaluate_generation.run(words[1:])
    if words[0] not in tasks:
        raise SettingsError(
            f"There is nothing to evaluate called {words[0]!r}: choose one of {', '.join([*tasks, 'generation'])}."
        )
    task = catalog.task(words[0])
    parser = Parser(prog=f"ganvas evaluate {task.name}", description=f"Measure a model. {task.summary}")
    from ganvas.api.choose import own_model
    from ganvas.api.judge import evaluate, protocol_settings

    parser.add_argument("-n", "--model", "--model-name", help=f"name or path [{task.model}]")
    parser.add_argument("--data", required=True, metavar="DIR", help="folder of test pictures")
    parser.add_argument("--beside", action="append", default=[], metavar="MODEL", help="a further model in the table")
    parser.add_argument("--per-image", action="store_true", help="a row for each picture too")
    parser.add_argument("--json", metavar="FILE", help="write all figures there, or to standard output with -")
    protocol = parser.add_argument_group("protocol")
    settings = protocol_settings(task.name)
    for setting in settings:
        flag = f"--{setting.name.replace('_', '-')}"
        told = setting.about.replace("%", "%%")
        if setting.kind is bool:
            protocol.add_argument(flag, action="store_true", default=None, help=told)
        else:
            protocol.add_argument(flag, type=setting.kind, metavar=setting.kind.__name__.upper(), help=told)
    engine = parser.add_argument_group("engine")
    engine.add_argument("--backend", default="auto")
    engine.add_argument("--device", default="auto")
    engine.add_argument("--precision", choices=("auto", "f32", "bf16"), default="auto")
    engine.add_argument("-t", "--tile", type=int, default=0)
    engine.add_argument("--max-memory", type=sized(parse_bytes), metavar="SIZE")
    args = parser.parse_args(normalised(words[1:]))
    given = {s.name: value for s in settings if (value := getattr(args, s.name)) is not None}
    options = Options(
        backend=args.backend, device=args.device, precision=args.precision, tile=args.tile, max_memory=args.max_memory
    )
    model = args.model or own_model(task)
    table = evaluate(task.name, model=model, data=args.data, beside=args.beside, settings=given, options=options)
    if args.json:
        text = json.dumps(table.to_json(), indent=1) + "\n"
        if args.json == "-":
            sys.stdout.write(text)
            return 0
        Path(args.json).write_text(text, encoding="utf-8")
    print(table.to_markdown(per_image=args.per_image), end="")
    return 0
