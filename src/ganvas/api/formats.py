"""Which format each output gets, known before its name is given: from the input's header, by content."""

from __future__ import annotations

from pathlib import Path

from ganvas.core.errors import GanvasError, SettingsError
from ganvas.io.info import EXTENSIONS, OUTPUT_FORMATS, ImageInfo, Limits, choose_format, format_of_name

__all__ = ["Formats", "checked_format"]

_UNLIMITED = Limits(max_pixels_in=2**62, max_pixels_out=2**62)


def checked_format(requested: str) -> str:
    """Returns the name of a format as the writer knows it, or ``auto``.

    Raises:
        SettingsError: it is none that is written.
    """
    asked = requested.casefold().lstrip(".")
    asked = format_of_name(f"x.{asked}") or asked
    if asked not in (*OUTPUT_FORMATS, "auto"):
        raise SettingsError(f"Cannot write {requested!r} pictures: choose one of {', '.join(OUTPUT_FORMATS)}.")
    return asked


class Formats:
    """Formats of the outputs of one batch; each input's header is read once."""

    def __init__(self, requested: str) -> None:
        """Takes the format asked for.

        Raises:
            SettingsError: it is none that is written.
        """
        self._requested = checked_format(requested)
        self._found: dict[Path, tuple[str, str | None]] = {}

    def is_picture(self, path: Path) -> bool:
        """Returns whether the file is a picture by its content, be it a damaged one."""
        from ganvas.io.decode import sniff

        try:
            with open(path, "rb") as file:
                return sniff(file.read(64)) is not None
        except OSError:
            return True  # a file that cannot be read is told of, not skipped

    def of(self, path: Path) -> str:
        """Returns the format of the output; where the input cannot be read, a guess, for reading it fails later."""
        return self._entry(path)[0]

    def notes(self, path: Path) -> list[str]:
        """Returns a sentence where the format is another than asked for."""
        note = self._entry(path)[1]
        return [note] if note else []

    def ending(self, path: Path) -> str:
        """Returns the extension of the output: the input's own where it names the same format."""
        chosen = self.of(path)
        return path.suffix if format_of_name(path.name) == chosen else EXTENSIONS[chosen]

    def _entry(self, path: Path) -> tuple[str, str | None]:
        if path not in self._found:
            self._found[path] = self._choose(path)
        return self._found[path]

    def _choose(self, path: Path) -> tuple[str, str | None]:
        from ganvas.io.picture import open_picture

        try:
            with open_picture(path, limits=_UNLIMITED) as picture:
                return self._chosen(picture.info)
        except (GanvasError, OSError):
            guess = format_of_name(path.name) if self._requested == "auto" else self._requested
            return guess if guess in OUTPUT_FORMATS else "png", None

    def choose(self, info: ImageInfo) -> str:
        """Returns the format for a picture of these properties."""
        return self._chosen(info)[0]

    def _chosen(self, info: ImageInfo) -> tuple[str, str | None]:
        # The size is no matter here: the writer says where a format cannot hold it.
        return choose_format(info, self._requested, width=1, height=1)
