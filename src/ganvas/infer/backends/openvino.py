"""The OpenVINO back end: one plain network on a CPU, from a graph kept on disk, without importing torch.

The graph takes and gives what the session holds, pixels last and in [0, 1]: change of layout and of range are part of
it, so they run fused and on all threads. It is made once from the torch module, with free batch, height and width;
beside it lies the graph compiled for this processor and precision.
"""

from __future__ import annotations

import io
import json
import os
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import numpy as np
from jaxtyping import Float

from ganvas.core.card import Card
from ganvas.core.errors import MissingExtra, ModelError
from ganvas.infer import graphs
from ganvas.infer.backend import cpu_has_bf16, usable_cores
from ganvas.infer.model import RunnableModel, answering

__all__ = ["PREFERENCE", "OpenVINOBackend", "open_backend", "refusal"]

PREFERENCE = 50
_FORM = "1"  # of the graph; to be raised when what _convert makes changes
_PROBE = 64  # px


@dataclass(frozen=True)
class OpenVINOBackend:
    """A compiled graph.

    Attributes:
        scale: of its outputs to its inputs; None where it gives grids for thumbnails.
    """

    request: Any
    scale: int | None
    compile: Callable[[str], Any]
    precision: Literal["f32", "bf16"]
    bytes_per_pixel: float
    name: str = "openvino"
    device: str = "cpu"

    def run(self, images: Float[np.ndarray, "b h w c"]) -> Float[np.ndarray, "b H W c"]:
        """Returns the outputs."""
        from openvino import Tensor

        count, height, width, channels = images.shape
        self.request.set_input_tensor(Tensor(images, shared_memory=True))
        if self.scale is None:
            self.request.infer()
            return np.array(self.request.get_output_tensor().data)
        output = np.empty((count, height * self.scale, width * self.scale, channels), dtype=np.float32)
        # The graph writes into an array of the caller's: nothing is copied, and no later call can change it.
        self.request.set_output_tensor(Tensor(output, shared_memory=True))
        self.request.infer()
        return output

    def at(self, precision: Literal["f32", "bf16"]) -> OpenVINOBackend:
        """Returns the same graph compiled for that precision."""
        return replace(self, request=self.compile(precision).create_infer_request(), precision=precision)


def refusal(model: RunnableModel, device: str) -> str:
    """Returns why this back end cannot run the model on the device, or nothing."""
    if model.load is None:
        return "it is a function"
    if not model.card.plain:
        return "the model is more than one plain network"
    if device == "auto" and _has_gpu():
        return "there is a GPU, which torch can use"
    return "" if device in ("auto", "cpu") else f"it does not run on {device} here"


def _has_gpu() -> bool:
    """Whether torch sees a GPU; it is asked only where a driver is, because importing it takes a second."""
    if not (os.path.exists("/dev/nvidiactl") or os.path.exists("/dev/kfd") or os.name == "nt"):
        return False
    import torch

    return torch.cuda.is_available()


def open_backend(model: RunnableModel, *, device: str, precision: str) -> OpenVINOBackend:
    """Returns the back end, from the cache where it holds this graph.

    Raises:
        MissingExtra: OpenVINO is not installed.
        ModelError: OpenVINO cannot express the network.
        CheckpointError: the weights cannot be loaded.
    """
    if find_spec("openvino") is None:
        raise MissingExtra("openvino")
    # Importing OpenVINO writes an id into the home folder and reports the import to its makers over the network, unless
    # its telemetry package cannot be imported.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    core = openvino.Core()
    graph = _Graph(
        core, model, graphs.digest_of(model.key, json.dumps(model.card.to_json()), openvino.__version__, _FORM)
    )
    chosen: Literal["f32", "bf16"] = "f32" if precision == "f32" else "bf16"
    if precision == "auto" and not cpu_has_bf16():
        chosen = "f32"
    compiled = graph.compile(chosen)
    scale = None if model.card.tiling == "field" else model.card.scale
    return OpenVINOBackend(
        compiled.create_infer_request(), scale, graph.compile, chosen, graph.facts()["bytes_per_pixel"]
    )


@dataclass
class _Graph:
    """One network's graph, on disk or, where that cannot be, in memory."""

    core: Any
    model: RunnableModel
    key: str
    made: Any = None  # the graph in memory, where it could not be written

    def compile(self, precision: str) -> Any:
        """The graph compiled for the precision."""
        folder = self._folder()
        settings = _settings(precision)
        if folder is None:
            return self.core.compile_model(self.made, "CPU", settings)
        processor = self.core.get_property("CPU", "FULL_DEVICE_NAME")
        name = graphs.digest_of(str(processor), json.dumps(settings, sort_keys=True)) + ".blob"
        try:
            return self.core.import_model(io.BytesIO((folder / name).read_bytes()), "CPU", settings)
        except (OSError, RuntimeError):
            pass  # not there yet, or damaged: it is made anew
        compiled = self.core.compile_model(self.core.read_model(folder / "graph.xml"), "CPU", settings)
        graphs.add_file(folder, name, compiled.export_model().getvalue())
        return compiled

    def facts(self) -> dict[str, Any]:
        """What was measured when the graph was made."""
        folder = self._folder()
        return _facts(self.made, self.model.card) if folder is None else _read_facts(folder)

    def _folder(self) -> Path | None:
        """Where the graph lies; None where it is in memory."""
        if self.made is not None:
            return None
        if not self.model.key:
            self.made = _convert(self.core, self.model)
            return None
        folder = graphs.folder_for(self.key)
        if folder is not None and not _is_whole(folder):
            graphs.discard(folder)
            folder = None
        if folder is None:
            made = _convert(self.core, self.model)
            folder = graphs.make_folder(self.key, lambda path: _fill(path, made, self.model.card))
            if folder is None:
                self.made = made
        return folder


def _fill(path: Path, made: Any, card: Card) -> None:
    from openvino import save_model

    save_model(made, path / "graph.xml", compress_to_fp16=False)
    sizes = {name: (path / name).stat().st_size for name in ("graph.xml", "graph.bin")}
    (path / "facts.json").write_text(json.dumps(_facts(made, card) | {"sizes": sizes}), "utf-8")


def _read_facts(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "facts.json").read_text("utf-8"))


def _is_whole(folder: Path) -> bool:
    """Whether the files have the sizes they were written with: a disk that was full or failed shows here."""
    try:
        return all((folder / name).stat().st_size == size for name, size in _read_facts(folder)["sizes"].items())
    except (OSError, ValueError, KeyError):
        return False


def _settings(precision: str) -> dict[str, Any]:
    settings: dict[str, Any] = {"INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY"}
    if usable_cores() < (os.cpu_count() or 1):
        settings["INFERENCE_NUM_THREADS"] = usable_cores()
    return settings


def _convert(core: Any, model: RunnableModel) -> Any:
    """The torch network as a graph on pixels-last images in [0, 1], checked; batch, height and width are free."""
    import openvino
    import torch
    from torch import Tensor, nn

    assert model.load is not None
    method, networks = model.load()
    card = model.card
    low, high = card.range

    class Whole(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = answering(card, method, networks)

        def forward(self, image: Tensor) -> Tensor:
            output = self.network(image.permute(0, 3, 1, 2) * (high - low) + low)
            if card.tiling != "field":  # a grid holds no colours, whose range could be changed
                output = (output - low) / (high - low)
            return output.permute(0, 2, 3, 1)

    side = -(-max(card.min_size, 32) // card.multiple_of) * card.multiple_of
    generator = torch.Generator().manual_seed(0)
    example = torch.rand(1, side, side, card.channels, generator=generator)
    other = torch.rand(2, side, 2 * side, card.channels, generator=generator)
    whole = Whole().eval()
    free = openvino.PartialShape([-1, -1, -1, card.channels])
    # torch says that tracing is to be replaced; OpenVINO's front end still asks for it.
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            made = openvino.convert_model(whole, example_input=example, input=[free])
            # Tracing freezes what does not come from torch operations; another image in another shape shows it.
            given = next(iter(core.compile_model(made, "CPU", _settings("f32"))(other.numpy()).values()))
        except Exception as error:  # its front end raises many kinds
            reason = str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
            raise ModelError(f"OpenVINO cannot express {model.name} ({reason}): use --backend torch.") from error
        wanted = whole(other).numpy()
    if given.shape != wanted.shape or not np.allclose(given, wanted, atol=1e-3, rtol=1e-3):
        raise ModelError(f"OpenVINO's graph of {model.name} does not give what torch gives: use --backend torch.")
    return made


def _facts(made: Any, card: Card) -> dict[str, Any]:
    """Working memory per input pixel: twice the largest input plus output of any operation, in float32."""
    side = -(-_PROBE // card.multiple_of) * card.multiple_of
    graph = made.clone()
    graph.reshape([1, side, side, card.channels])
    largest = 0
    for operation in graph.get_ops():
        ends = [*operation.inputs(), *operation.outputs()]
        if operation.get_type_name() in ("Constant", "Result", "Parameter"):
            continue
        sizes = [int(np.prod(end.get_shape())) for end in ends if end.get_element_type().get_type_name() == "f32"]
        largest = max(largest, sum(size for size in sizes if size >= side * side))
    return {"bytes_per_pixel": 2 * 4 * largest / side**2}
