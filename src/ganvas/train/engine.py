"""The training step, the same for every method: due phases, frozen rest, backward, check, descent, averages.

No wait for the device stands in the step: losses and the finite check stay tensors, and the host reads them only
every ``check_every`` steps (each step on a CPU, where reading costs nothing).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor

from ganvas.core.batch import Batch
from ganvas.core.errors import NonFiniteError, SettingsError
from ganvas.core.method import Draws, Method, Phase, Step
from ganvas.data.streams import Stream
from ganvas.nets.batch_norm import synchronised
from ganvas.ops.random import key_of
from ganvas.train.distributed import Reducer, World
from ganvas.train.networks import autocast_all, quiet_all
from ganvas.train.optimise import Owned
from ganvas.train.state import TrainState, new_state, update_average

B = TypeVar("B", bound=Batch)
Logs = dict[str, Tensor | float]
__all__ = ["Engine", "EngineSettings", "Logs"]


@dataclass(frozen=True, kw_only=True)
class EngineSettings:
    """What the engine needs beside the method.

    Attributes:
        batch: samples per update, or a function of the images seen.
        total: images of the whole run, for learning-rate schedules.
        seed: of weights and draws.
        device: where to train.
        bf16: run networks under bf16 autocast.
        micro_batch: samples per backward pass; None for the whole batch.
        max_bad: non-finite updates of one phase in a row before the run stops.
    """

    batch: int | Callable[[int], int]
    total: int
    seed: int = 0
    device: str = "cpu"
    bf16: bool = False
    micro_batch: int | None = None
    max_bad: int = 10

    def batch_at(self, images_seen: int) -> int:
        """Returns the batch size at this point."""
        return self.batch(images_seen) if callable(self.batch) else self.batch


@dataclass
class Engine(Generic[B]):
    """Advances one method.

    Attributes:
        method: what to train.
        settings: how.
        world: the processes that train it together; streams give each its own part of every batch.

    Raises:
        SettingsError: micro-batches or several processes are asked for and a phase's loss couples the batch.
    """

    method: Method[B]
    settings: EngineSettings
    world: World = field(default_factory=World)
    state: TrainState = field(init=False)
    _bad: dict[str, Tensor] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._phases = list(self.method.phases())
        self._check_micro_batch()
        self._check_world()
        device = torch.device(self.settings.device)
        self.state = new_state(self.method, seed=self.settings.seed, device=device)
        self.state.processes = self.world.size
        self._called = autocast_all(self.state.nets, device.type, enabled=self.settings.bf16)
        self._raw = quiet_all(self.state.nets, device.type)
        self._parameters = [p for net in self.state.nets.values() for p in net.parameters()]
        self._trained = {phase.name: self._trained_by(phase) for phase in self._phases}
        self._owners = {name: self._owners_of(trained) for name, trained in self._trained.items()}
        self._reducers = self._build_reducers()
        # Masks of dropout are not drawn by sample: each process has its own. Process 0 draws as one alone does.
        self._own = (self.world.rank,) if self.world.rank else ()
        self._check_every = 1 if device.type == "cpu" else 50
        self._average_settings = {average.of: average for average in self.method.averages()}

    def advance(self, stream: Stream[B]) -> Logs:
        """Does one step and returns its losses, gradient norms and learning rates by name.

        Raises:
            NonFiniteError: a phase was not finite ``max_bad`` times in a row.
        """
        state, logs = self.state, Logs()
        # Dropout and its like draw from torch's generator: seeding it per step keeps resuming exact.
        _seed(key_of(self.settings.seed, state.step, *self._own), self.settings.device)
        with self._together():
            return self._advance(stream, logs)

    def _advance(self, stream: Stream[B], logs: Logs) -> Logs:
        state = self.state
        batches: list[tuple[int, B]] = []
        carries: list[dict[str, Any]] = []
        first, step = state.images_seen, None
        for phase in self._phases:
            for repeat in range(phase.repeats_at(state.step)):
                if repeat == len(batches):
                    batches.append(self._draw(stream))
                step = self._descend(phase, repeat, *batches[repeat], first, carries, logs)
        if not batches:
            batches.append(self._draw(stream))
        self._finish(batches[-1], first, step, logs)
        return logs

    def _draw(self, stream: Stream[B]) -> tuple[int, B]:
        """Returns this process's part of the next batch, and the number of its first sample."""
        first, count = self.state.images_seen, self.settings.batch_at(self.state.images_seen)
        start, stop = self.world.share(count)
        batch = stream.batch(first, count).to(self.settings.device)
        if len(batch) != stop - start:
            raise SettingsError(
                f"The stream gave {len(batch)} samples, not {stop - start}: share it over the processes."
            )
        self.state.images_seen += count
        return first + start, batch

    def _descend(
        self,
        phase: Phase[B],
        repeat: int,
        index: int,
        batch: B,
        images_seen: int,
        carries: list[dict[str, Any]],
        logs: Logs,
    ) -> Step:
        size = len(batch)
        owners = self._unfreeze(phase)
        chunk = min(self.settings.micro_batch or size, size)
        place = f"{phase.name}/{repeat}"
        finite: Tensor | None = None
        for number, start in enumerate(range(0, size, chunk)):
            part = batch if chunk == size else batch.part(start, min(start + chunk, size))
            if number == len(carries):
                carries.append({})
            step = self._step(place, index + start, len(part), images_seen, carries[number])
            share = len(part) / size
            losses = phase.loss(part, step)
            total = torch.stack([loss.reshape(()) for loss in losses.values()]).sum()
            (total * (phase.every * share / self.world.size)).backward()
            finite = total.isfinite() if finite is None else finite & total.isfinite()
            for name, loss in (*losses.items(), *step.seen.items()):
                value = loss.detach() * share if isinstance(loss, Tensor) else loss * share
                key = f"{phase.name}/{name}"
                logs[key] = value if number == 0 else logs[key] + value
        assert finite is not None
        if self.world.size > 1:
            finite = self._reducers[phase.name](finite)
        self._update(phase, owners, finite, images_seen, logs)
        if phase.after is not None:
            with torch.no_grad():
                phase.after(step)
        return step

    def _step(self, place: str, first: int, count: int, images_seen: int, carry: dict[str, Any]) -> Step:
        index = torch.arange(first, first + count, device=self.settings.device)
        state = self.state
        draws = Draws(self.settings.seed, state.step, place, index)
        return Step(state.step, images_seen, self._called, self._raw, draws, state.memory, carry, {})

    def _unfreeze(self, phase: Phase[B]) -> list[Owned]:
        """Lets exactly the phase's parameters have gradients; returns the optimisers that own one of them."""
        trained = self._trained[phase.name]
        for parameter in self._parameters:
            parameter.requires_grad_(id(parameter) in trained)
            parameter.grad = None
        return self._owners[phase.name]

    def _owners_of(self, trained: set[int]) -> list[Owned]:
        return [owned for owned in self.state.owned.values() if any(id(p) in trained for p in owned.parameters)]

    def _trained_by(self, phase: Phase[B]) -> set[int]:
        """Parameters by identity: walking the modules anew in each step would take a tenth of a small one."""
        moving = {id(p) for owned in self.state.owned.values() for p in owned.parameters}
        return {id(p) for name in phase.trains for p in self.state.nets[name].parameters()} & moving

    def _build_reducers(self) -> dict[str, Reducer]:
        if self.world.size == 1:
            return {}
        built: dict[frozenset[int], Reducer] = {}
        for trained in self._trained.values():
            key = frozenset(trained)
            if key not in built:
                built[key] = Reducer([p for p in self._parameters if id(p) in trained], self.world)
        return {name: built[frozenset(trained)] for name, trained in self._trained.items()}

    def _together(self) -> AbstractContextManager[None]:
        """What holds while a step runs; outside, one process alone may call the networks."""
        if self.world.size == 1:
            return nullcontext()
        return synchronised(self.state.nets.values(), self.world.rows)

    def _update(self, phase: Phase[B], owners: list[Owned], finite: Tensor, images_seen: int, logs: Logs) -> None:
        norms = {owned.network: owned.gradient_norm() for owned in owners}
        for norm in norms.values():
            finite = finite & norm.isfinite()
        for owned in owners:
            logs[f"{phase.name}/lr_{owned.network}"] = owned.set_rate(images_seen, self.settings.total)
            logs[f"{phase.name}/gradient_{owned.network}"] = norms[owned.network]
            owned.clip(norms[owned.network])
            owned.step(finite)
        bad = (~finite).float()
        before = self._bad.get(phase.name)
        self._bad[phase.name] = bad if before is None else (before + bad) * bad
        logs[f"{phase.name}/skipped"] = bad

    def _finish(self, drawn: tuple[int, B], first: int, step: Step | None, logs: Logs) -> None:
        state = self.state
        if step is None:
            step = self._step("after_step", drawn[0], len(drawn[1]), first, {})
        if state.step % self._check_every == 0:
            self._check(logs)
        count = state.images_seen - first
        for name, twin in state.averages.items():
            update_average(
                self._average_settings[name], state.nets[name], twin, batch=count, images_seen=state.images_seen
            )
        place = replace(step.rng, place="after_step")
        self._agree(step.carry, add=True)
        self._agree(step.seen)
        with torch.no_grad():
            self.method.after_step(drawn[1], replace(step, rng=place))
        self._agree(state.memory)
        state.step += 1

    def _agree(self, values: dict[str, Any], *, add: bool = False) -> None:
        """Numbers become means (or sums) over all processes: a method's rule on them then decides alike in each."""
        if self.world.size > 1 and type(self.method).after_step is not Method.after_step:
            self.world.agree(values, add=add)

    def _check(self, logs: Mapping[str, Tensor | float]) -> None:
        for name, count in self._bad.items():
            row = int(count)
            self.state.skipped += int(row > 0)
            if row >= self.settings.max_bad:
                values = {key: float(value) for key, value in logs.items() if key.startswith(f"{name}/")}
                raise NonFiniteError(
                    f"Phase {name!r} met {row} non-finite losses or gradients in a row at step {self.state.step} "
                    f"({values}): lower the learning rate, or train in float32 with --train.precision f32."
                )

    def _check_world(self) -> None:
        coupled = [phase.name for phase in self._phases if not phase.splittable and phase.coupling != "batch_norm"]
        if self.world.size > 1 and coupled:
            raise SettingsError(
                f"Phases {coupled} compare the samples of a batch with one another, which several processes do not "
                "share: train in one process, or choose a loss without that."
            )

    def _check_micro_batch(self) -> None:
        size = self.settings.micro_batch
        if size is None:
            return
        if size < 1:
            raise SettingsError("micro_batch must be at least 1.")
        coupled = [phase.name for phase in self._phases if not phase.splittable]
        if coupled:
            raise SettingsError(
                f"Phases {coupled} couple the samples of a batch, so micro-batches would change their loss: "
                "leave micro_batch out or choose a smaller batch."
            )


def _seed(seed: int, device: str) -> None:
    # torch.manual_seed formats a stack trace for every accelerator it does not find: half a millisecond a step.
    torch.default_generator.manual_seed(seed)
    if torch.device(device).type == "cuda":
        torch.cuda.manual_seed(seed)
