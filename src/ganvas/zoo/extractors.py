"""Networks that metrics of generators measure with: images in, features and class probabilities out.

A figure means something under its extractor only, so every extractor has a name and a digest that stand in the result.
Nothing is downloaded.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Float64, UInt8
from torch import Tensor, nn
from torch.nn import functional as F

from ganvas.core.errors import CheckpointError, ImageError, ModelError, SettingsError
from ganvas.io import checkpoint
from ganvas.nets.feature_net import FeatureNet
from ganvas.nets.inception import SIDE, Inception
from ganvas.ops.resize import resize
from ganvas.zoo.features import read_classifier
from ganvas.zoo.models import WEIGHTS

__all__ = ["BUNDLED", "INCEPTION", "Extractor", "Read", "extractor"]

BUNDLED = ("mnist-lenet", "features")
INCEPTION = "inception-tf"
_SIDES = {"mnist-lenet": 28}  # px that images are brought to; the others take them as they are
# SHA-256 of the public conversion of the weights of 2015 begins so, as its name says.
_PUBLIC, _PUBLIC_DIGEST = "pt_inception-2015-12-05-6726825d.pth", "6726825d"
_LUMA = (0.299, 0.587, 0.114)


@dataclass(frozen=True, kw_only=True)
class Read:
    """What an extractor reads in images.

    Attributes:
        features: one row for each image.
        probabilities: of the classes, likewise.
    """

    features: Float64[np.ndarray, "n d"]
    probabilities: Float64[np.ndarray, "n classes"]


@dataclass(frozen=True, kw_only=True)
class Extractor:
    """A network and how images are brought to it.

    Attributes:
        name: what stands in the result: ``fid[NAME]``. Weights other than those known by a name have their digest in
            it.
        digest: SHA-256 of the weights file.
        resize: what is done to images of another size, in words.
        network: pixels, 0 to 255 in float32 (b, c, h, w), to features and logits.
        layers: images in [-1, 1] to the features of inner layers, for a perceptual distance; None where that is not
            defined.
    """

    name: str
    digest: str
    resize: str
    network: Callable[[Tensor], tuple[Tensor, Tensor]]
    layers: Callable[[Tensor], list[Tensor]] | None = None

    def read(self, images: np.ndarray, *, batch: int = 100) -> Read:
        """Returns features and probabilities of 8-bit images; ``batch`` decides nothing but memory.

        Args:
            images: (n, h, w, c), gray or RGB.

        Raises:
            SettingsError: they are not of 8 bits: figures of unrounded images are of other images than are saved.
            ImageError: there are none, or they have another number of channels.
        """
        if images.dtype != np.uint8:
            raise SettingsError(
                f"The extractor was given {images.dtype} images: round them to 8 bits first, as a file would."
            )
        if images.ndim != 4 or images.shape[3] not in (1, 3) or not images.size:
            raise ImageError(f"The extractor was given images of shape {images.shape}: it takes gray or RGB ones.")
        parts = [self._part(images[start : start + batch]) for start in range(0, len(images), batch)]
        features, probabilities = (torch.cat(part).numpy() for part in zip(*parts, strict=True))
        return Read(features=features, probabilities=probabilities)

    def features(self, images: np.ndarray) -> Float64[np.ndarray, "n d"]:
        """Returns the features of 8-bit images; see :meth:`read`."""
        return self.read(images).features

    def probabilities(self, images: np.ndarray) -> Float64[np.ndarray, "n classes"]:
        """Returns the class probabilities of 8-bit images; see :meth:`read`."""
        return self.read(images).probabilities

    @torch.no_grad()
    def distance(
        self, first: Float[np.ndarray, "n h w c"], second: Float[np.ndarray, "n h w c"]
    ) -> Float64[np.ndarray, " n"]:
        """Returns a perceptual distance of each pair of float images in [-1, 1], for the path length.

        It has the form of LPIPS (Zhang et al. 2018, https://arxiv.org/abs/1801.03924, eq. 1) without learned weights:
        squared differences of the features of each layer, of unit length at every place, mean over places, sum over
        layers.

        Raises:
            SettingsError: the extractor has no such layers.
        """
        if self.layers is None:
            raise SettingsError(f"{self.name} has no layers to compare: measure the path length with features.")
        ours = [self.layers(torch.from_numpy(x).float().permute(0, 3, 1, 2)) for x in (first, second)]
        total = torch.zeros(len(first), dtype=torch.float64)
        for a, b in zip(*ours, strict=True):
            apart = F.normalize(a.double(), dim=1) - F.normalize(b.double(), dim=1)
            total += apart.square().sum(dim=1).mean(dim=(1, 2))
        return total.numpy()

    @torch.no_grad()
    def _part(self, images: UInt8[np.ndarray, "b h w c"]) -> tuple[Tensor, Tensor]:
        pixels = torch.from_numpy(images.copy()).permute(0, 3, 1, 2).float()
        features, logits = self.network(pixels)
        return features.double(), logits.double().softmax(dim=1)


def extractor(name: str | Path, weights: str | Path | None = None) -> Extractor:
    """Returns an extractor, ready.

    Args:
        name: ``mnist-lenet``, ``features``, ``inception-tf``, or a file: a model of the method classifier, or weights
            of inception-tf.
        weights: the file of inception-tf; the cache is searched when left out.

    Raises:
        ModelError: there is no such extractor.
        CheckpointError: weights are missing, damaged, or of another network; says where to get them.
    """
    text = str(name)
    if text == INCEPTION:
        return _inception(Path(weights) if weights is not None else _cached())
    if weights is not None:
        raise SettingsError(f"{text} has its own weights: leave the weights out, or name {INCEPTION}.")
    if text in BUNDLED:
        return _classifier(WEIGHTS / f"{text}.safetensors", text)
    path = Path(text).expanduser()
    if not path.is_file():
        known = ", ".join((*BUNDLED, INCEPTION))
        raise ModelError(f"There is no extractor called {text!r}: choose {known}, or give a weights file.")
    if path.suffix.lower() in (".pth", ".pt"):
        return _inception(path)
    return _classifier(path, "")


def _digest(path: Path) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise CheckpointError(f"Cannot read {path} ({error.strerror}): check the path of the weights.") from error


def _classifier(path: Path, name: str) -> Extractor:
    """A model of the method classifier; the name of a file has its digest in it."""
    if name and not path.is_file():
        raise CheckpointError(
            f"The weights of {name} are not part of this installation: reinstall ganvas, or train them with "
            f"ganvas train {name} and give the path of the model."
        )
    header, digest = checkpoint.read_header(path), _digest(path)
    if header.get("method") != "classifier":
        raise CheckpointError(f"{path} is no extractor: give a model of the method classifier.")
    net = read_classifier(path, header)
    channels, side = net.channels, _SIDES.get(name)
    return Extractor(
        name=name or f"{path.stem}@{digest[:8]}",
        digest=digest,
        resize="none" if side is None else f"antialiased bilinear to {side} px",
        network=lambda pixels: _read(net, _prepared(pixels / 127.5 - 1, channels, side)),
        layers=lambda image: net.features(_prepared(image, channels, side)),
    )


def _prepared(image: Tensor, channels: int, side: int | None) -> Tensor:
    if channels == 1 and image.shape[1] == 3:
        image = (image * image.new_tensor(_LUMA)[:, None, None]).sum(dim=1, keepdim=True)
    elif channels == 3 and image.shape[1] == 1:
        image = image.expand(-1, 3, -1, -1)
    if side is None or image.shape[2:] == (side, side):
        return image
    return resize(image, (side, side), kind="bilinear")


def _read(net: FeatureNet, image: Tensor) -> tuple[Tensor, Tensor]:
    features = F.relu(net.features(image)[-1]).mean(dim=(2, 3))
    return features, net.head(features)


def _cached() -> Path:
    """The weights of inception-tf where they have been put, by hand or by other programs.

    Raises:
        CheckpointError: they are nowhere.
    """
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    own = Path(os.environ.get("GANVAS_CACHE_DIR") or base / "ganvas").expanduser() / "extractors"
    hub = Path(torch.hub.get_dir()) / "checkpoints"  # where pytorch-fid keeps the same file
    for path in (own / f"{INCEPTION}.safetensors", own / _PUBLIC, hub / _PUBLIC):
        if path.is_file():
            return path
    raise CheckpointError(
        f"The weights of {INCEPTION} are not here, and ganvas downloads nothing: put {_PUBLIC} (a release of "
        f"mseitzer/pytorch-fid) into {own}, or give the path of the file as the extractor."
    )


def _inception(path: Path) -> Extractor:
    digest = _digest(path)
    net = Inception()
    tensors = {name: value.float() for name, value in _tensors(path).items() if not name.endswith("_tracked")}
    missing, unknown = net.load_state_dict(_fitting(net, tensors, path), strict=False)
    if unknown or any(not name.endswith("_tracked") for name in missing):
        raise CheckpointError(f"{path} holds other tensors than the Inception of 2015: give {_PUBLIC}.")
    net = net.eval().requires_grad_(False)
    return Extractor(
        name=INCEPTION if digest.startswith(_PUBLIC_DIGEST) else f"{INCEPTION}@{digest[:8]}",
        digest=digest,
        resize=f"TensorFlow 1's bilinear to {SIDE} px, not antialiased",
        network=lambda pixels: net(_like_tensorflow(pixels)),
    )


def _fitting(net: nn.Module, tensors: dict[str, Tensor], path: Path) -> dict[str, Tensor]:
    own = net.state_dict()
    if wrong := [name for name, value in tensors.items() if name in own and own[name].shape != value.shape]:
        raise CheckpointError(f"{wrong[0]} in {path} is not of the shape of the Inception of 2015: give {_PUBLIC}.")
    return tensors


def _tensors(path: Path) -> dict[str, Tensor]:
    """All tensors of a safetensors file, or of a file of torch's, whose pickle may name tensors and nothing else."""
    if path.suffix.lower() == ".safetensors":
        return checkpoint.load_tensors(path)
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # every kind of error that a damaged or hostile file can cause
        raise CheckpointError(f"{path} holds more than tensors, or is damaged: give {_PUBLIC}.") from error
    if not isinstance(found, dict) or not all(isinstance(value, Tensor) for value in found.values()):
        raise CheckpointError(f"{path} is no table of tensors: give {_PUBLIC}.")
    return found


def _like_tensorflow(pixels: Float[Tensor, "b c h w"]) -> Float[Tensor, "b 3 h w"]:
    """Pixels, 0 to 255, as the graph of 2015 sees them."""
    rows, columns = (torch.from_numpy(_corner_bilinear(side)) for side in pixels.shape[2:])
    resized = rows @ pixels @ columns.T
    return ((resized - 128) / 128).expand(-1, 3, -1, -1)


@lru_cache(maxsize=8)
def _corner_bilinear(length: int) -> np.ndarray:
    """The matrix of TensorFlow 1's ``resize_bilinear`` to 299 px along an axis, corners not aligned: pixel i of the
    result lies at i * length / 299 of the image, not at the centre of its place.
    """
    place = np.arange(SIDE) * (length / SIDE)
    low = np.floor(place).astype(int)
    high = np.minimum(low + 1, length - 1)
    matrix = np.zeros((SIDE, length), np.float32)
    np.add.at(matrix, (np.arange(SIDE), low), 1 - (place - low))
    np.add.at(matrix, (np.arange(SIDE), high), place - low)
    return matrix
