"""Before/after strips: the same cut of each version of a photo, side by side with its name and score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ganvas.demo.restore import Outcome, Picture

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["poster", "strip"]

_PAPER, _INK, _SOFT = (250, 249, 246), (29, 31, 36), (92, 96, 104)
_GAP, _TEXT = 8, 40


def strip(outcome: Outcome, *, side: int = 256, spot: tuple[float, float] = (0.5, 0.5)) -> Image:
    """Returns the strip as an RGB picture.

    Args:
        outcome: the versions, left to right.
        side: width and height of each cut, px; at most that of the photo.
        spot: centre of the cut as fractions of width and height.
    """
    from PIL import Image, ImageDraw, ImageFont

    height, width = outcome.pictures[-1].pixels.shape[:2]
    side = min(side, height, width)
    left = round(min(max(spot[0] * width - side / 2, 0), width - side))
    top = round(min(max(spot[1] * height - side / 2, 0), height - side))
    count = len(outcome.pictures)
    canvas = Image.new("RGB", (count * (side + _GAP) + _GAP, side + _TEXT + _GAP), _PAPER)
    draw = ImageDraw.Draw(canvas)
    for i, picture in enumerate(outcome.pictures):
        x = _GAP + i * (side + _GAP)
        whole = Image.fromarray(picture.pixels).convert("RGB").resize((width, height), Image.Resampling.NEAREST)
        canvas.paste(whole.crop((left, top, left + side, top + side)), (x, _GAP))
        draw.text((x, _GAP + side + 3), picture.label, _INK, ImageFont.load_default(15))
        draw.text((x, _GAP + side + 21), _score(picture), _SOFT, ImageFont.load_default(12))
    return canvas


def poster(outcomes: Sequence[Outcome], spots: Sequence[tuple[float, float]]) -> Image:
    """Returns strips below one another, each of input, best classical result, our last result and photo.

    Args:
        outcomes: those that hold a result of ours.
        spots: centre of each one's cut, as fractions of width and height.
    """
    from PIL import Image

    strips = [strip(_four(outcome), spot=spot) for outcome, spot in zip(outcomes, spots, strict=True)]
    canvas = Image.new("RGB", (max(s.width for s in strips), sum(s.height for s in strips)), _PAPER)
    top = 0
    for part in strips:
        canvas.paste(part, (0, top))
        top += part.height
    return canvas


def _four(outcome: Outcome) -> Outcome:
    classical = max((p for p in outcome.pictures if p.kind == "classical"), key=lambda picture: picture.psnr)
    ours = [picture for picture in outcome.pictures if picture.kind == "ours"][-1]
    return replace(outcome, pictures=(outcome.pictures[0], classical, ours, outcome.pictures[-1]))


def _score(picture: Picture) -> str:
    return "" if picture.kind == "truth" else f"{picture.psnr:.2f} dB, SSIM {picture.ssim:.3f}"
