"""What a model is and what it needs, without torch: enough to choose, tile and run a compiled graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from ganvas.core.errors import CheckpointError

__all__ = ["Card", "Need", "Tiling"]

Need = Literal["image", "mask", "label", "text", "style", "control", "seed"]
Tiling = int | Literal["blend", "never", "field", "chroma"]


@dataclass(frozen=True, kw_only=True)
class Card:
    """The facts about a method or a model that everything outside the method goes by.

    Attributes:
        title: one line for lists.
        task: name of the task it serves (``upscale``, ``denoise``, ``generate``, ...).
        paper: author, year and link.
        needs: which fields of the query must be filled.
        channels: image channels in and out.
        range: lowest and highest value of the images inside the network.
        scale: output pixels per input pixel along one axis.
        multiple_of: input sizes must be a multiple of this (the session pads by reflection).
        min_size: smallest input side in pixels.
        tiling: exact radius of dependence in input pixels, ``"blend"`` (feathered overlap), ``"never"``, ``"field"`` (a
            look at a thumbnail decides colour transforms, which apply to single pixels), or ``"chroma"`` (a look at the
            reduced picture decides its chroma, gray or not; every pixel keeps its lightness).
        look: longer side of that thumbnail or reduced picture, px; 0 for all other models.
        plain: ``apply`` is exactly one exportable network on the image, so a compiled graph may replace it all.
        optimises: ``apply`` needs gradients (latent search), so it stays on torch and untiled.
    """

    title: str
    task: str
    paper: str = ""
    needs: frozenset[Need] = frozenset({"image"})
    channels: int = 3
    range: tuple[float, float] = (-1.0, 1.0)
    scale: int = 1
    multiple_of: int = 1
    min_size: int = 1
    tiling: Tiling = "blend"
    look: int = 0
    plain: bool = False
    optimises: bool = False

    def to_json(self) -> dict[str, Any]:
        """Returns the card as JSON values."""
        return asdict(self) | {"needs": sorted(self.needs), "range": list(self.range)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Card:
        """Returns the card written by :meth:`to_json`.

        Raises:
            CheckpointError: a field is missing or unknown.
        """
        known = {field.name for field in fields(cls)}
        unknown = set(values) - known
        if unknown or "title" not in values or "task" not in values:
            raise CheckpointError(
                f"The model card has {'unknown fields ' + str(sorted(unknown)) if unknown else 'no title or task'}: "
                "the file was written by another version of ganvas; update ganvas or train the model again."
            )
        given = dict(values)
        if "needs" in given:
            given["needs"] = frozenset(given["needs"])
        if "range" in given:
            given["range"] = tuple(given["range"])
        return cls(**given)
