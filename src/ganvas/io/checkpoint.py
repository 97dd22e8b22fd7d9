"""Weights files: safetensors with a JSON header. Nothing here executes what a file contains.

The header stands as one JSON text under the key ``ganvas`` of the safetensors metadata::

    {"format": 1, "kind": "model" | "train", "method": "srgan", "settings": {...}, "card": {...},
     "licence": ..., "data": ..., "metrics": {...}, "provenance": {...}}
"""

from __future__ import annotations

import json
import os
import struct
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganvas.core.errors import CheckpointError
from ganvas.io.packing import unpack

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["FORMAT", "load_tensors", "read_header", "save"]

FORMAT = 1
_KEY = "ganvas"
_MAX_HEADER_BYTES = 100_000_000  # the limit of the safetensors library itself


def read_header(path: str | Path) -> dict[str, Any]:
    """Returns the JSON header of a weights file, without importing torch or reading a tensor.

    Raises:
        CheckpointError: the file is missing, is not safetensors, was not written by ganvas, or is of a newer format.
    """
    try:
        with open(path, "rb") as file:
            start = file.read(8)
            size = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
            if not 2 <= size <= min(_MAX_HEADER_BYTES, os.fstat(file.fileno()).st_size - 8):
                raise CheckpointError(f"{path} is not a safetensors file: use a weights file written by ganvas.")
            raw = json.loads(file.read(size))
    except OSError as error:
        raise CheckpointError(f"Cannot read {path} ({error.strerror}): check the path of the weights file.") from error
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"{path} is not a safetensors file: use a weights file written by ganvas.") from error
    try:
        header = json.loads(raw["__metadata__"][_KEY])
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path} has no ganvas header: use a weights file written by ganvas.") from error
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise CheckpointError(f"{path} is of another format than this ganvas reads ({FORMAT}): update ganvas.")
    return header


def load_tensors(path: str | Path) -> dict[str, Tensor]:
    """Returns all tensors by name, on the CPU; those that were stored in a byte each as float32.

    Raises:
        CheckpointError: the file is missing or damaged.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        tensors = load_file(str(path))
    except (OSError, SafetensorError, ValueError) as error:
        raise CheckpointError(f"Cannot load weights from {path} ({error}): fetch or train the file again.") from error
    return unpack(tensors, source=path)


def save(path: str | Path, tensors: Mapping[str, Tensor], header: Mapping[str, Any]) -> None:
    """Writes the file whole or not at all: a temporary file in the same folder, synced, then renamed.

    Raises:
        CheckpointError: the folder cannot be written to.
    """
    from safetensors.torch import save as to_bytes

    path = Path(path)
    # Tensors that share memory (tied weights) are cloned: safetensors refuses aliases.
    flat = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    data = to_bytes(flat, metadata={_KEY: json.dumps({"format": FORMAT, **header}, sort_keys=True)})
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        raise CheckpointError(
            f"Cannot write {path} ({error.strerror}): free space or choose another folder."
        ) from error
