"""Filling what is missing in photos."""

from __future__ import annotations

from ganvas.core.task import Task

__all__ = ["TASK"]

TASK = Task(
    name="inpaint",
    verb="inpaint",
    summary="Fill what is missing, or what a mask takes out.",
    needs=frozenset({"image", "mask"}),
    model="inpaint",
    metrics=("psnr", "ssim"),
    controls=("feather",),
)
