"""What a back end is, what running out of memory looks like, and the choice between back ends."""

from __future__ import annotations

import os
import pkgutil
from functools import cache
from importlib import import_module
from typing import Literal, Protocol

import numpy as np
from jaxtyping import Float

from ganvas.core.errors import MissingExtra, ModelError, SettingsError
from ganvas.infer import backends
from ganvas.infer.model import RunnableModel

__all__ = ["Backend", "Precision", "backend_names", "choose", "cpu_has_bf16", "is_out_of_memory", "usable_cores"]

Precision = Literal["f32", "bf16"]


class Backend(Protocol):
    """Runs one network on tiles of equal shape. Not to be shared by threads.

    Attributes:
        name: of the back end.
        device: what it runs on.
        precision: of its arithmetic.
        bytes_per_pixel: estimated working memory per input pixel, without the arrays in and out.
    """

    name: str
    device: str
    precision: Precision
    bytes_per_pixel: float

    def run(self, images: Float[np.ndarray, "b h w c"]) -> Float[np.ndarray, "b H W c"]:
        """Returns the outputs for float32 images in [0, 1], on the same scale, not clipped.

        A model of tiling ``field`` is given thumbnails and gives their grids, which have no such scale. A model that
        needs a mask is given one channel more than it gives: 1 where a pixel is missing, else 0.
        The array is the caller's: no later call writes into it.
        """
        ...

    def at(self, precision: Precision) -> Backend:
        """Returns the back end for the same network at that precision."""
        ...


class _Module(Protocol):
    """What each file of ``backends`` holds."""

    PREFERENCE: int

    def refusal(self, model: RunnableModel, device: str) -> str: ...

    def open_backend(self, model: RunnableModel, *, device: str, precision: str) -> Backend: ...


def backend_names() -> list[str]:
    """Returns the names of the back ends, the most preferred first."""
    names = [entry.name for entry in pkgutil.iter_modules(backends.__path__)]
    return sorted(names, key=lambda name: -_module(name).PREFERENCE)


def _module(name: str) -> _Module:
    return import_module(f"{backends.__name__}.{name}")


def choose(model: RunnableModel, *, backend: str, device: str, precision: str) -> tuple[Backend, str]:
    """Returns the back end for the model, and in words why it is this one.

    Args:
        backend: a name, or ``auto`` for the most preferred that does not refuse. A function has only one.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
        precision: ``auto``, ``f32`` or ``bf16``; a model that looks at a thumbnail always gets ``f32``.

    Raises:
        SettingsError: no such back end or precision, or the one named cannot run this model on this device.
        MissingExtra: the back end named is not installed.
    """
    names = backend_names()
    if precision not in ("auto", "f32", "bf16"):
        raise SettingsError(f"There is no precision {precision!r}: use auto, f32 or bf16.")
    if backend != "auto" and backend not in names:
        raise SettingsError(f"There is no back end {backend!r}: use auto, {', '.join(names)}.")
    if model.card.tiling in ("field", "chroma"):
        precision = "f32"  # one small image: rounding its answer would save nothing and show in every pixel
    if backend != "auto" and model.function is None:
        if reason := _module(backend).refusal(model, device):
            raise SettingsError(f"The back end {backend} cannot run {model.name}: {reason}. Use --backend auto.")
        return _module(backend).open_backend(model, device=device, precision=precision), "asked for"
    refused: list[str] = []
    for name in names:
        reason = _module(name).refusal(model, device)
        if not reason:
            try:
                opened = _module(name).open_backend(model, device=device, precision=precision)
            except (MissingExtra, ModelError) as error:
                reason = str(error)
            else:
                return opened, "; ".join(refused) if refused else "the fastest that runs this model here"
        if not (name == "function" or model.function):
            refused.append(f"{name}: {reason}")
    raise SettingsError(f"No back end can run {model.name} on {device} ({'; '.join(refused)}): use --device auto.")


# torch's and OpenVINO's allocators on the CPU raise a plain RuntimeError, so only these exact texts count.
_ALLOCATION = ("DefaultCPUAllocator: can't allocate memory", "DefaultCPUAllocator: not enough memory", "std::bad_alloc")


def is_out_of_memory(error: BaseException) -> bool:
    """Returns whether the error says that an allocation failed, and not merely mentions memory or CUDA."""
    if isinstance(error, MemoryError):
        return True
    kinds = {f"{kind.__module__.split('.')[0]}.{kind.__name__}" for kind in type(error).__mro__}
    if "torch.OutOfMemoryError" in kinds:
        return True
    return isinstance(error, RuntimeError) and any(text in str(error) for text in _ALLOCATION)


@cache
def cpu_has_bf16() -> bool:
    """Returns whether the processor multiplies bf16 in hardware (AMX or AVX512-bf16), as far as Linux tells."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            flags = next((line for line in file if line.startswith("flags")), "").split()
    except OSError:
        return False
    return "amx_bf16" in flags or "avx512_bf16" in flags


def usable_cores() -> int:
    """Returns how many cores this process may run on: its affinity and its container's quota, at least 1."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        with open("/sys/fs/cgroup/cpu.max", encoding="ascii") as file:
            quota, period = file.read().split()
        if quota != "max":
            count = min(count, max(1, int(quota) // int(period)))
    except (OSError, ValueError):
        pass  # no cgroup v2 here: the affinity is what is known
    return max(1, count)
