"""Brightening photos that are too dark."""

from __future__ import annotations

from ganvas.core.task import Task

__all__ = ["TASK"]

TASK = Task(
    name="brighten",
    verb="brighten",
    summary="Brighten photos that are too dark.",
    needs=frozenset({"image"}),
    model="brighten",
    metrics=("psnr", "ssim"),
    controls=("strength", "brightness"),
)
