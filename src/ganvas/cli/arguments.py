"""Flags that several commands share."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from ganvas.core.errors import SettingsError

__all__ = ["Parser", "normalised"]


class Parser(argparse.ArgumentParser):
    """argparse with one sentence for an error, and no guessing of shortened flags."""

    def __init__(self, *, prog: str, description: str, epilog: str = "") -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog or None,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    def error(self, message: str) -> NoReturn:
        """Raises the message as a usage error.

        Raises:
            SettingsError: always.
        """
        raise SettingsError(f"{message[:1].upper()}{message[1:]}: see {self.prog} --help.")


def normalised(words: Sequence[str]) -> list[str]:
    """Returns the words with underscores in flags as dashes: ``--max_memory=2GiB`` is ``--max-memory=2GiB``."""
    result = []
    plain = False
    for word in words:
        plain = plain or word == "--"
        if word.startswith("--") and not plain:
            flag, equals, value = word.partition("=")
            word = flag.replace("_", "-") + equals + value
        result.append(word)
    return result


def sized(parse: Any) -> Any:
    """Returns an argparse type that reports the parser's own sentence."""

    def convert(text: str) -> int:
        try:
            return int(parse(text))
        except SettingsError as error:
            raise argparse.ArgumentTypeError(str(error).rstrip(".")) from error

    return convert
