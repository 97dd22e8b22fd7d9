"""Models that colour a picture by a look at its reduced self, in two passes over its rows.

The first pass reduces the picture, which the model colours; the second brings that chroma to every row along the
picture's own edges and puts it onto the row's own lightness, as :meth:`ganvas.methods.colorize_gan.ColorizeGAN.apply`
does with the whole picture. Memory holds bands of rows only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from ganvas.infer.field import reduced
from ganvas.infer.rows import Rows, Source
from ganvas.infer.runner import TileRunner
from ganvas.ops.resample import resize_band
from ganvas.ops.thumbnail import reduced_size

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["bytes_needed", "coloured_rows"]

_BAND_PIXELS = 2**17  # coloured at once
_BAND_BYTES = 400  # per pixel of a band: Lab and back in about thirty planes, measured


def _band_rows(width: int) -> int:
    return max(1, _BAND_PIXELS // width)


def bytes_needed(rows: Rows, side: int, per_pixel: float) -> int:
    """Returns about how many bytes both passes take, beside what the process holds.

    Args:
        side: longer side of the reduced picture, px.
        per_pixel: working memory of the back end per pixel of it, bytes.
    """
    height, width = reduced_size(rows.height, rows.width, side)
    band = min(_band_rows(rows.width), rows.height) * rows.width * _BAND_BYTES
    # The first pass holds the narrowed rows behind some of the reduced picture's.
    narrow = 2 * min(rows.height, 20 * -(-rows.height // height)) * width * rows.channels * 4
    return int(band + narrow + height * width * per_pixel)


def coloured_rows(source: Source, runner: TileRunner, *, strength: float) -> Iterator[Float[np.ndarray, "n w 3"]]:
    """Yields the coloured picture from top to bottom, three channels in [0, 1].

    Args:
        source: one or three channels in [0, 1].
        strength: share of the way from the picture's own chroma, none in a gray one, to the model's.

    Raises:
        ModelError: the network does not fit the picture, or gives values that are not finite.
        OutOfMemory: the network does not fit the memory.
    """
    if not strength:
        for y in range(0, source.height, _band_rows(source.width)):
            low = source.read(y, min(y + _band_rows(source.width), source.height))
            yield np.repeat(low, 3 // low.shape[2], axis=2)
        return
    import torch

    from ganvas.ops.guided import along_lines, guided_lines
    from ganvas.ops.lab import from_lab, lightness_of, to_lab

    size = reduced_size(source.height, source.width, runner.card.look)
    whole = size == (source.height, source.width)
    small = source.read(0, source.height) if whole else reduced(source, size, resize_band)
    made = to_lab(_tensor(runner.run(np.repeat(small, 3 // small.shape[2], axis=2)[None])[0]))
    chroma, rows = made[:, 1:], source.again()
    lines = None if whole else guided_lines(chroma, lightness_of(made))
    step = _band_rows(rows.width)
    for y in range(0, rows.height, step):
        low = rows.read(y, min(y + step, rows.height))
        own = to_lab(_tensor(low))
        if lines is None:
            new = chroma[:, :, y : y + len(low)]
        else:
            new = along_lines(lines, lightness_of(own), height=rows.height, top=y)
        new = torch.lerp(own[:, 1:], new, strength)
        high = from_lab(torch.cat([own[:, :1], new], dim=1))[0].permute(1, 2, 0) * 0.5 + 0.5
        yield high.contiguous().numpy()


def _tensor(pixels: Float[np.ndarray, "h w c"]) -> Tensor:
    """The pixels as a picture of three channels in [-1, 1]."""
    import torch

    return torch.tensor(pixels).permute(2, 0, 1)[None].expand(-1, 3, -1, -1) * 2 - 1
