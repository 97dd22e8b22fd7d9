"""Streaming a set of shards larger than the memory: peak resident memory and images a second.

    python benchmarks/bench_data.py [--gigabytes 0.2] [--shards 20] [--batches 100] [--size 64] [--folder DIR]

Writes tar shards of JPEG photos with labels (a few photos, each stored many times, so that writing is quick), then
streams shuffled batches from them in a child process without any cache, whose resident memory is sampled: after the
index was made, while it streams, and at its peak.
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np


def photos(count: int, bytes_each: int) -> list[bytes]:
    """JPEG files of about so many bytes each, of smooth noise."""
    random = np.random.default_rng(0)
    side = max(32, round((bytes_each * 2.2) ** 0.5))
    result = []
    for _ in range(count):
        noise = random.integers(0, 256, (side // 4 + 1, side // 4 + 1, 3), np.uint8)
        image = cv2.resize(noise, (side, side), interpolation=cv2.INTER_CUBIC)
        result.append(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes())
    return result


def write_shards(folder: Path, shards: int, total: int, bytes_each: int) -> int:
    """Writes the shards and returns how many images they hold."""
    stock = photos(16, bytes_each)
    number = 0
    for shard in range(shards):
        with tarfile.open(folder / f"set-{shard:05d}.tar", "w") as archive:
            size = 0
            while size < total // shards:
                raw = stock[number % len(stock)]
                for end, data in (("jpg", raw), ("cls", str(number % 10).encode())):
                    item = tarfile.TarInfo(f"{number:08d}.{end}")
                    item.size = len(data)
                    archive.addfile(item, io.BytesIO(data))
                size += len(raw)
                number += 1
    return number


def stream(folder: Path, size: int, batch: int, batches: int) -> dict[str, float]:
    """Streams batches in this process; returns seconds and resident memory in MiB."""
    import torch

    from ganvas.data.images import LabelledImages

    torch.set_num_threads(1)
    before = resident()
    start, cpu_start = time.perf_counter(), time.process_time()
    settings = LabelledImages(size=size, classes=10, cache_bytes=0, flip=True)
    images = settings.stream(folder, seed=0)
    indexed, cpu_indexed = time.perf_counter(), time.process_time()
    memory = [resident()]
    for number in range(batches):
        images.batch(number * batch, batch)
        memory.append(resident())
    seconds, cpu = time.perf_counter() - indexed, time.process_time() - cpu_indexed
    return {
        "images": len(images.labels),
        "index_seconds": indexed - start,
        "index_cpu_seconds": cpu_indexed - cpu_start,
        "images_per_second": batches * batch / seconds,
        "cpu_ms_per_image": cpu / (batches * batch) * 1e3,
        "before_mib": before,
        "indexed_mib": memory[0],
        "after_a_tenth_mib": memory[1 + batches // 10],
        "last_mib": memory[-1],
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10),
    }


def resident() -> float:
    """Resident memory now, MiB; the peak where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return pages * resource.getpagesize() / 2**20


def main() -> None:
    """Prints the figures and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=0.2)
    parser.add_argument("--shards", type=int, default=20)
    parser.add_argument("--kilobytes-per-image", type=float, default=50)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--batches", type=int, default=100)
    parser.add_argument("--folder", type=Path, help="where the shards go for the time (a temporary folder)")
    parser.add_argument("--stream", type=Path, help=argparse.SUPPRESS)
    choice = parser.parse_args()
    if choice.stream is not None:
        print(json.dumps(stream(choice.stream, choice.size, choice.batch, choice.batches)))
        return
    with tempfile.TemporaryDirectory(dir=choice.folder) as name:
        start = time.perf_counter()
        count = write_shards(
            Path(name), choice.shards, round(choice.gigabytes * 1e9), round(choice.kilobytes_per_image * 1e3)
        )
        total = sum(path.stat().st_size for path in Path(name).iterdir())
        print(f"{choice.shards} shards, {count} images, {total / 1e9:.2f} GB in {time.perf_counter() - start:.0f} s")
        words = [sys.executable, __file__, "--stream", name, "--size", str(choice.size)]
        words += ["--batch", str(choice.batch), "--batches", str(choice.batches)]
        told = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
    print(
        f"index of {told['images']} images in {told['index_seconds']:.1f} s, {told['index_cpu_seconds']:.1f} s of CPU"
    )
    print(f"{told['images_per_second']:.0f} images/s, {told['cpu_ms_per_image']:.2f} ms of CPU each")
    print(
        f"resident {told['before_mib']:.0f} MiB before, {told['indexed_mib']:.0f} with the index, "
        f"{told['after_a_tenth_mib']:.0f} after a tenth of the batches, {told['last_mib']:.0f} at the end, "
        f"peak {told['peak_mib']:.0f}"
    )
    print(json.dumps(told | {"bytes": total, "shards": choice.shards}))


if __name__ == "__main__":
    main()
