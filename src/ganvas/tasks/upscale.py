"""Enlarging photos."""

from __future__ import annotations

from ganvas.core.task import Task

__all__ = ["TASK"]

TASK = Task(
    name="upscale",
    verb="upscale",
    summary="Enlarge photos by any factor.",
    needs=frozenset({"image"}),
    model="upscale-x4",
    metrics=("psnr", "ssim"),
    controls=("scale", "sharpness"),
    small=(2.0, "upscale-x2"),
    real="upscale-x4-real",
    bold="upscale-x4-gan",
)
