"""Chooses tiles and batch for an image, a back end and a memory limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ganvas.core.card import Card
from ganvas.core.errors import OutOfMemory, SettingsError
from ganvas.infer.backend import Backend
from ganvas.infer.memory import available, estimate
from ganvas.infer.rows import Rows
from ganvas.infer.tiling import Plan, choose_plan, padded_length, plan_tiles

__all__ = ["Planner"]

# (least side, most side, px at once where tiles are smaller than that)
_CPU = (96, 768, 128 * 128)
_GPU = (128, 1024, 1024 * 1024)
_FLOOR = 32  # px, least side where memory is short


@dataclass(frozen=True)
class Planner:
    """Plans one model.

    Attributes:
        card: of the model.
        name: of the model, for errors.
        tile: side asked for, px; 0 for the one with the least work.
        max_memory: limit for the process, bytes; None for the default.
        strips: strips of output rows that are held at once.
    """

    card: Card
    name: str
    tile: int
    max_memory: int | None
    strips: int

    def plan(self, rows: Rows, backend: Backend, passes: int) -> tuple[Plan, int]:
        """Returns the tiles and how many go through at once.

        Raises:
            OutOfMemory: not even the smallest tiles fit.
            SettingsError: tiles were asked for that the model cannot take.
        """
        budget = available(self.max_memory) // passes
        least, most, at_once = _CPU if backend.device == "cpu" else _GPU

        def need(plan: Plan, batch: int = 1) -> int:
            return estimate(
                plan,
                batch=batch,
                scale=self.card.scale,
                channels=rows.channels,
                tile_channels=self.card.channels,
                per_pixel=backend.bytes_per_pixel,
                strips=self.strips,
            )

        plan = self._tiles(rows, least, most, lambda candidate: need(candidate) <= budget)
        if plan is None:
            raise self._too_much(rows, need(self._smallest(rows)), budget)
        batch = max(1, min(at_once // (plan.tile[0] * plan.tile[1]), len(plan.columns.starts)))
        while batch > 1 and need(plan, batch) > budget:
            batch //= 2
        return plan, batch

    def check(self, rows: Rows, need: int) -> None:
        """Lets a picture pass whose bands fit; their size does not depend on the memory.

        Args:
            need: bytes that they take.

        Raises:
            OutOfMemory: they do not.
        """
        budget = available(self.max_memory)
        if need > budget:
            raise self._too_much(rows, need, budget)

    def _too_much(self, rows: Rows, need: int, budget: int) -> OutOfMemory:
        return OutOfMemory(
            f"The model {self.name} needs about {need / 2**20:.0f} MiB beside what is in use for an "
            f"image of {rows.width} x {rows.height} px{' in one piece' if self.card.tiling == 'never' else ''}, "
            f"and {max(budget, 0) / 2**20:.0f} MiB are allowed: raise --max-memory or use a smaller image."
        )

    def _tiles(self, rows: Rows, least: int, most: int, fits: Callable[[Plan], bool]) -> Plan | None:
        card = self.card
        if card.tiling == "never":
            whole = self._smallest(rows)
            if self.tile and self.tile < max(rows.height, rows.width):
                raise SettingsError(f"The model {self.name} takes images in one piece only: leave out --tile.")
            return whole if fits(whole) else None
        floor = padded_length(_FLOOR, multiple_of=card.multiple_of, min_size=card.min_size)
        if self.tile:
            side = padded_length(self.tile, multiple_of=card.multiple_of, min_size=card.min_size)
            plan = plan_tiles(
                rows.height, rows.width, tile=(side, side), tiling=card.tiling, multiple_of=card.multiple_of
            )
            if plan is None:
                raise SettingsError(f"Tiles of {self.tile} px are too small for {self.name}: use --tile {4 * floor}.")
            if fits(plan):
                return plan
            most = side
        for smallest in (least, floor):
            low = min(max(smallest, floor), most)
            plan = choose_plan(
                rows.height,
                rows.width,
                tiling=card.tiling,
                multiple_of=card.multiple_of,
                least=low,
                most=max(most, low),
                fits=fits,
            )
            if plan:
                return plan
        return None

    def _smallest(self, rows: Rows) -> Plan:
        """The plan named in the error: the whole image, or the smallest tiles."""
        card = self.card
        side = padded_length(_FLOOR, multiple_of=card.multiple_of, min_size=card.min_size)
        tile = (rows.height, rows.width) if card.tiling == "never" else (side, side)
        plan = plan_tiles(rows.height, rows.width, tile=tile, tiling="blend", multiple_of=card.multiple_of)
        assert plan is not None
        return plan
