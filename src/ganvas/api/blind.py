"""``deblur-blind``: the kernel is estimated and handed to plug-and-play deconvolution, or else a network sharpens."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ganvas.api.kernel import plug_and_play
from ganvas.api.load import Model
from ganvas.api.options import Options
from ganvas.zoo.models import ModelEntry, find

if TYPE_CHECKING:
    import numpy as np

    from ganvas.infer.session import Session

__all__ = ["Blind"]


class Blind(Model):
    """A network for the task and a denoiser, of which every picture gets what suits it."""

    def __init__(self, entry: ModelEntry, options: Options) -> None:
        super().__init__(entry, options)
        network, denoiser = entry.header["parts"]
        self._network, self._denoiser = Model(find(network), options), Model(find(denoiser), options)

    @property
    def session(self) -> Session:
        """The open session of both; opening it takes as long as opening two."""
        with self.busy:
            if self._session is None:
                from ganvas.infer.blind_session import BlindSession

                self._session = BlindSession(self._network.session, denoiser=self._denoiser.session, told=self._told)
            return self._session

    def digest(self) -> str:
        """Returns a digest of the weights and the code that decide the result."""
        from ganvas.infer import blind, blind_session, deconvolve, kernel_search

        code = [
            hashlib.sha256(Path(str(module.__file__)).read_bytes()).hexdigest()
            for module in (blind, blind_session, deconvolve, kernel_search)
        ]
        parts = [self._network.digest(), self._denoiser.digest(), *code]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def _told(self, kernel: np.ndarray) -> Session:
        # The deconvolution itself has no tiles and no other precision; its denoiser has what was asked for.
        plain = replace(self.options, tile=0, precision="auto", backend="auto")
        return Model(plug_and_play(self._denoiser, kernel), plain).session
