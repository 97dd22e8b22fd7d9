"""Which models there are, by name, with what is known of each. Imports neither torch nor a classical method's library.

A name is one of a bundled weights file (``denoise``), of a procedure over such ones (``deblur-blind``), of a classical
method (``classical/nlm``), or the path of a ``.safetensors`` file: one written by ganvas, or one with the names of
Real-ESRGAN's SRVGGNetCompact.
"""

from __future__ import annotations

import hashlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganvas.core.card import Card
from ganvas.core.errors import CheckpointError, ModelError
from ganvas.io.checkpoint import read_header
from ganvas.zoo import community, composed
from ganvas.zoo.composed import COMPOSED

if TYPE_CHECKING:
    import numpy as np

__all__ = ["WEIGHTS", "ModelEntry", "find", "list_models"]

WEIGHTS = Path(__file__).parent / "weights"
_CLASSICAL = "classical"
_PICKLES = {".pth", ".pt", ".ckpt", ".pkl", ".bin"}


@dataclass(frozen=True, kw_only=True)
class ModelEntry:
    """One model and what is known of it.

    Attributes:
        name: what it is called by; for a file given by its path its stem, or its run's folder.
        card: the facts that everything outside the method goes by.
        path: its weights file; None for a classical model.
        header: the whole header of the weights file; what the module says for a classical model.
        size: bytes of the weights file, 0 for a classical model.
        function: loader of a classical model's function; None for a model with weights.
    """

    name: str
    card: Card
    path: Path | None = None
    header: Mapping[str, Any]
    size: int = 0
    function: Callable[[], Callable[..., np.ndarray]] | None = None

    def digest(self) -> str:
        """Returns the SHA-256 of the weights file, or of a classical model's source, as 64 hexadecimal digits.

        Raises:
            CheckpointError: the file cannot be read.
        """
        source = self.path or Path(str(self.header["source"]))
        try:
            with open(source, "rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise CheckpointError(f"Cannot read {source} ({error.strerror}): check the path of the model.") from error


def list_models(folder: Path = WEIGHTS) -> list[str]:
    """Returns the names of the bundled and classical models, in alphabetical order within each."""
    bundled = sorted(path.stem for path in folder.glob("*.safetensors"))
    bundled += [name for name, whole in COMPOSED.items() if set(whole.parts) <= set(bundled)]
    return bundled + [f"{_CLASSICAL}/{name}" for name in _classical_names()]


def find(name: str | Path, folder: Path = WEIGHTS) -> ModelEntry:
    """Returns the model of that name or path.

    Raises:
        ModelError: there is no such model; the message names the nearest. Or the file is a pickle.
        CheckpointError: the weights file is damaged or of another format.
    """
    text = str(name)
    bundled = folder / f"{text}.safetensors"
    if "/" not in text and "\\" not in text and bundled.is_file():
        return _of_file(bundled)
    if text in COMPOSED:
        return _composed(text)
    kind, _, short = text.partition("/")
    if kind == _CLASSICAL and short in _classical_names():
        return _classical(short)
    path = Path(text).expanduser()
    if path.suffix.lower() in _PICKLES:
        raise ModelError(
            f"{path.name} is a pickle, which can run code when it is read, so ganvas does not open it: convert it "
            "once, where you trust its origin, with safetensors.torch.save_file(torch.load(FILE, weights_only=True)"
            '["params_ema"], "NAME.safetensors").'
        )
    if path.is_file():
        return _of_file(path)
    if path.suffix.lower() == ".safetensors":
        raise ModelError(f"There is no weights file {text}: check the path, or see the names with ganvas models.")
    raise ModelError(_unknown(text, list_models(folder)))


def _unknown(name: str, known: Sequence[str]) -> str:
    shorts = {full.rpartition("/")[2]: full for full in known} | {full: full for full in known}
    near = get_close_matches(name.lower(), shorts, n=1, cutoff=0.5)
    bundled = ", ".join(full for full in known if "/" not in full)
    guess = f"did you mean {shorts[near[0]]}?" if near else f"choose one of {bundled}, or see all with ganvas models."
    return f"There is no model called {name!r}: {guess}"


def _of_file(path: Path) -> ModelEntry:
    header = community.read(path) or read_header(path)
    if "card" not in header:
        raise CheckpointError(f"{path} is the state of a training, not a model: use the model.safetensors beside it.")
    card = Card.from_json(header["card"])
    return ModelEntry(name=_called(path), card=card, path=path, header=header, size=path.stat().st_size)


def _called(path: Path) -> str:
    """The file's stem; ``model`` and ``best`` are called by their run, so that two of them can be told apart."""
    run = path.resolve().parent.name
    return {"model": run, "best": f"{run}-best"}.get(path.stem, path.stem) if run else path.stem


def _composed(name: str) -> ModelEntry:
    whole = COMPOSED[name]
    header = {
        "kind": "composed",
        "method": whole.method,
        "parts": list(whole.parts),
        "card": whole.card.to_json(),
        "licence": f"that of {' and '.join(whole.parts)}",
        "data": f"that of {' and '.join(whole.parts)}",
        "source": composed.__file__,
    }
    return ModelEntry(name=name, card=whole.card, header=header)


def _classical_names() -> list[str]:
    folder = Path(__file__).parent / _CLASSICAL
    return sorted(info.name for info in pkgutil.iter_modules([str(folder)]) if not info.name.startswith("_"))


def _classical(short: str) -> ModelEntry:
    module = import_module(f"ganvas.zoo.{_CLASSICAL}.{short}")
    header = {
        "kind": "classical",
        "method": f"{_CLASSICAL}/{short}",
        "card": module.CARD.to_json(),
        "licence": "that of ganvas",
        "data": "none: nothing was learned",
        "source": module.__file__,
    }
    return ModelEntry(name=f"{_CLASSICAL}/{short}", card=module.CARD, header=header, function=lambda: module.apply)
