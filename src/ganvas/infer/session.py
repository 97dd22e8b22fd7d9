"""Applies one model to images of any size in bounded memory: plans tiles, streams rows through stages, reports.

Stages, from the source down to the sink, each a generator of rows: network (tiles), colour guard, resampling; last the
tone that a person turned. Where the scale asked for exceeds the network's, the first pass is resampled to what the
second pass needs. A model that looks at a thumbnail of the whole picture reads its rows twice instead, see
:mod:`ganvas.infer.field` and :mod:`ganvas.infer.chroma`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from jaxtyping import Float

from ganvas.core.errors import ModelError, SettingsError
from ganvas.infer import chroma
from ganvas.infer.backend import Backend, choose
from ganvas.infer.color_guard import guarded
from ganvas.infer.field import bytes_needed, field_rows
from ganvas.infer.model import RunnableModel
from ganvas.infer.network import mixed, network_rows
from ganvas.infer.planner import Planner
from ganvas.infer.rows import ArrayRows, CheckedRows, PaddedRows, Rows, Source, StreamedRows, repeatable, resampled
from ganvas.infer.runner import TileRunner
from ganvas.ops.thumbnail import CELL, reduced_size, thumbnail_size
from ganvas.ops.tone import adjusted

__all__ = ["ApplyOptions", "Report", "Session"]

# Ways of models that look at a copy of the whole picture, and how many px of it they need at least.
_LOOKING = {"field": CELL, "chroma": 1}
_SLICE = 4 * 2**20  # bytes clipped and handed to the sink at once: they are still in the cache when it reads them


@dataclass(frozen=True, kw_only=True)
class ApplyOptions:
    """How to apply a model; the result does not depend on it beyond the arithmetic's precision and the guard.

    Attributes:
        backend: ``auto`` or the name of a file in ``backends``.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
        precision: ``auto`` (bf16 where the hardware has it), ``f32`` or ``bf16``.
        tile: largest side of a tile, input px; 0 lets the session choose.
        max_memory: limit for the whole process, bytes; None for half of the free memory, 4 GiB at most.
        color_guard: hold the low frequencies of an enlarged image to those of its source, for models that drift.
    """

    backend: str = "auto"
    device: str = "auto"
    precision: str = "auto"
    tile: int = 0
    max_memory: int | None = None
    color_guard: bool = True

    def __post_init__(self) -> None:
        if self.tile < 0 or (self.max_memory is not None and self.max_memory <= 0):
            raise SettingsError("The tile and the memory limit must be positive: leave them out for automatic ones.")


@dataclass
class Report:
    """What was used for the last image.

    Attributes:
        backend, device, precision: of the network.
        why: why this back end.
        mode: ``whole``, ``exact``, ``blend``, ``field``, or ``chroma``.
        tile: height and width of the tiles, input px; with a field or chroma, of what the model looks at.
        batch: tiles at once.
        work: pixels computed per pixel of the image; above 1 is halo.
        passes: how often the network was applied.
        guard: whether the colour guard ran.
        redone: tiles redone in float32 because they were not finite.
        shrunk: what was made smaller because memory ran out.
        input_range: lowest and highest value of the source (clipped to [0, 1]).
        output_range: lowest and highest value the network gave (clipped to [0, 1]).
        then: the model that took the result over; empty where there is none.
    """

    backend: str
    device: str
    precision: str
    why: str
    mode: str = ""
    tile: tuple[int, int] = (0, 0)
    batch: int = 1
    work: float = 1.0
    passes: int = 1
    guard: bool = False
    redone: int = 0
    shrunk: list[str] = field(default_factory=list)
    input_range: tuple[float, float] = (0.0, 1.0)
    output_range: tuple[float, float] = (0.0, 1.0)
    then: str = ""

    def to_json(self) -> dict[str, Any]:
        """Returns the report as JSON values."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in vars(self).items()}


class Session:
    """One model opened on one back end, to be applied to any number of images, one at a time.

    Args:
        model: what is applied.
        options: how.
        then: takes over the rows of the result, at the same strength; its model keeps the size.

    Raises:
        SettingsError: the options fit neither the model nor this machine.
        MissingExtra: the back end asked for is not installed.
        CheckpointError: the weights cannot be loaded.
        ModelError: the card lacks the size of the thumbnail, or needs a mask, see :mod:`ganvas.infer.masked_session`.
    """

    def __init__(
        self, model: RunnableModel, options: ApplyOptions | None = None, *, then: Session | None = None
    ) -> None:
        self.model = model
        self.options = options or ApplyOptions()
        self._then = then
        backend, why = choose(
            model,
            backend=self.options.backend,
            device=self.options.device,
            precision=self.options.precision,
        )
        self._start(backend, why)

    @classmethod
    def on(cls, backend: Backend, model: RunnableModel, options: ApplyOptions | None = None) -> Session:
        """Returns a session on a back end that stands already."""
        session = cls.__new__(cls)
        session.model, session.options, session._then = model, options or ApplyOptions(), None
        session._start(backend, "given")
        return session

    def _start(self, backend: Backend, why: str) -> None:
        card = self.model.card
        if "mask" in card.needs:
            raise ModelError(f"The model {self.model.name} needs a mask: use ganvas inpaint.")
        if card.look < _LOOKING.get(str(card.tiling), 0):
            raise ModelError(f"The card of {self.model.name} does not say how large its thumbnail is: export it again.")
        self._runner = TileRunner(backend, card, self.model.name, may_round=self.options.precision == "auto")
        self._why = why
        self.report = Report(backend.name, backend.device, backend.precision, why)

    def array(
        self,
        image: Float[np.ndarray, "h w c"],
        *,
        scale: float | None = None,
        strength: float = 1.0,
        tone: Mapping[str, float] | None = None,
    ) -> Float[np.ndarray, "H W c"]:
        """Returns the result for an image in memory, in [0, 1]; arguments and errors as of :meth:`run`."""
        parts: list[np.ndarray] = []

        def keep(rows: np.ndarray) -> None:
            parts.append(rows.copy())

        self.run(ArrayRows(image), scale=scale, strength=strength, tone=tone, sink=keep)
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def channels(self, have: int) -> int:
        """Returns how many channels the result of a picture with so many has: a model that colours makes three."""
        return 3 if self.model.card.tiling == "chroma" else have

    def size(self, height: int, width: int, scale: float | None = None) -> tuple[int, int]:
        """Returns height and width of the result for a source of that size.

        Raises:
            SettingsError: the scale is not a positive number, or the model keeps the size.
        """
        factor = self.model.card.scale if scale is None else scale
        if not (math.isfinite(factor) and factor > 0):
            raise SettingsError(f"The scale must be a positive number, not {factor}.")
        if self.model.card.scale == 1 and factor != 1:
            raise SettingsError(f"The model {self.model.name} keeps the size: leave out the scale, or use upscale.")
        return max(1, math.floor(height * factor + 0.5)), max(1, math.floor(width * factor + 0.5))

    def run(
        self,
        picture_source: Rows,
        *,
        scale: float | None = None,
        strength: float = 1.0,
        tone: Mapping[str, float] | None = None,
        sink: Callable[[Float[np.ndarray, "n W c"]], None],
    ) -> None:
        """Applies the model; the result goes to the sink from top to bottom, a few rows at a time, in [0, 1].

        Args:
            picture_source: rows in [0, 1], one or three channels.
            scale: output per input pixel, any positive number; the model's when left out.
            strength: 0 (the source) to 1 (the model's result), where the size stays.
            tone: what :func:`ganvas.ops.tone.adjusted` is told; nothing is adjusted when left out.
            sink: takes the rows; they are its own.

        Raises:
            SettingsError: the scale or the strength does not fit the model.
            ModelError: the image does not fit the model, or its values are not finite.
            OutOfMemory: the work does not fit the memory allowed.
            ImageError: a pixel of the source is not finite.
        """
        target = self.size(picture_source.height, picture_source.width, scale)
        if not 0 <= strength <= 1 or (strength != 1 and self.model.card.scale != 1):
            raise SettingsError("The strength must be from 0 to 1, and 1 for models that enlarge.")
        runner, looks = self._runner, self.model.card.tiling in _LOOKING
        runner.lowest, runner.highest, runner.redone, runner.shrunk = 0.0, 1.0, 0, []
        self.report = Report(runner.backend.name, runner.backend.device, runner.backend.precision, self._why)
        source = CheckedRows(repeatable(picture_source) if looks else picture_source)
        source.read(0, 1)  # the source decodes now, so that the plan sees the memory it holds
        stages = self._chain(source, target, strength)
        if self._then is not None:
            stages = self._then._after(stages, target, self.channels(source.channels), strength)
        for rows in stages:
            step = max(1, _SLICE // rows[0].nbytes)
            for y in range(0, len(rows), step):
                part = rows[y : y + step]
                np.clip(part, 0, 1, out=part)
                sink(adjusted(part, **tone) if tone else part)
                del part
            del rows
        self.report = replace(
            self.report,
            precision=runner.backend.precision,
            redone=runner.redone,
            shrunk=list(runner.shrunk),
            input_range=(source.lowest, source.highest),
            output_range=(runner.lowest, runner.highest),
            then=self._then.model.name if self._then is not None else "",
        )

    def _after(
        self, rows: Iterator[np.ndarray], size: tuple[int, int], channels: int, strength: float
    ) -> Iterator[np.ndarray]:
        """The stages of this model behind those of another, whose rows stream through."""
        self.report = Report(
            self._runner.backend.name, self._runner.backend.device, self._runner.backend.precision, self._why
        )
        stream = StreamedRows(_clipped(rows), height=size[0], width=size[1], channels=channels)
        return self._chain(stream, size, strength)

    def _looking(self, source: Source, strength: float) -> Iterator[np.ndarray]:
        """The stages of a model that looks at a copy of the whole picture: nothing is tiled.

        One that colours goes its share of the way by chroma.
        """
        card, runner = self.model.card, self._runner
        colours = card.tiling == "chroma"
        needed, size_of = (chroma.bytes_needed, reduced_size) if colours else (bytes_needed, thumbnail_size)
        planner = Planner(card, self.model.name, 0, self.options.max_memory, 1)
        planner.check(source, needed(source, card.look, runner.backend.bytes_per_pixel))
        tile = size_of(source.height, source.width, card.look)
        self.report = replace(self.report, mode=str(card.tiling), tile=tile)
        if colours:
            return chroma.coloured_rows(source, runner, strength=strength)
        return mixed(field_rows(source, runner), strength)

    def _chain(self, source: Rows, target: tuple[int, int], strength: float) -> Iterator[np.ndarray]:
        """Stages of all passes: network, guard, resampling to what comes next."""
        if self.model.card.tiling in _LOOKING:
            return self._looking(repeatable(source), strength)
        own = self.model.card.scale
        passes = 1
        while own > 1 and (target[0] > source.height * own**passes or target[1] > source.width * own**passes):
            passes += 1
        rows = source
        for left in range(passes - 1, 0, -1):
            # The passes that are left enlarge this by a whole number; what then overhangs the target is cut off.
            wanted = (math.ceil(target[0] / own**left), math.ceil(target[1] / own**left))
            stream = self._pass(rows, strength, passes, direct=False)
            scale = (target[0] / own**left / stream.height, target[1] / own**left / stream.width)
            smaller = _clipped(resampled(stream, wanted, scale=scale))
            rows = StreamedRows(smaller, height=wanted[0], width=wanted[1], channels=rows.channels)
        direct = passes > 1 or target == (rows.height * own, rows.width * own)
        last = self._pass(rows, strength, passes, direct=direct)
        return last.cropped(*target) if direct else resampled(last, target)

    def _pass(self, rows: Rows, strength: float, passes: int, *, direct: bool) -> StreamedRows:
        """One application of the network, guarded; ``direct`` if its strips go to the sink."""
        card, runner = self.model.card, self._runner
        padded = PaddedRows(rows, multiple_of=card.multiple_of, min_size=card.min_size)
        guard = self.options.color_guard and self.model.drifts and card.scale > 1
        planner = Planner(card, self.model.name, self.options.tile, self.options.max_memory, 1 + guard + direct)
        plan, runner.batch = planner.plan(padded, runner.backend, passes)
        self.report = replace(
            self.report,
            mode=plan.mode,
            tile=plan.tile,
            batch=runner.batch,
            work=plan.work,
            guard=guard,
            passes=passes,
        )
        pairs = network_rows(padded, plan, runner, height=rows.height, width=rows.width)
        if guard:
            chunks = guarded(pairs, scale=card.scale, height=rows.height, width=rows.width, channels=rows.channels)
        else:
            chunks = mixed(pairs, strength)
        size = (rows.height * card.scale, rows.width * card.scale)
        return StreamedRows(chunks, height=size[0], width=size[1], channels=rows.channels)


def _clipped(chunks: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    for rows in chunks:
        yield np.clip(rows, 0, 1, out=rows)
        del rows
