"""Clearing photos of haze."""

from __future__ import annotations

from ganvas.core.task import Task

__all__ = ["TASK"]

TASK = Task(
    name="dehaze",
    verb="dehaze",
    summary="Clear photos of haze and fog.",
    needs=frozenset({"image"}),
    model="dehaze",
    metrics=("psnr", "ssim"),
    controls=("strength",),
)
