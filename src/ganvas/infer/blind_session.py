"""A session that looks first: a kernel that explains the whole picture is undone, else a network does its best."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from ganvas.core.errors import OutOfMemory
from ganvas.infer.kernel_search import LEAST_SIDE, find_kernel, windows_of
from ganvas.infer.rows import CheckedRows, Rows, repeatable
from ganvas.infer.session import Session

__all__ = ["BlindSession"]

Kernel = Float[np.ndarray, "k k"]


class BlindSession(Session):
    """Two models behind one face.

    Args:
        otherwise: the network for pictures without such a kernel, and for those too large to be deconvolved in the
            memory allowed; it is also what the session calls its model.
        denoiser: removes white noise.
        told: returns the session of deconvolution with a kernel.
    """

    def __init__(self, otherwise: Session, *, denoiser: Session, told: Callable[[Kernel], Session]) -> None:
        self.model, self.options, self.report = otherwise.model, otherwise.options, otherwise.report
        self._otherwise, self._denoiser, self._told = otherwise, denoiser, told

    def size(self, height: int, width: int, scale: float | None = None) -> tuple[int, int]:
        """Returns height and width: those of the source; errors as of :meth:`Session.size`."""
        return self._otherwise.size(height, width, scale)

    def run(
        self,
        picture_source: Rows,
        *,
        scale: float | None = None,
        strength: float = 1.0,
        tone: Mapping[str, float] | None = None,
        sink: Callable[[Float[np.ndarray, "n W c"]], None],
    ) -> None:
        """Applies the model that suits; arguments and errors as of :meth:`Session.run`."""
        source = repeatable(picture_source)
        kernel = self._kernel(CheckedRows(source.again())) if strength else None
        if kernel is not None:
            session = self._told(kernel)
            why = f"one blur of {len(kernel)} px was found over the whole picture"
            try:
                # Memory is planned before the first row is handed over, so nothing was written where it is short.
                session.run(source.again(), scale=scale, strength=strength, tone=tone, sink=sink)
            except OutOfMemory:
                why = f"{why}, but it does not fit the memory allowed"
            else:
                self.report = replace(session.report, why=why)
                return
        else:
            why = "no blur was found that is the same all over the picture"
        self._otherwise.run(source.again(), scale=scale, strength=strength, tone=tone, sink=sink)
        self.report = replace(self._otherwise.report, why=why)

    def _kernel(self, source: CheckedRows) -> Kernel | None:
        if min(source.height, source.width) < LEAST_SIDE:
            return None
        return find_kernel(windows_of(source), denoise=self._denoiser.array)
