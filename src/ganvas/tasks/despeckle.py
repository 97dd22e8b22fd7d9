"""Taking specks, dust and faint scratches off photos."""

from __future__ import annotations

from ganvas.core.task import Task

__all__ = ["TASK"]

TASK = Task(
    name="despeckle",
    verb="despeckle",
    summary="Take specks, dust and faint scratches off photos.",
    needs=frozenset({"image"}),
    model="despeckle",
    metrics=("psnr", "ssim"),
    controls=("strength",),
)
