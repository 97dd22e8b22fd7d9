"""Models that are told the blur: a method and a kernel become a function of the picture alone."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from pathlib import Path

import numpy as np
from jaxtyping import Float

from ganvas.api.load import Derived, Model, load
from ganvas.api.options import Options
from ganvas.core.card import Card
from ganvas.core.errors import SettingsError

__all__ = ["kernel_of", "plug_and_play", "with_kernel"]

Kernel = Float[np.ndarray, "k l"]
_DENOISER = "denoise"


def kernel_of(given: str | Path | np.ndarray) -> Kernel:
    """Returns the kernel in a file or an array: odd sides, not negative, sum one.

    Raises:
        ImageError: it cannot be read, or is no kernel.
    """
    from ganvas.degrade.shake import checked_kernel, read_kernel

    if isinstance(given, np.ndarray):
        return checked_kernel(given, "The array")
    return read_kernel(Path(given).expanduser())


def with_kernel(
    model: str | Path | Model | None, kernel: str | Path | np.ndarray, *, options: Options | None = None
) -> Model:
    """Returns a model for ``deblur`` that undoes the blur of that kernel.

    Args:
        model: a classical method that takes a kernel, or a denoiser, which becomes the prior of plug-and-play
            deconvolution; the bundled denoiser when left out.
        kernel: file or array.

    Raises:
        ImageError: the kernel cannot be read, or is none.
        ModelError: there is no such model.
        SettingsError: the model finds the blur by itself.
    """
    values = kernel_of(kernel)
    base = model if isinstance(model, Model) else load(model or _DENOISER, options=options)
    if base.card.task == "denoise":
        return Model(plug_and_play(base, values), base.options)
    method = base.entry.function() if base.entry.function is not None else None
    if base.card.task != "deblur" or method is None or "kernel" not in inspect.signature(method).parameters:
        raise SettingsError(
            f"{base.name} does not take a kernel: leave the kernel or the model out, or name classical/wiener, "
            "classical/richardson_lucy or a denoiser."
        )
    return Model(_classical(base, method, values), base.options)


def plug_and_play(denoiser: Model, kernel: Kernel) -> Derived:
    """Returns the model that undoes the blur of a kernel with a denoiser as the prior.

    Args:
        denoiser: opened when the first picture comes.
        kernel: odd sides, sum one.
    """
    from ganvas.infer import deconvolve

    def denoise(image: np.ndarray) -> np.ndarray:
        with denoiser.busy:
            return denoiser.session.array(image)

    def apply(image: np.ndarray) -> np.ndarray:
        return deconvolve.deconvolve(image, kernel, denoise=denoise)

    header = {
        "kind": "derived",
        "method": "plug-and-play",
        "licence": denoiser.entry.header.get("licence", "not stated"),
        "turned": {"kernel": _digest(kernel)},
        "bytes_per_pixel": deconvolve.BYTES_PER_PIXEL,
    }
    code = hashlib.sha256(Path(deconvolve.__file__).read_bytes()).hexdigest()
    return Derived(
        name=f"plug-and-play/{denoiser.name}",
        card=Card(
            title=f"Undoes a known blur, with {denoiser.name} as the prior",
            task="deblur",
            paper="Zhang et al. 2021, https://arxiv.org/abs/2008.13751",
            range=(0.0, 1.0),
            # It cuts tiles by itself: their overlap depends on the kernel.
            tiling="never",
        ),
        header=header,
        function=lambda: apply,
        parts=(denoiser.entry.digest(), code, _digest(kernel)),
    )


def _classical(base: Model, method: Callable[..., np.ndarray], kernel: Kernel) -> Derived:
    from ganvas.infer.deconvolve import check_fits

    def apply(image: np.ndarray) -> np.ndarray:
        check_fits(image, kernel)
        return method(image, kernel=kernel)

    return Derived(
        name=base.name,
        card=base.card,
        header={**base.entry.header, "turned": {"kernel": _digest(kernel)}},
        function=lambda: apply,
        parts=(base.entry.digest(), _digest(kernel)),
    )


def _digest(kernel: Kernel) -> str:
    return hashlib.sha256(f"{kernel.shape}".encode() + np.ascontiguousarray(kernel).tobytes()).hexdigest()[:16]
