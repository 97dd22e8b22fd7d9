"""Filling holes as one job: each picture gets its mask, its holes are filled, and it is written as by any command."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Bool

import ganvas
from ganvas.api import catalog
from ganvas.api.canvas import canvas, slices, whole
from ganvas.api.choose import choose_model
from ganvas.api.job import Companions, Known
from ganvas.api.load import Model
from ganvas.api.manifest import digest_of
from ganvas.api.masks import MaskSource, masks_of
from ganvas.api.options import Options
from ganvas.core.errors import ImageError, SettingsError
from ganvas.core.task import DIALS

if TYPE_CHECKING:
    from ganvas.infer.rows import Rows
    from ganvas.io.picture import Picture
    from ganvas.io.provenance import Provenance

__all__ = ["Inpainting", "Told", "plan_inpainting"]

Told = Callable[[str, Sequence[str]], None]  # name of a picture, and what there is to say about its mask


@dataclass(kw_only=True)
class Inpainting:
    """One model and where masks come from; :meth:`begin` gives the job of one picture.

    Attributes:
        model: fills.
        masks: say what.
        feather: px of the outermost parts of a hole in which what stood there is mixed in.
        told: is told what there is to say about the mask of every picture.
    """

    model: Model
    masks: MaskSource
    feather: float = 0.0
    told: Told | None = None
    _picture: Picture | None = None
    _mask: Bool[np.ndarray, "h w"] | None = None
    _notes: list[str] = field(default_factory=list)
    _report: dict[str, Any] = field(default_factory=dict)

    @property
    def options(self) -> Options:
        """How the model is applied."""
        return self.model.options

    @property
    def notes(self) -> Sequence[str]:
        """What there is to say about the mask."""
        return tuple(self._notes)

    @property
    def report(self) -> Mapping[str, Any]:
        """What the model computes with; empty where nothing was missing."""
        return dict(self._report)

    @property
    def companions(self) -> Companions | None:
        """The masks, where they are files."""
        return self.masks.companions

    def known(self) -> Known | None:
        """Returns what was not missing."""
        return None if self._mask is None else Known(mask=self._mask, opaque=self.masks.hidden)

    def digest(self) -> str:
        """Returns a digest of the model's bytes and all settings."""
        settings: dict[str, Any] = {
            "task": "inpaint",
            "version": ganvas.__version__,
            "model": self.model.digest(),
            "name": self.model.name,
            "feather": self.feather,
        }
        return digest_of(settings | self.masks.settings | self.options.settings())

    def begin(self, picture: Picture | None, target: Path | None) -> Inpainting:
        """Returns the job for one picture, with the same model."""
        return replace(self, _picture=picture, _mask=None, _notes=[])

    def open(self) -> None:
        """Opens the model."""
        _ = self.model.masked

    def size(self, height: int, width: int) -> tuple[int, int]:
        """Returns height and width of the result: those of the picture."""
        return height, width

    def run(self, source: Rows, sink: Callable[[np.ndarray], None]) -> None:
        """Fills the picture and hands over its rows.

        Raises:
            ImageError: there is no mask, it is of another size, or everything is missing; or a value is not finite.
            GanvasError: the model does not take the picture.
        """
        from ganvas.infer.fill import feathered

        with ExitStack() as room:
            image = whole(room, source)
            missing = self.masks.read(self._picture, image, self.options.limits())
            self._say(missing.mask, missing.notes)
            filled = image
            if missing.mask.any():
                with self.model.busy:
                    # What stood in the holes is needed once more where it is mixed in.
                    room_for_both = canvas(room, image.shape) if self.feather else image
                    filled = self.model.masked.fill(image, missing.mask, out=room_for_both)
                    self._report.update(self.model.masked.report)
                if self.feather:
                    feathered(filled, image, missing.mask, px=self.feather)
            self._mask = missing.mask
            for rows in slices(filled):
                sink(np.array(filled[rows]))

    def provenance(self) -> Provenance | None:
        """Returns what was done; None where nothing was missing, or nothing is to be said."""
        if not self.options.provenance or self._mask is None or not self._mask.any():
            return None
        from ganvas.io.provenance import Provenance

        settings = {"task": "inpaint", "feather": self.feather, "precision": self.options.precision}
        # The vocabulary has a term for pictures that a trained model has filled in.
        trained = self.model.entry.function is None
        return Provenance(
            model=self.model.name,
            version=ganvas.__version__,
            settings=settings | self.masks.settings,
            source_type="compositeWithTrainedAlgorithmicMedia" if trained else "algorithmicallyEnhanced",
        )

    def _say(self, mask: np.ndarray, notes: Sequence[str]) -> None:
        name = self._picture.name if self._picture is not None else "the picture"
        if mask.all():
            raise ImageError(
                f"The mask marks every pixel of {name} as missing, so there is nothing to fill from: white means "
                "missing, and invert turns that round."
            )
        self._notes.extend(notes)
        if not mask.any():
            self._notes.append("Nothing is missing: the picture is written as it is.")
        if self.told is not None and self._notes:
            self.told(name, self._notes)


def plan_inpainting(
    mask: Any,
    *,
    invert: bool = False,
    feather: float = 0.0,
    model: str | Path | Model | None = None,
    options: Options | None = None,
    array: np.ndarray | None = None,
    told: Told | None = None,
) -> Inpainting:
    """Returns the job, checked before a picture is opened.

    Args:
        mask, invert, array: see :func:`ganvas.api.masks.masks_of`.
        feather: px.
        model: a name, a path, or a loaded model, whose own options then count; None for the task's own model.

    Raises:
        ModelError: there is no such model, or it fills no holes.
        ImageError: there is no such mask.
        SettingsError: the feather is out of range, or does not go with the mask.
    """
    task = catalog.task("inpaint")
    masks = masks_of(mask, invert=invert, array=array, options=options)
    if not DIALS["feather"].holds(feather):
        raise SettingsError(f"A feather of {feather:g} is not possible: use {DIALS['feather'].about}.")
    if feather and masks.hidden:
        raise SettingsError("What is transparent has no colour to be mixed in: leave out the feather.")
    return Inpainting(model=choose_model(task, model, options=options), masks=masks, feather=float(feather), told=told)
