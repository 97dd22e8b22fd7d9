"""Errors a user can meet: each message is one clear sentence that says the remedy, shown without a traceback."""

from __future__ import annotations

__all__ = [
    "CheckpointError",
    "GanvasError",
    "ImageError",
    "MissingExtra",
    "ModelError",
    "NonFiniteError",
    "OutOfMemory",
    "SettingsError",
    "UnsafeOutput",
]


class GanvasError(Exception):
    """Base of every error that ganvas raises on purpose."""


class ImageError(GanvasError):
    """A file is not an image we read, is damaged, or exceeds a limit."""


class ModelError(GanvasError):
    """A model is unknown, or does not fit the task or the image."""


class CheckpointError(GanvasError):
    """A weights file is missing, damaged, of another format, or does not fit the network."""


class SettingsError(GanvasError):
    """Settings contradict each other or are out of range."""


class OutOfMemory(GanvasError):
    """The work does not fit the memory allowed, even with the smallest batch and tile."""


class NonFiniteError(GanvasError):
    """Training met too many non-finite losses or gradients in a row; names the phase."""


class UnsafeOutput(GanvasError):
    """Writing would overwrite an original or leave the output folder."""


class MissingExtra(GanvasError):
    """A dependency is not installed; the message is the command that installs it.

    Args:
        package: the dependency.
        extra: of ganvas that brings it; nothing where it is one that ganvas itself wants.
    """

    def __init__(self, package: str, extra: str = "") -> None:
        wanted = f"'ganvas[{extra}]'" if extra else package
        super().__init__(f"This needs {package}, which is not installed: run pip install {wanted}.")
