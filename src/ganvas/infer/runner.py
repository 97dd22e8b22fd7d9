"""Runs tiles through a back end: memory that runs out shrinks the work, values that are not finite are redone."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from ganvas.core.card import Card
from ganvas.core.errors import ModelError, OutOfMemory
from ganvas.infer.backend import Backend, is_out_of_memory
from ganvas.infer.tiling import padded_length, plan_tiles

__all__ = ["TileRunner"]

_LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601
_SMALLEST_TILE = 32  # px; below it, the next remedy is tried
_PIECE = 2**18  # values looked at together: both passes over them run in the cache


@dataclass
class TileRunner:
    """One network and how large a piece of work it may be given.

    Attributes:
        backend: what runs; replaced where the precision has to give way.
        card: of the model.
        name: of the model, for errors.
        may_round: the precision may fall to bf16 where memory runs out.
        batch: tiles that go through at once.
        side: tiles larger than this are cut and joined again; None as long as memory suffices.
        lowest, highest: of the values the network gave.
        redone: tiles computed again in float32.
        shrunk: what was made smaller, in words.
    """

    backend: Backend
    card: Card
    name: str
    may_round: bool = True
    batch: int = 1
    side: int | None = None
    lowest: float = 0.0
    highest: float = 1.0
    redone: int = 0
    shrunk: list[str] = field(default_factory=list)

    def run(self, tiles: Float[np.ndarray, "b h w c"]) -> Float[np.ndarray, "b H W c"]:
        """Returns the outputs for tiles of equal shape, in the channels of the tiles; the array is the caller's.

        Raises:
            OutOfMemory: the smallest tile at the lowest precision does not fit.
            ModelError: the network gives values that are not finite in float32 too.
        """
        while True:
            if self.side is not None and max(tiles.shape[1:3]) > self.side:
                return np.stack([self._cut(tile, self.side) for tile in tiles])
            if len(tiles) > self.batch:
                parts = [tiles[i : i + self.batch] for i in range(0, len(tiles), self.batch)]
                return np.concatenate([self.run(part) for part in parts])
            try:
                return self._checked(tiles)
            except (MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error):
                    raise
                reason = str(error) or type(error).__name__
            # Outside the handler: the traceback would keep the arrays of the failed call alive.
            self._shrink(tiles, reason)

    def look(self, thumbnail: Float[np.ndarray, "h w c"]) -> Float[np.ndarray, "gh gw n"]:
        """Returns the grid that a model of tiling ``field`` gives for a thumbnail, gray or in colour.

        Raises:
            OutOfMemory: the thumbnail does not fit.
            ModelError: the thumbnail has other channels, or the grid is not finite.
        """
        have, want = thumbnail.shape[2], self.card.channels
        if have not in (1, want):
            raise ModelError(f"The model {self.name} takes {want} channels, the image has {have}: use another model.")
        seen = np.repeat(thumbnail, want // have, axis=2)
        try:
            grid = self.backend.run(np.ascontiguousarray(seen[None]))[0]
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            raise OutOfMemory(
                f"The model {self.name} runs out of memory with a thumbnail of {seen.shape[0]} x {seen.shape[1]} px on "
                f"{self.backend.device}: close other programs, or use --device cpu."
            ) from error
        if not np.isfinite(grid).all():
            raise self._not_finite()
        return grid

    def note(self, output: Float[np.ndarray, "..."]) -> None:
        """Takes notice of the range of values that the network gave.

        Raises:
            ModelError: they are not finite.
        """
        lowest, highest = _extremes(output)
        if not (np.isfinite(lowest) and np.isfinite(highest)):
            raise self._not_finite()
        self.lowest, self.highest = min(self.lowest, lowest), max(self.highest, highest)

    def _not_finite(self) -> ModelError:
        return ModelError(
            f"The model {self.name} gives values that are not finite, in float32 too: its weights are damaged or do "
            "not fit this image; use another model with --model."
        )

    def _checked(self, tiles: np.ndarray) -> np.ndarray:
        """Outputs in the channels of the tiles, all finite."""
        output = self._convert(self.backend, tiles)
        lowest, highest = _extremes(output)
        if not (np.isfinite(lowest) and np.isfinite(highest)):
            output = self._redo(tiles, output)
            lowest, highest = _extremes(output)
        self.lowest, self.highest = min(self.lowest, lowest), max(self.highest, highest)
        return output

    def _redo(self, tiles: np.ndarray, output: np.ndarray) -> np.ndarray:
        exact = self.backend.at("f32")
        for number, tile in enumerate(tiles):
            if np.isfinite(output[number]).all():
                continue
            output[number] = self._convert(exact, tile[None])[0]
            self.redone += 1
            if not np.isfinite(output[number]).all():
                raise self._not_finite()
        return output

    def _convert(self, backend: Backend, tiles: np.ndarray) -> np.ndarray:
        """Runs the tiles with the channels the network wants; gray comes back as gray."""
        have, want = tiles.shape[-1], self.card.channels
        if have == want:
            return backend.run(np.ascontiguousarray(tiles))
        if have == 1:
            output = backend.run(np.repeat(tiles, want, axis=-1))
            shares = _LUMA if want == 3 else (1 / want,) * want
            gray = output[..., :1] * np.float32(shares[0])
            for channel in range(1, want):
                gray += output[..., channel : channel + 1] * np.float32(shares[channel])
            return gray
        if want == 1:
            # A network for gray takes the colour channels one by one, as images of the batch.
            apart = backend.run(np.ascontiguousarray(np.moveaxis(tiles, -1, 1)).reshape(-1, *tiles.shape[1:3], 1))
            return np.ascontiguousarray(np.moveaxis(apart.reshape(len(tiles), have, *apart.shape[1:3]), 1, -1))
        raise ModelError(f"The model {self.name} takes {want} channels, the image has {have}: use another model.")

    def _shrink(self, tiles: np.ndarray, reason: str) -> None:
        largest = max(tiles.shape[1:3])
        side = padded_length(
            max(_SMALLEST_TILE, -(-largest // 2)), multiple_of=self.card.multiple_of, min_size=self.card.min_size
        )
        if len(tiles) > 1:
            self.batch = len(tiles) // 2
            self.shrunk.append(f"batch {self.batch}")
        elif self.card.tiling not in ("never", "chroma") and side < largest:
            self.side = side
            self.shrunk.append(f"tile {self.side}")
        elif self.may_round and self.backend.precision != (lower := self.backend.at("bf16")).precision:
            self.backend = lower
            self.shrunk.append("precision bf16")
        else:
            raise OutOfMemory(
                f"The model {self.name} runs out of memory with one tile of {tiles.shape[1]} x {tiles.shape[2]} px in "
                f"{self.backend.precision} on {self.backend.device} ({reason.strip()[:200]}): close other programs, "
                "use a smaller model, or --device cpu."
            )

    def _cut(self, tile: np.ndarray, side: int) -> np.ndarray:
        """Runs one tile as several smaller ones, the way the image itself is tiled."""
        height, width, channels = tile.shape
        scale, multiple = self.card.scale, self.card.multiple_of
        plan = plan_tiles(height, width, tile=(side, side), tiling=self.card.tiling, multiple_of=multiple)
        if plan is None:
            raise OutOfMemory(f"The model {self.name} runs out of memory and cannot be tiled: use a smaller image.")
        result = np.zeros((height * scale, width * scale, channels), dtype=np.float32)
        for i, y in enumerate(plan.rows.starts):
            for j, x in enumerate(plan.columns.starts):
                piece = self.run(tile[None, y : y + plan.rows.tile, x : x + plan.columns.tile])[0]
                top, bottom = plan.rows.owned(i)
                left, right = plan.columns.owned(j)
                part = piece[(top - y) * scale : (bottom - y) * scale, (left - x) * scale : (right - x) * scale]
                if (down := plan.rows.weights(i, scale)) is not None:
                    part = part * down[:, None, None]
                if (along := plan.columns.weights(j, scale)) is not None:
                    part = part * along[:, None]
                result[top * scale : bottom * scale, left * scale : right * scale] += part
        return result


def _extremes(values: np.ndarray) -> tuple[float, float]:
    """The lowest and the highest value; not finite where any value is not."""
    flat = values.reshape(-1)
    pieces = [flat[i : i + _PIECE] for i in range(0, flat.size, _PIECE)]
    return float(np.min([piece.min() for piece in pieces])), float(np.max([piece.max() for piece in pieces]))
