"""Before/after strips: the same cut of each version of a photo, side by side with its name and score."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganvas.demo.restore import Outcome, Picture

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["strip"]

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


def _score(picture: Picture) -> str:
    return "" if picture.kind == "truth" else f"{picture.psnr:.2f} dB, SSIM {picture.ssim:.3f}"
