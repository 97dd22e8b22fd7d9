"""What a step of a chain does to the whole picture: most run their model over it, some look for their place first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from ganvas.api.canvas import canvas, slices
from ganvas.api.load import Model
from ganvas.api.scratches import ScratchFinder
from ganvas.core.errors import ModelError, SettingsError
from ganvas.pipelines.pipeline import Done, Step

if TYPE_CHECKING:
    from ganvas.api.options import Options

__all__ = ["Bench", "apply_step"]

Image = Float[np.ndarray, "h w c"]
# A pixel changed by more than the first lay under a speck; a picture with a smaller share of them has none, as three in
# four of 41 unharmed training photos have.
_SPECK, _FEW = 24 / 255, 3e-4


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What a step works with.

    Attributes:
        model: gives the model of a task.
        absent: tells whether the model that the chain itself names for a task does not come with this ganvas.
        room: holds pictures that are too large for memory.
        scratches: finds them.
        options: how models are applied.
        report: what the models computed with; steps add to it.
    """

    model: Callable[[str], Model]
    absent: Callable[[str], bool]
    room: ExitStack
    scratches: ScratchFinder
    options: Options
    report: dict[str, Any] = field(default_factory=dict)


def apply_step(step: Step, image: Image, bench: Bench) -> Done:
    """Returns what became of the step, the image itself left as it is.

    Args:
        image: values in [0, 1].

    Raises:
        GanvasError: the model of the step is missing, or does not take the picture.
    """
    if bench.absent(step.task):
        return Done(image=None, note="this ganvas comes without a model for it")
    return _OWN_WAYS.get(step.task, _whole)(step, image, bench)


def _whole(step: Step, image: Image, bench: Bench) -> Done:
    """Runs the model of the task over the picture."""
    from ganvas.infer.rows import ArrayRows

    model, scale, at = bench.model(step.task), step.dials.get("scale"), 0
    height, width = model.session.size(image.shape[0], image.shape[1], scale)
    bench.options.limits().check_out(width, height)
    result = canvas(bench.room, (height, width, model.session.channels(image.shape[2])))

    def take(rows: np.ndarray) -> None:
        nonlocal at
        result[at : at + len(rows)] = rows
        at += len(rows)

    tone = {name: value for name, value in step.dials.items() if name != "scale"}
    with model.busy:
        model.session.run(ArrayRows(image), scale=scale, strength=step.strength, tone=tone, sink=take)
        bench.report.update(model.session.report.to_json())
    return Done(image=result)


def _fill_scratches(step: Step, image: Image, bench: Bench) -> Done:
    """Fills the scratches that are found."""
    from ganvas.infer.fill import feathered

    if step.strength != 1:
        raise SettingsError("Scratches are filled or not: leave out the strength of inpaint.")
    mask = bench.scratches(image)
    if not mask.any():
        return Done(image=None, note="no scratch was found")
    if mask.all():
        return Done(image=None, note="all of the picture looks scratched, so there is nothing to fill from")
    model, px = bench.model(step.task), step.dials.get("feather", 0.0)
    with model.busy:
        filled = model.masked.fill(image, mask, out=canvas(bench.room, image.shape))
        bench.report.update(model.masked.report)
    if px:
        feathered(filled, image, mask, px=px)
    return Done(image=filled, note=f"{mask.mean():.1%} of the picture was taken for scratches")


def _take_specks_off(step: Step, image: Image, bench: Bench) -> Done:
    """Takes specks off, and leaves a picture that has none as it is: the model changes such a one a little, too."""
    done = _whole(step, image, bench)
    assert done.image is not None
    changed = sum(
        int((np.abs(done.image[rows] - image[rows]).max(axis=2) > _SPECK).sum(dtype=np.int64)) for rows in slices(image)
    )
    share = changed / (image.shape[0] * image.shape[1])
    if share < _FEW:
        return Done(image=None, note="no specks were found")
    return Done(image=done.image, note=f"{share:.1%} of the picture changed visibly")


def _restore_faces(step: Step, image: Image, bench: Bench) -> Done:
    """Restores the faces that are found."""
    from ganvas.api.faces import faces_in, restore_faces

    found = faces_in(image)
    if not found:
        return Done(image=None, note="no face was found")
    try:
        model = bench.model(step.task)
    except ModelError:
        if "fidelity" in step.dials:  # faces were asked for
            raise
        return Done(image=None, note="this ganvas comes without a model for it")
    result = restore_faces(image, model=model, strength=step.strength, found=found, out=canvas(bench.room, image.shape))
    bench.report.update(model.session.report.to_json())
    return Done(image=result, note=f"{len(found)} face{'s' if len(found) > 1 else ''} found")


def _colour(step: Step, image: Image, bench: Bench) -> Done:
    """Colours a picture that has no colours, or those of a toning only."""
    from ganvas.measure.colours import COLOURLESS, colours

    found = colours(image)
    if found >= COLOURLESS:
        return Done(image=None, note=f"the picture has colours of its own ({255 * found:.0f}/255)")
    return _whole(step, image, bench)


# Tasks that look for their place in the picture, or for a reason to do nothing, before their model runs.
_OWN_WAYS: Mapping[str, Callable[[Step, Image, Bench], Done]] = {
    "inpaint": _fill_scratches,
    "despeckle": _take_specks_off,
    "faces": _restore_faces,
    "colorize": _colour,
}
