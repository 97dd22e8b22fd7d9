"""A model that stays warm: its session is opened at the first picture and used for all that follow."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ganvas
from ganvas.api import catalog
from ganvas.api.options import Options
from ganvas.core.card import Card
from ganvas.core.errors import CheckpointError
from ganvas.io import checkpoint
from ganvas.zoo.models import ModelEntry, find

if TYPE_CHECKING:
    from torch import Tensor, nn

    from ganvas.core.method import Method
    from ganvas.infer.masked_session import MaskedSession
    from ganvas.infer.model import RunnableModel
    from ganvas.infer.session import Session

__all__ = ["Derived", "Model", "load", "networks", "runnable"]


@dataclass(frozen=True, kw_only=True)
class Derived(ModelEntry):
    """A model made of others: mixed of two, or told a kernel.

    Attributes:
        parts: digests of all that decides it.
        build: returns the method and its networks; None for a function.
    """

    parts: tuple[str, ...]
    build: Callable[[], tuple[Method[Any], Mapping[str, nn.Module]]] | None = None

    def digest(self) -> str:
        """Returns the SHA-256 of the parts."""
        return hashlib.sha256("\0".join(self.parts).encode()).hexdigest()


class Model:
    """A model and its session. Safe to use from several threads: one picture is computed at a time.

    Attributes:
        entry: what is known of the model.
        options: how it is applied.
        busy: held while the session computes.
    """

    def __init__(self, entry: ModelEntry, options: Options) -> None:
        self.entry = entry
        self.options = options
        self.busy = threading.RLock()
        self._session: Session | None = None
        self._masked: MaskedSession | None = None

    @property
    def name(self) -> str:
        """What it is called by."""
        return self.entry.name

    @property
    def card(self) -> Card:
        """What it is and needs."""
        return self.entry.card

    @property
    def session(self) -> Session:
        """The open session; opening it takes a third of a second, or some seconds the first time on a machine."""
        with self.busy:
            if self._session is None:
                from ganvas.infer.session import Session

                options, then = self.options.apply_options(), self.then
                second = Session(runnable(then), options) if then is not None else None
                self._session = Session(runnable(self.entry), options, then=second)
            return self._session

    @property
    def masked(self) -> MaskedSession:
        """The open session of a model that fills holes; as :attr:`session` in all else.

        Raises:
            ModelError: the model takes no mask.
        """
        with self.busy:
            if self._masked is None:
                from ganvas.infer.masked_session import MaskedSession

                self._masked = MaskedSession(runnable(self.entry), self.options.apply_options())
            return self._masked

    @property
    def then(self) -> ModelEntry | None:
        """The model that takes this one's result over; None where it stands alone."""
        name = self.entry.header.get("then")
        return find(str(name)) if name else None

    def digest(self) -> str:
        """Returns a digest of the weights that decide the result."""
        then = self.then
        own = self.entry.digest()
        return own if then is None else hashlib.sha256(f"{own} {then.digest()}".encode()).hexdigest()

    def __call__(
        self,
        image: Any,
        *,
        scale: float | None = None,
        strength: float = 1.0,
        brightness: float = 0.0,
        contrast: float = 1.0,
        saturation: float = 1.0,
        output: str | Path | None = None,
    ) -> Any:
        """Returns the picture by the model, of the kind that was given; see the function of the model's task."""
        from ganvas.api.apply import apply

        controls = {"brightness": brightness, "contrast": contrast, "saturation": saturation}
        return apply(self, image, scale=scale, strength=strength, controls=controls, output=output, overwrite=False)

    def __repr__(self) -> str:
        return f"Model({self.name!r}, {self.card.title!r})"


def load(
    name: str | Path,
    *,
    sharpness: float | None = None,
    vividness: float | None = None,
    options: Options | None = None,
) -> Model:
    """Returns the model, ready to be called on many pictures.

    Args:
        name: of a bundled model, ``classical/NAME``, or the path of a ``.safetensors`` file.
        sharpness: from 0 (the faithful model of its task) to 1 (this one), their weights mixed; None for this one.
        vividness: the same for models that colour.

    Raises:
        ModelError: there is no such model.
        SettingsError: a dial is out of range, or the model is not one that can be mixed.
        CheckpointError: its weights file is damaged.
    """
    entry = find(name)
    dials: dict[str, float | None] = {"sharpness": sharpness, "vividness": vividness}
    for dial, share in dials.items():
        if share is not None:
            from ganvas.api.interpolate import turned

            entry = turned(entry, dial, share)
    if entry.header.get("kind") == "composed":
        from ganvas.api.blind import Blind

        return Blind(entry, options or Options())
    return Model(entry, options or Options())


def runnable(entry: ModelEntry) -> RunnableModel:
    """Returns what the session needs of the model; torch is imported only when its networks are built."""
    from ganvas.infer.model import RunnableModel

    if entry.function is not None:
        memory = entry.header.get("bytes_per_pixel")
        return RunnableModel(card=entry.card, name=entry.name, function=entry.function(), bytes_per_pixel=memory)
    return RunnableModel(
        card=entry.card,
        name=entry.name,
        key=hashlib.sha256(f"{entry.digest()} {_code_digest(str(entry.header['method']))}".encode()).hexdigest(),
        load=(entry.build if isinstance(entry, Derived) else None) or partial(networks, entry),
        drifts=bool(entry.header.get("drifts", False)),
    )


def _code_digest(method: str) -> str:
    """Digest of the code that turns weights into a function, so that a changed network is compiled anew."""
    package = Path(ganvas.__file__).parent
    digest = hashlib.sha256(ganvas.__version__.encode())
    for path in (*sorted((package / "nets").glob("*.py")), package / "methods" / f"{method}.py"):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def networks(entry: ModelEntry) -> tuple[Method[Any], Mapping[str, nn.Module]]:
    """Returns the method and the networks of a weights file, float32, in evaluation mode."""
    from ganvas.core.settings import from_json

    assert entry.path is not None
    settings = entry.header["settings"]
    # A method that wraps another one holds its settings, too.
    inner = [catalog.method_class(name) for name in catalog.names("methods")] if "inner" in settings else []
    method: Method[Any] = from_json(catalog.method_class(str(entry.header["method"])), settings, classes=inner)
    tensors = checkpoint.load_tensors(entry.path)
    if entry.header.get("kind") == "community":
        tensors = {f"{method.exportable()[0]}.{name}": tensor for name, tensor in tensors.items()}
    nets = {}
    for name, net in method.networks().items():
        own = {key.removeprefix(f"{name}."): value for key, value in tensors.items() if key.startswith(f"{name}.")}
        if own or name in method.exportable():
            nets[name] = _filled(net, own, entry.path)
    return method, nets


def _filled(net: nn.Module, tensors: Mapping[str, Tensor], path: Path) -> nn.Module:
    try:
        net.load_state_dict(dict(tensors))
    except RuntimeError as error:
        raise CheckpointError(f"The weights in {path} do not fit their own settings: fetch the file again.") from error
    return net.float().eval()
