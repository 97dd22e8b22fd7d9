"""A 100-megapixel image enlarged twice under a memory limit: peak resident memory and seconds of the command.

    python benchmarks/bench_memory.py [--megapixels 100] [--scale 2] [--max-memory 2GiB] [--model NAME]

The image is written row by row, so this process stays small; the command runs as a child, and its peak resident
memory is what the operating system counted for it (``getrusage`` of the children).
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np


def chunk(file: BinaryIO, kind: bytes, data: bytes) -> None:
    """Writes one chunk of a PNG."""
    file.write(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)))


def write_png(path: Path, side: int) -> None:
    """A square RGB PNG of waves, edges and noise, 64 rows in memory at a time."""
    random = np.random.default_rng(0)
    x = np.arange(side, dtype=np.float32)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        chunk(file, b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
        packer = zlib.compressobj(1)
        for top in range(0, side, 64):
            y = np.arange(top, min(top + 64, side), dtype=np.float32)[:, None]
            rows = np.stack([128 + 70 * np.sin(x / (9 + 4 * c) + y / 13) for c in range(3)], axis=2)
            rows += 30 * (((x // 41) + (y // 57)) % 2)[..., None] + random.normal(0, 2, (len(y), side, 1))
            pixels = np.clip(rows, 0, 255).astype(np.uint8).reshape(len(y), -1)
            filtered = np.concatenate([np.zeros((len(y), 1), np.uint8), pixels], axis=1)
            chunk(file, b"IDAT", packer.compress(filtered.tobytes()))
        chunk(file, b"IDAT", packer.flush())
        chunk(file, b"IEND", b"")


def main() -> None:
    """Prints the figures and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megapixels", type=float, default=100.0)
    parser.add_argument("--scale", default="2")
    parser.add_argument("--max-memory", default="2GiB")
    parser.add_argument("--model", help="name or path; the command's own choice when left out")
    parser.add_argument("--folder", type=Path, help="where the files go (a temporary folder when left out)")
    parser.add_argument("arguments", nargs="*", help="further arguments of the command, after --")
    choice = parser.parse_args()
    side = round(math.sqrt(choice.megapixels * 1e6))
    with tempfile.TemporaryDirectory(dir=choice.folder) as name:
        source, result = Path(name) / "source.png", Path(name) / "result.png"
        write_png(source, side)
        command = [sys.executable, "-c", "from ganvas.cli.main import main; raise SystemExit(main())"]
        command += ["upscale", str(source), "-o", str(result)]
        command += ["-s", choice.scale, "--max-memory", choice.max_memory, *choice.arguments]
        command += ["-n", choice.model] if choice.model else []
        start = time.perf_counter()
        done = subprocess.run(command, check=False)
        seconds = time.perf_counter() - start
        if done.returncode:
            sys.exit(f"The command failed with {done.returncode}.")
        with open(result, "rb") as file:
            head = file.read(24)
        width, height = struct.unpack(">II", head[16:24])
        size = result.stat().st_size
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(f"{side} x {side} px to {width} x {height} px under --max-memory {choice.max_memory}")
    print(f"peak resident memory {peak / 2**30:.2f} GiB, {seconds:.0f} s, output {size / 2**20:.0f} MiB")
    print(json.dumps({"side": side, "width": width, "height": height, "peak_bytes": peak, "seconds": seconds}))


if __name__ == "__main__":
    main()
