"""Removing noise from photos."""

from __future__ import annotations

from ganvas.core.task import Task

__all__ = ["TASK"]

TASK = Task(
    name="denoise",
    verb="denoise",
    summary="Remove noise from photos.",
    needs=frozenset({"image"}),
    model="denoise",
    metrics=("psnr", "ssim"),
    controls=("strength",),
)
