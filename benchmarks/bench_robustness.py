"""Kills a batch of 60 files at random moments, twenty times, and looks whether anything is missing, partial or redone.

    python benchmarks/bench_robustness.py

Each round starts ``ganvas upscale FOLDER -o OUT``, waits a random time, kills the process with SIGKILL and notes every
output that is visible (its inode, time stamps and bytes). After the last kill the command runs once more to its end.
Then: every input has its output, every output decodes and has the right size, no temporary file is left, and no output
that was ever visible was written again. A further run must do nothing at all.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

FILES, KILLS, SIDE, SCALE = 60, 20, (96, 144), 4


@dataclass(frozen=True)
class Seen:
    """An output as it was when first seen."""

    inode: int
    modified: int
    data: bytes


def make_inputs(folder: Path, rng: np.random.Generator) -> dict[str, tuple[int, int]]:
    """Writes 60 small pictures in three folders and returns their sizes by output name."""
    sizes = {}
    for i in range(FILES):
        width, height = (int(n) for n in rng.integers(*SIDE, size=2))
        ramp = np.linspace(0, 255, width)[None, :, None] + rng.normal(0, 12, (height, width, 3))
        name = f"{'abc'[i % 3]}/photo{i:02}.{('png', 'jpg')[i % 2]}"
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.clip(ramp, 0, 255).astype(np.uint8)).save(path)
        sizes[name] = (width * SCALE, height * SCALE)
    return sizes


def visible(folder: Path) -> dict[str, Seen]:
    """Returns the outputs that stand under their own names."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            status = path.stat()
            found[path.relative_to(folder).as_posix()] = Seen(status.st_ino, status.st_mtime_ns, path.read_bytes())
    return found


def main() -> int:
    """Runs the rounds, prints the verdict, and returns 0 where nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="classical/bicubic", help="any model that enlarges four times")
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    chance = random.Random(args.seed)
    with tempfile.TemporaryDirectory() as scratch:
        inputs, outputs = Path(scratch) / "in", Path(scratch) / "out"
        sizes = make_inputs(inputs, np.random.default_rng(args.seed))
        command = [sys.executable, "-m", "ganvas", "upscale", str(inputs), "-o", str(outputs), "-n", args.model]
        command += ["-q"]
        first, whole = measure(command, outputs)
        print(f"one run without a kill: {whole:.2f} s for {FILES} files, the first after {first:.2f} s", flush=True)
        seen: dict[str, Seen] = {}
        faults: list[str] = []
        progress = []
        for _ in range(args.kills):
            # Some rounds die before their first output, most while pictures are made; together they make most of them.
            kill_after(command, chance.uniform(0.7 * first, first + 2.5 * (whole - first) / args.kills))
            note(visible(outputs), seen, sizes, faults)
            progress.append(len(seen))
        done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False)
        note(visible(outputs), seen, sizes, faults)
        faults += check_end(outputs, sizes, seen, done)
        again = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False)
        if json.loads(again.stdout)["current"] != FILES:
            faults.append("a further run found something to do")
        note(visible(outputs), seen, sizes, faults)
    print(f"outputs visible after each kill: {progress}")
    print("\n".join(faults) or f"{args.kills} kills: no file missing, partial or redone")
    return 1 if faults else 0


def measure(command: list[str], outputs: Path) -> tuple[float, float]:
    """Returns the seconds to the first output and to the end of one whole run into another folder."""
    other = Path(f"{outputs}-timed")
    start, first = time.perf_counter(), 0.0
    child = subprocess.Popen([str(other) if word == str(outputs) else word for word in command])
    while child.poll() is None:
        if not first and other.exists() and visible(other):
            first = time.perf_counter() - start
        time.sleep(0.005)
    return first, time.perf_counter() - start


def kill_after(command: list[str], seconds: float) -> None:
    """Starts the command and kills it, with SIGKILL, after that time."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def note(now: dict[str, Seen], seen: dict[str, Seen], sizes: dict[str, tuple[int, int]], faults: list[str]) -> None:
    """Compares what is visible with what was; new outputs must be whole."""
    for name, was in seen.items():
        if name not in now:
            faults.append(f"{name} vanished")
        elif now[name] != was:
            faults.append(f"{name} was written again")
    for name in now.keys() - seen.keys():
        seen[name] = now[name]
        if name not in sizes:
            faults.append(f"{name} should not be there")


def check_end(
    outputs: Path, sizes: dict[str, tuple[int, int]], seen: dict[str, Seen], done: subprocess.CompletedProcess[str]
) -> list[str]:
    """Returns what is wrong after the last, undisturbed run."""
    faults = [] if done.returncode == 0 else [f"the last run failed: {done.stderr.strip()}"]
    faults += [f"{name} is missing" for name in sizes.keys() - seen.keys()]
    for name in sizes.keys() & seen.keys():
        try:
            with Image.open(outputs / name) as image:
                image.load()
                if image.size != sizes[name]:
                    faults.append(f"{name} has size {image.size}")
        except OSError as error:
            faults.append(f"{name} is partial: {error}")
    faults += [f"{path.name} was left over" for path in outputs.rglob(".*") if path.is_file()]
    return faults


if __name__ == "__main__":
    sys.exit(main())
