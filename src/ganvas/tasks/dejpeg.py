"""Removing what JPEG compression left in photos."""

from __future__ import annotations

from ganvas.core.task import Task

__all__ = ["TASK"]

TASK = Task(
    name="dejpeg",
    verb="dejpeg",
    summary="Remove the blocks and rings of JPEG compression.",
    needs=frozenset({"image"}),
    model="dejpeg",
    metrics=("psnr", "ssim"),
    controls=("strength",),
)
