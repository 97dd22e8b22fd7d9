"""Better contrast, exposure and colours."""

from __future__ import annotations

from ganvas.core.task import Task

__all__ = ["TASK"]

TASK = Task(
    name="enhance",
    verb="enhance",
    summary="Improve contrast, exposure and colours, on land or under water.",
    needs=frozenset({"image"}),
    model="enhance",
    metrics=("psnr", "ssim"),
    controls=("strength", "brightness", "contrast", "saturation"),
)
