"""What may be done to every picture of a call: one model, or a chain of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from jaxtyping import Bool

from ganvas.api.options import Options

if TYPE_CHECKING:
    from ganvas.infer.rows import Rows
    from ganvas.io.picture import Picture
    from ganvas.io.provenance import Provenance

__all__ = ["Companions", "Job", "Known"]


@dataclass(frozen=True, kw_only=True)
class Known:
    """Which pixels of the result are the picture's own, sample for sample.

    Attributes:
        mask: True where the pixel is another.
        opaque: those others are opaque, whatever the picture's were.
    """

    mask: Bool[np.ndarray, "h w"]
    opaque: bool = False


class Companions(Protocol):
    """Files that go with the inputs, such as a mask for each."""

    def include(self, path: Path) -> bool:
        """Returns whether the file is such a companion, and so no input."""
        ...

    def digest(self, path: Path) -> str:
        """Returns a digest of what goes with that input; nothing where that cannot be told."""
        ...


class Job(Protocol):
    """What reading, writing and batches need to know of the work."""

    @property
    def options(self) -> Options:
        """How models are applied and files written."""
        ...

    @property
    def notes(self) -> Sequence[str]:
        """What there is to say about the picture; asked when it is done."""
        ...

    @property
    def report(self) -> Mapping[str, Any]:
        """What the last picture was computed with, as JSON values; empty where nothing was computed."""
        ...

    @property
    def companions(self) -> Companions | None:
        """Files that go with the inputs; None where there are none."""
        ...

    def known(self) -> Known | None:
        """Returns what of the result is the picture's own; asked when its first rows are there. None: nothing is."""
        ...

    def digest(self) -> str:
        """Returns a digest of everything that decides the output beside the input and what goes with it."""
        ...

    def begin(self, picture: Picture | None, target: Path | None) -> Job:
        """Returns the job for one picture.

        Args:
            picture: None for an array.
            target: the file its result will be; None where it goes elsewhere.
        """
        ...

    def open(self) -> None:
        """Opens what every picture needs; what fails here fails for all of them."""
        ...

    def size(self, height: int, width: int) -> tuple[int, int]:
        """Returns height and width of the result of a picture of that size."""
        ...

    def run(self, source: Rows, sink: Callable[[np.ndarray], None]) -> None:
        """Computes the result; the sink gets its rows from top to bottom, in [0, 1]."""
        ...

    def provenance(self) -> Provenance | None:
        """Returns what is written into the output about how it was made; asked when its first rows are there."""
        ...
