"""Reads the data of a pickle file without running it: CIFAR is published in that form.

A pickle is a program for a small stack machine that may call any function. Here its words are read one by one
(``pickletools.genops`` only splits the file) and those for numbers, texts, lists, dicts and numpy's byte arrays are
followed; nothing named in the file is ever imported or called, and any other word or name is an error.
"""

from __future__ import annotations

import math
import pickletools
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ganvas.core.errors import ImageError

__all__ = ["read_plain"]

_VALUES = {
    "INT", "LONG", "LONG1", "LONG4", "BININT", "BININT1", "BININT2", "FLOAT", "BINFLOAT", "STRING", "BINSTRING",
    "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES",
    "BINBYTES8", "BYTEARRAY8",
}  # fmt: skip
_CONSTANTS: dict[str, Any] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_SILENT = frozenset({"PROTO", "FRAME"})
_MARK = object()
_NUMPY = ("numpy.core.", "numpy._core.")
_NAMES = {
    "multiarray _reconstruct": "array",
    "numeric _frombuffer": "frombuffer",
    "numpy ndarray": "ndarray",
    "numpy dtype": "dtype",
    "_codecs encode": "encode",
}


class _Refused(Exception):
    """What the file does that data need not do."""


@dataclass(frozen=True)
class _Name:
    """One of the few names that stand for data."""

    meaning: str


@dataclass
class _Array:
    """An array announced, whose values come later."""

    values: np.ndarray | None = None


def read_plain(raw: bytes, name: str) -> Any:
    """Returns the value in a pickle file, texts of Python 2 as ``str`` in Latin-1, arrays of bytes as numpy arrays.

    Args:
        raw: the file.
        name: what an error calls it.

    Raises:
        ImageError: it is damaged, or asks for anything but numbers, texts, lists, dicts and arrays of bytes.
    """
    machine = _Machine()
    try:
        for opcode, argument, _ in pickletools.genops(raw):
            machine.follow(opcode.name, argument)
        return _finished(machine.stack[-1])
    except _Refused as error:
        raise ImageError(f"{name} is refused, since it {error}: fetch it from where CIFAR is published.") from error
    except Exception as error:  # hostile bytes: whatever breaks becomes one sentence
        raise ImageError(f"{name} is damaged or no CIFAR file: fetch it again.") from error


def _finished(value: Any) -> Any:
    """The value with arrays in place, and keys as texts."""
    if isinstance(value, dict):
        return {k.decode("latin-1") if isinstance(k, bytes) else k: _finished(v) for k, v in value.items()}
    return value.values if isinstance(value, _Array) else value


@dataclass
class _Machine:
    """The stack and the memory of the words read so far."""

    stack: list[Any] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)

    def follow(self, word: str, argument: Any) -> None:
        """Follows one word."""
        if word in _SILENT or word == "STOP":
            return
        if word in _VALUES:
            self.stack.append(argument)
        elif word in _CONSTANTS:
            self.stack.append(_CONSTANTS[word])
        elif word in ("GLOBAL", "STACK_GLOBAL"):
            self._name(argument)
        elif word == "REDUCE":
            arguments = self.stack.pop()
            self.stack.append(_made(self.stack.pop(), arguments))
        elif word == "BUILD":
            _fill(self.stack[-2], self.stack.pop())
        elif not (self._container(word) or self._remember(word, argument)):
            raise _Refused(f"holds the instruction {word}")

    def _name(self, text: str | None) -> None:
        """A name of the few allowed; the text is "module name", or lies on the stack."""
        if text is None:
            last = self.stack.pop()
            text = f"{self.stack.pop()} {last}"
        short = text
        for prefix in _NUMPY:
            short = short.removeprefix(prefix)
        if short not in _NAMES or (short == text) != (short.split()[0] in ("numpy", "_codecs")):
            raise _Refused(f"refers to {text.replace(' ', '.')}")
        self.stack.append(_Name(_NAMES[short]))

    def _since_mark(self) -> list[Any]:
        place = next(k for k in range(len(self.stack) - 1, -1, -1) if self.stack[k] is _MARK)
        items = self.stack[place + 1 :]
        del self.stack[place:]
        return items

    def _container(self, word: str) -> bool:
        """Lists, tuples and dicts; returns whether the word was one of theirs."""
        stack = self.stack
        if word == "MARK":
            stack.append(_MARK)
        elif word in ("EMPTY_LIST", "EMPTY_DICT", "EMPTY_TUPLE"):
            stack.append({"EMPTY_LIST": [], "EMPTY_DICT": {}, "EMPTY_TUPLE": ()}[word])
        elif word in ("LIST", "TUPLE"):
            items = self._since_mark()
            stack.append(items if word == "LIST" else tuple(items))
        elif word in ("TUPLE1", "TUPLE2", "TUPLE3"):
            count = int(word[-1])
            stack[-count:] = [tuple(stack[-count:])]
        elif word in ("APPEND", "APPENDS"):
            items = [stack.pop()] if word == "APPEND" else self._since_mark()
            stack[-1].extend(items)
        elif word in ("SETITEM", "SETITEMS", "DICT"):
            items = [stack.pop(-2), stack.pop()] if word == "SETITEM" else self._since_mark()
            if word == "DICT":
                stack.append({})
            stack[-1].update(zip(items[::2], items[1::2], strict=True))
        else:
            return False
        return True

    def _remember(self, word: str, argument: Any) -> bool:
        """The memory of values; returns whether the word was one of its."""
        if word in ("PUT", "BINPUT", "LONG_BINPUT"):
            self.memo[int(argument)] = self.stack[-1]
        elif word == "MEMOIZE":
            self.memo[len(self.memo)] = self.stack[-1]
        elif word in ("GET", "BINGET", "LONG_BINGET"):
            self.stack.append(self.memo[int(argument)])
        else:
            return False
        return True


def _made(name: Any, arguments: tuple[Any, ...]) -> Any:
    """What a name and its arguments stand for."""
    meaning = name.meaning if isinstance(name, _Name) else ""
    if meaning == "array":
        return _Array()
    if meaning == "dtype":
        if arguments[0] not in ("u1", "|u1", b"u1", b"|u1"):
            raise _Refused(f"holds an array of {arguments[0]!r} instead of bytes")
        return _Name("bytes")
    if meaning == "encode" and str(arguments[1]).replace("-", "").lower() == "latin1":
        return arguments[0].encode("latin-1")
    if meaning == "frombuffer":
        raw, dtype, shape, layout = arguments
        return _Array(_shaped(raw, dtype, shape, layout == "F"))
    raise _Refused("calls something that is no array")


def _fill(target: Any, state: tuple[Any, ...]) -> None:
    """Puts the values into an array announced before."""
    if target == _Name("bytes"):
        return  # alignment and order of its bytes, of which a byte has none
    if not isinstance(target, _Array):
        raise _Refused("changes something that is no array")
    _, shape, dtype, columns, raw = state
    target.values = _shaped(raw, dtype, shape, bool(columns))


def _shaped(raw: Any, dtype: Any, shape: tuple[int, ...], columns: bool) -> np.ndarray:
    data = raw.encode("latin-1") if isinstance(raw, str) else bytes(raw)
    if dtype != _Name("bytes") or len(data) != math.prod(shape):
        raise ValueError("the values do not fill the array")
    return np.frombuffer(data, np.uint8).reshape(shape, order="F" if columns else "C")
