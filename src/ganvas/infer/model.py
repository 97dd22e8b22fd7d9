"""What the session is handed: a card, and either networks to be loaded or a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ganvas.core.card import Card
from ganvas.core.errors import ModelError

if TYPE_CHECKING:
    from torch import nn

    from ganvas.core.method import Method

__all__ = ["RunnableModel", "answering"]


@dataclass(frozen=True, kw_only=True)
class RunnableModel:
    """A model ready to be applied, without torch imported.

    Attributes:
        card: what the tiler and the back ends go by.
        name: for reports and errors.
        key: digest of the weights and of the code that builds the network; names the compiled graph in the cache.
            An empty key is never cached.
        load: returns the method and its networks, in evaluation mode and float32 on the CPU; imports torch. Called
            only where no compiled graph is cached.
        function: a classical model: (h, w, c) in [0, 1] to the same kind, with the keyword ``strength``.
        bytes_per_pixel: working memory of the function per input pixel, where it is known.
        drifts: the model may shift colours (adversarial training), so the colour guard applies where it enlarges.
    """

    card: Card
    name: str
    key: str = ""
    load: Callable[[], tuple[Method, Mapping[str, nn.Module]]] | None = None
    function: Callable[..., np.ndarray] | None = None
    bytes_per_pixel: float | None = None
    drifts: bool = False

    def __post_init__(self) -> None:
        if (self.load is None) == (self.function is None):
            raise ModelError(f"The model {self.name} needs either networks or a function: give exactly one.")


def answering(card: Card, method: Method, networks: Mapping[str, nn.Module]) -> nn.Module:
    """Returns the network that a back end runs in place of a plain model: with a field, the part that looks."""
    (name,) = method.exportable()
    return networks[name].get_submodule("look") if card.tiling == "field" else networks[name]
