"""Colour for gray and faded photos."""

from __future__ import annotations

from ganvas.core.task import Task

__all__ = ["TASK"]

TASK = Task(
    name="colorize",
    verb="colorize",
    summary="Give gray and faded photos colours.",
    needs=frozenset({"image"}),
    model="colorize",
    metrics=("ciede2000",),
    controls=("strength", "vividness"),
    bold="colorize-gan",
)
