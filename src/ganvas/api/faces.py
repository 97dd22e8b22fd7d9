"""Faces: found, restored one by one by a network of their own, and pasted back softly."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from ganvas.api.load import Model, load
from ganvas.api.options import Options
from ganvas.core.errors import ModelError, SettingsError
from ganvas.core.task import DIALS
from ganvas.zoo.models import find, list_models

if TYPE_CHECKING:
    from ganvas.infer.paste import Square
    from ganvas.measure.faces import Face

__all__ = ["MODEL", "SHARP", "faces_in", "faces_model", "restore_faces", "squares_of"]

MODEL, SHARP = "faces", "faces-gan"  # the two ends of the fidelity
_SIDE = 160  # px at which the network is shown a square; it was trained on crops of 128 px out of 160
_GROWN = 1.6  # side of the square around a face, in sides of its box: with hair and chin, as in the training
_LEAST_PX = 12  # of the longer side of a face: below, too little of it is left to go by

Image = Float[np.ndarray, "h w c"]


def faces_model(model: str | Path | None = None, *, fidelity: float = 1.0, options: Options | None = None) -> Model:
    """Returns the network for faces, whose session is not opened yet.

    Args:
        model: a name or a path in place of the bundled ones; it has no other end, so fidelity must be 1.
        fidelity: 1 for the faithful network, 0 for the sharp one, which guesses skin and hair; between them their
            weights are mixed.

    Raises:
        SettingsError: the fidelity is out of range, or asked of a model that is named.
        ModelError: there is no such model, or it is not for faces.
    """
    if not DIALS["fidelity"].holds(fidelity):
        raise SettingsError(f"A fidelity of {fidelity:g} is not possible: use {DIALS['fidelity'].about}.")
    if model is not None:
        if fidelity != 1:
            raise SettingsError("A model that is named has no fidelity: leave out one of them.")
        found = load(model, options=options)
        if found.card.task != "faces":
            raise ModelError(f"{found.name} is a model for {found.card.task}, not for faces: see ganvas models.")
        return found
    for name in (MODEL,) if fidelity == 1 else (MODEL, SHARP):
        if name not in list_models():
            raise ModelError(
                f"This ganvas comes without the model {name}: leave out the fidelity or the faces, or train it "
                f"(ganvas train {name})."
            )
    if fidelity == 1:
        return load(MODEL, options=options)
    from ganvas.api.interpolate import between

    return Model(between(find(MODEL), find(SHARP), 1 - fidelity), options or Options())


def faces_in(image: Image) -> list[Face]:
    """Returns the faces in an image in [0, 1] that are large enough to be restored, the surest first."""
    from ganvas.measure.faces import faces

    return [face for face in faces(image) if max(face.height, face.width) >= _LEAST_PX]


def squares_of(found: Sequence[Face]) -> list[Square]:
    """Returns what is cut out around the faces, and what a change is pasted back into."""
    from ganvas.infer.paste import Square

    return [
        Square.around(top=face.top, left=face.left, height=face.height, width=face.width, grown=_GROWN)
        for face in found
    ]


def restore_faces(
    image: Image,
    *,
    fidelity: float = 1.0,
    model: Model | None = None,
    strength: float = 1.0,
    found: Sequence[Face] | None = None,
    out: Image | None = None,
    options: Options | None = None,
) -> Image:
    """Returns the image with its faces restored, float32; the image itself where no face is found.

    A face larger than about 100 px keeps its fine detail: of it, only what can be seen at that size changes.

    Args:
        image: values in [0, 1], one or three channels, any size; not written to.
        fidelity: 1 for what is known, 0 for sharp skin and hair that are guessed; see :func:`faces_model`.
        model: a loaded one, which has its own fidelity.
        strength: share of the change, 0 to 1.
        found: the faces, where they are known; else they are looked for.
        out: where the result goes, of the shape of the image; a new array when left out.
        options: how the network is applied.

    Raises:
        SettingsError: fidelity or strength is out of range.
        ModelError: the network is not there.
    """
    from ganvas.infer.paste import paste

    if not 0 <= strength <= 1:
        raise SettingsError(f"A strength of {strength:g} is not possible: use 0 (the input) to 1.")
    chosen = model or faces_model(fidelity=fidelity, options=options)
    known = faces_in(image) if found is None else found
    if not known or strength == 0:
        return image
    squares = squares_of(known)
    result = np.empty(image.shape, np.float32) if out is None else out
    with chosen.busy:
        return paste(chosen.session.array, image, squares, side=_SIDE, strength=strength, out=result)
