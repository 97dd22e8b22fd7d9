"""Several processes that train one model: who is there, whose samples are whose, and how they come to agree.

The same command under ``torchrun --nproc-per-node N -m ganvas train ...`` trains with N processes. Each takes its
share of the same global batch; gradients are summed once per phase as one flat tensor, without a wrapper around the
networks, so that penalties through ``autograd.grad`` meet nothing special (Karras et al., stylegan3, do likewise). A
decision that one process alone would take (stop, save, a gradient is missing) is taken by all together.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import torch
import torch.distributed as dist
from jaxtyping import Float
from torch import Tensor, nn

from ganvas.core.batch import Batch
from ganvas.core.errors import GanvasError, SettingsError
from ganvas.data.streams import Stream

B = TypeVar("B", bound=Batch)
__all__ = ["Reducer", "Shared", "World", "device_here", "joined", "launched"]


@dataclass(frozen=True)
class World:
    """The processes of this training. Alone, every function is a plain no-op, and no process group is needed.

    Attributes:
        rank: number of this process, from 0; process 0 writes files and logs.
        size: number of processes.
    """

    rank: int = 0
    size: int = 1

    @property
    def writes(self) -> bool:
        """Whether this process writes checkpoints and logs."""
        return self.rank == 0

    def share(self, count: int) -> tuple[int, int]:
        """Returns which of ``count`` samples of a batch are this process's: from the first to below the second.

        Raises:
            SettingsError: the batch cannot be shared evenly.
        """
        own, left = divmod(count, self.size)
        if left or not own:
            raise SettingsError(
                f"A batch of {count} cannot be shared evenly by {self.size} processes: "
                f"set --train.batch to {max(own, 1) * self.size} or {(own + 1) * self.size}."
            )
        return own * self.rank, own * (self.rank + 1)

    def any_of(self, flags: Sequence[bool]) -> list[bool]:
        """Returns, flag by flag, whether it is set in any process."""
        if self.size == 1:
            return list(flags)
        seen = torch.tensor(flags, dtype=torch.uint8)
        dist.all_reduce(seen, op=dist.ReduceOp.MAX)
        return [bool(flag) for flag in seen.tolist()]

    def gather(self, text: str) -> list[str]:
        """Returns every process's text, by rank."""
        if self.size == 1:
            return [text]
        own = torch.frombuffer(bytearray(text.encode()), dtype=torch.uint8) if text else torch.empty(0).byte()
        lengths = torch.zeros(self.size, dtype=torch.int64)
        lengths[self.rank] = len(own)
        dist.all_reduce(lengths)
        padded = [torch.zeros(int(lengths.max()), dtype=torch.uint8) for _ in range(self.size)]
        padded[self.rank][: len(own)] = own
        dist.all_gather(padded, padded[self.rank].clone())
        return [bytes(row[:length].tolist()).decode() for row, length in zip(padded, lengths.tolist(), strict=True)]

    def rows(self, row: Float[Tensor, " k"]) -> Float[Tensor, "size k"]:
        """Returns every process's row, by rank, differentiable to any order.

        The gradient is that of the sum of all processes' losses, so every process must run the same operations.
        """
        if self.size == 1:
            return row[None]
        own = torch.zeros(self.size, 1, dtype=row.dtype, device=row.device)
        own[self.rank] = 1
        return _Sum.apply(own * row)

    def means(self, values: Mapping[str, Tensor | float]) -> dict[str, float]:
        """Returns the mean of each value over the processes that have it; waits for the device."""
        own = {name: float(value) for name, value in values.items()}
        if self.size == 1:
            return own
        rows = [json.loads(text) for text in self.gather(json.dumps(own))]
        found: dict[str, list[float]] = {}
        for name, value in (item for row in rows for item in row.items()):
            found.setdefault(name, []).append(value)
        return {name: sum(values) / len(values) for name, values in found.items()}

    def agree(self, values: dict[str, Any], *, add: bool = False) -> None:
        """Replaces each number (0-d tensors too) by its mean, or sum, over the processes; leaves all else alone."""
        own = {name: value for name, value in values.items() if _is_number(value)}
        means = self.means(own)
        for name, value in own.items():
            agreed = means[name] * self.size if add else means[name]
            values[name] = torch.full_like(value, agreed) if isinstance(value, Tensor) else type(value)(agreed)

    def first(self, action: Callable[[], None]) -> None:
        """Process 0 acts while the others wait; where it fails, all do.

        Raises:
            GanvasError: in the others, where process 0 failed.
        """
        problem: Exception | None = None
        if self.size == 1:
            return action()
        if self.writes:
            try:
                action()
            except Exception as error:
                problem = error
        told = self.gather(str(problem) or type(problem).__name__ if problem else "")[0]
        if problem is not None:
            raise problem
        if told:
            raise GanvasError(f"Process 0 stopped: {told}")

    def check_same(self, tensors: dict[str, Tensor]) -> None:
        """Looks whether every process holds the same numbers; any difference in a tensor's sum tells.

        Raises:
            SettingsError: they differ; names the first tensor.
        """
        if self.size == 1:
            return
        sums = torch.stack([tensor.detach().double().sum().cpu() for tensor in tensors.values()]).nan_to_num()
        low, high = -sums, sums.clone()
        dist.all_reduce(low, op=dist.ReduceOp.MAX)
        dist.all_reduce(high, op=dist.ReduceOp.MAX)
        different = [name for name, apart in zip(tensors, (high != -low).tolist(), strict=True) if apart]
        if different:
            raise SettingsError(
                f"The {self.size} processes have drifted apart, first in {different[0]!r}: a network or the method "
                "keeps something of its own share of the batch. Train it in one process."
            )


class _Sum(torch.autograd.Function):
    """Sum over all processes; so is its gradient, and the gradient's gradient."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        total = x.clone(memory_format=torch.contiguous_format)
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        return _Sum.apply(gradients[0])


@dataclass(frozen=True)
class Shared(Generic[B]):
    """A stream of this process's share: asked for a global batch, it gives the samples that are ours."""

    stream: Stream[B]
    world: World

    def batch(self, first: int, count: int) -> B:
        """Returns our part of samples ``first`` to ``first + count - 1``."""
        start, stop = self.world.share(count)
        return self.stream.batch(first + start, stop - start)


class Reducer:
    """Sums the gradients of a phase over all processes, in one message of a layout that never changes.

    A parameter may be without a gradient, here or everywhere: it still has its place in the message (a penalty gives
    the last bias none, and messages of different lengths would end in silence or a dead wait), and keeps none where no
    process has one, so that the optimiser skips it as it does in a single process.
    """

    def __init__(self, parameters: Sequence[nn.Parameter], world: World) -> None:
        self._parameters, self._world = list(parameters), world
        if len({(p.dtype, p.device) for p in self._parameters}) > 1:
            raise SettingsError("Networks of several types cannot train in several processes: use one process.")
        sizes = [p.numel() for p in self._parameters]
        self._flat = torch.zeros(sum(sizes) + 1, dtype=self._parameters[0].dtype, device=self._parameters[0].device)
        # Each place is laid out as its parameter is (channels-last, say), so that copying is a straight walk.
        self._places = [
            piece.as_strided(p.shape, torch.empty_like(p).stride())
            for piece, p in zip(self._flat[:-1].split(sizes), self._parameters, strict=True)
        ]

    def __call__(self, finite: Tensor) -> Tensor:
        """Sums the gradients in place; returns whether the loss was finite in every process."""
        here = [p.grad is not None for p in self._parameters]
        anywhere = self._world.any_of(here)
        if absent := [place for place, p in zip(self._places, self._parameters, strict=True) if p.grad is None]:
            torch._foreach_zero_(absent)
        pairs = [(place, p.grad) for place, p in zip(self._places, self._parameters, strict=True) if p.grad is not None]
        if pairs:
            torch._foreach_copy_([place for place, _ in pairs], [gradient for _, gradient in pairs])
        self._flat[-1] = ~finite
        dist.all_reduce(self._flat)
        for parameter, place, present in zip(self._parameters, self._places, anywhere, strict=True):
            parameter.grad = place if present else None
        return self._flat[-1] == 0


def _is_number(value: Any) -> bool:
    if isinstance(value, Tensor):
        return value.ndim == 0
    return isinstance(value, int | float) and not isinstance(value, bool)


def launched() -> World:
    """Returns the processes that the environment speaks of (RANK and WORLD_SIZE, as torchrun sets them)."""
    return World(int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1")))


def device_here(name: str) -> str:
    """Returns the device of this process: ``cuda`` is the GPU with its number on this machine (LOCAL_RANK)."""
    return f"cuda:{os.environ.get('LOCAL_RANK', '0')}" if name == "cuda" and launched().size > 1 else name


@contextmanager
def joined(device: str) -> Iterator[World]:
    """Joins the processes that were launched together: gloo between CPUs, NCCL between GPUs.

    Raises:
        SettingsError: this build of torch cannot.
    """
    world = launched()
    if world.size == 1 or dist.is_initialized():
        yield world
        return
    if not dist.is_available():
        raise SettingsError("This build of torch knows no several processes: start ganvas train without torchrun.")
    # Its functions have the group of all processes as a default, taken when torch imports it at the latest for the
    # first optimiser. Taken after the group is there, that would keep it, and its threads, beyond its end; one of them
    # that lets go of a tensor while Python shuts down aborts the process (https://github.com/pytorch/pytorch/issues/190489).
    import torch.distributed.nn

    cuda = torch.device(device).type == "cuda"
    if cuda:
        torch.cuda.set_device(device)
    dist.init_process_group("cpu:gloo,cuda:nccl" if cuda else "gloo", rank=world.rank, world_size=world.size)
    try:
        yield world
    finally:
        dist.destroy_process_group()
