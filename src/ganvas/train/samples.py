"""Sample grids: what the networks make now of a fixed batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from ganvas.core.batch import Batch, Masked
from ganvas.core.method import Draws, Method, Query
from ganvas.ops.resize import resize

__all__ = ["sample_grid"]

_ROWS = 4


@torch.no_grad()
def sample_grid(
    method: Method[Any], nets: Mapping[str, nn.Module], batch: Batch, *, seed: int = 0
) -> UInt8[np.ndarray, "h w 3"] | None:
    """Returns a picture with one row a sample: what goes in, what comes out, the truth where there is one.

    Points of a plane are drawn as a scatter of real (gray) and generated (red) ones. None where the batch holds
    nothing that can be shown.
    """
    first = getattr(batch, fields(batch)[0].name)
    modes = {name: net.training for name, net in nets.items()}
    try:
        for net in nets.values():
            net.eval()
        if first.ndim == 2:
            return _scatter(first, _apply(method, nets, None, len(first), first.device, seed))
        if first.ndim != 4:
            return None
        source = first[:_ROWS] if "image" in method.describe().needs else None
        mask = batch.mask[:_ROWS] if isinstance(batch, Masked) else None
        made = _apply(method, nets, source, _ROWS, first.device, seed, mask)
        if made.ndim != 4:  # logits
            return None
    finally:
        for name, net in nets.items():
            net.train(modes[name])
    columns = [made] if source is None else [source, made]
    if mask is not None and source is not None:
        columns = [source * (1 - mask), *columns[1:], source]
    columns += [getattr(batch, name)[:_ROWS] for name in ("target",) if hasattr(batch, name)]
    side = max(column.shape[-1] for column in columns)
    shown = [_picture(resize(column.float(), (side, side), kind="box", antialias=False)) for column in columns]
    rows = [np.concatenate([column[i] for column in shown], axis=1) for i in range(len(shown[0]))]
    return np.concatenate(rows, axis=0)


def _apply(
    method: Method[Any],
    nets: Mapping[str, nn.Module],
    image: Tensor | None,
    count: int,
    device: Any,
    seed: int,
    mask: Tensor | None = None,
) -> Tensor:
    draws = Draws(seed, 0, "samples", torch.arange(count, device=device))
    return method.apply(nets, Query(image=image, mask=mask, seed=seed), draws).images


def _picture(images: Float[Tensor, "b c h w"]) -> UInt8[np.ndarray, "b h w 3"]:
    pixels = ((images.clamp(-1, 1) + 1) * 127.5).round().byte().cpu()
    if pixels.shape[1] == 1:
        pixels = pixels.expand(-1, 3, -1, -1)
    return pixels.permute(0, 2, 3, 1).numpy()


def _scatter(real: Float[Tensor, "b 2"], made: Float[Tensor, "n 2"], side: int = 384) -> UInt8[np.ndarray, "h w 3"]:
    canvas = np.full((side, side, 3), 255, np.uint8)
    reach = float(real.abs().max()) * 1.3 + 1e-6
    for points, colour in ((real, (170, 170, 170)), (made, (220, 40, 40))):
        place = ((points.float().cpu().numpy() / reach + 1) / 2 * (side - 1)).round()
        place = place[np.isfinite(place).all(1)].clip(0, side - 1).astype(int)
        canvas[side - 1 - place[:, 1], place[:, 0]] = colour
    return canvas
