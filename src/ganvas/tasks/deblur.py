"""Sharpening photos that were shaken or out of focus."""

from __future__ import annotations

from ganvas.core.task import Task

__all__ = ["TASK"]

TASK = Task(
    name="deblur",
    verb="deblur",
    summary="Sharpen photos that were shaken or out of focus.",
    needs=frozenset({"image"}),
    model="deblur-blind",
    metrics=("psnr", "ssim"),
    controls=("strength", "kernel"),
)
