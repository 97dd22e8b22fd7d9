"""The torch back end: any method, any device; channels-last, bf16 where the hardware multiplies it fast."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from jaxtyping import Float

from ganvas.core.card import Card
from ganvas.core.errors import ModelError, SettingsError
from ganvas.infer.backend import cpu_has_bf16, usable_cores
from ganvas.infer.model import RunnableModel, answering
from ganvas.ops.thumbnail import CELL

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

__all__ = ["PREFERENCE", "TorchBackend", "fast_bf16", "open_backend", "refusal", "working_bytes"]

PREFERENCE = 10


@dataclass(frozen=True)
class TorchBackend:
    """A method's ``apply`` on tiles, or the part of its network that looks on thumbnails."""

    apply: Callable[[Tensor, Tensor | None], Tensor]
    card: Card
    device: str
    precision: Literal["f32", "bf16"]
    bytes_per_pixel: float
    name: str = "torch"

    def run(self, images: Float[np.ndarray, "b h w c"]) -> Float[np.ndarray, "b H W c"]:
        """Returns the outputs."""
        import torch

        low, high = self.card.range
        device = torch.device(self.device)
        autocast = torch.autocast(device.type, dtype=torch.bfloat16) if self.precision == "bf16" else nullcontext()
        with torch.no_grad(), autocast:
            # Pixels are channels-last already, so the permuted view has the layout the convolutions want.
            source = torch.from_numpy(images).to(device).permute(0, 3, 1, 2)
            mask = None
            if "mask" in self.card.needs:
                source, mask = source[:, :-1], source[:, -1:]
            output = self.apply(source * (high - low) + low, mask).float()
            if self.card.tiling != "field":
                output = (output - low) / (high - low)
            return output.permute(0, 2, 3, 1).contiguous().cpu().numpy()

    def at(self, precision: Literal["f32", "bf16"]) -> TorchBackend:
        """Returns the same network at that precision."""
        return replace(self, precision=precision)


def refusal(model: RunnableModel, device: str) -> str:
    """Returns why this back end cannot run the model on the device, or nothing."""
    return "" if model.load else "it is a function"


def open_backend(model: RunnableModel, *, device: str, precision: str) -> TorchBackend:
    """Loads the networks and returns the back end.

    Raises:
        SettingsError: the device is not there.
        CheckpointError: the weights cannot be loaded.
    """
    import torch

    from ganvas.core.method import Draws, Query

    assert model.load is not None
    place = _device(device)
    # torch takes all cores of the machine, not those this process may use; it never gets more than it was given.
    torch.set_num_threads(min(torch.get_num_threads(), usable_cores()))
    method, networks = model.load()
    for network in networks.values():
        network.eval().requires_grad_(False).to(place)
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def apply(image: Tensor, mask: Tensor | None) -> Tensor:
        if model.card.tiling == "field":
            return answering(model.card, method, networks)(image)
        query = Query(image=image, mask=mask)
        return method.apply(networks, query, Draws(0, 0, "apply", torch.arange(len(image)))).images

    chosen: Literal["f32", "bf16"] = "bf16" if precision == "bf16" else "f32"
    if precision == "auto" and fast_bf16(place):
        chosen = "bf16"

    def probe(image: Tensor) -> Tensor:
        return apply(image, torch.zeros_like(image[:, :1]) if "mask" in model.card.needs else None)

    return TorchBackend(apply, model.card, str(place), chosen, working_bytes(networks, probe, model.card, place))


def _device(name: str) -> torch.device:
    import torch

    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).strip().splitlines()[0]
        raise SettingsError(f"The device {name!r} cannot be used ({reason}): use --device auto or cpu.") from error
    return device


def fast_bf16(device: torch.device) -> bool:
    """Returns whether the device multiplies bf16 faster than float32: a GPU that has it, AMX or AVX512-bf16."""
    import torch

    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return device.type == "cpu" and _cpu_bf16()


@cache
def _cpu_bf16() -> bool:
    import torch

    # Private in torch and renamed before, so the processor's flags decide where they are gone.
    for name in ("_is_amx_tile_supported", "_is_avx512_bf16_supported"):
        probe = getattr(torch.cpu, name, None)
        if probe is not None and probe():
            return True
    return cpu_has_bf16()


def working_bytes(
    networks: Mapping[str, nn.Module], apply: Callable[[Tensor], Tensor], card: Card, device: torch.device
) -> float:
    """Returns the working memory per input pixel: twice the largest input plus output of any layer, in float32.

    One small image is sent through with hooks on the layers. Twice, because results of earlier layers (skips) and the
    convolution's own buffers live beside them; measured, that is above what is used by all networks here.
    """
    import torch

    largest = 0

    def note(module: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
        nonlocal largest
        tensors = [item for item in (*inputs, output) if isinstance(item, torch.Tensor)]
        largest = max(largest, sum(item.numel() for item in tensors))

    layers = [layer for network in networks.values() for layer in network.modules() if not list(layer.children())]
    hooks = [layer.register_forward_hook(note) for layer in layers]
    side = -(-max(card.min_size, 32) // card.multiple_of) * card.multiple_of
    try:
        with torch.no_grad():
            output = apply(torch.zeros(1, card.channels, side, side, device=device))
    finally:
        for hook in hooks:
            hook.remove()
    made = side // CELL if card.tiling == "field" else side * card.scale
    if output.shape[-2:] != (made, made):
        raise ModelError(f"The network makes {tuple(output.shape)} of {side} px, its card says x{card.scale}.")
    return 2 * 4 * largest / side**2
