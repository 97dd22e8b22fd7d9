"""Inception v3 as TensorFlow's graph of 2015 has it: the network behind published FID figures.

Source: Szegedy et al. 2016, https://arxiv.org/abs/1512.00567; the graph inception-2015-12-05 (1008 classes), which
Heusel et al. 2017 measure with. It differs from the network of the same name elsewhere, and so do its figures:
averages of 3 x 3 px leave out the zeros around the image; the pooling branch of the last block takes the maximum; the
auxiliary classifier is absent. Tensors have the names of the public conversion pt_inception-2015-12-05.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["CLASSES", "FEATURES", "SIDE", "Inception"]

CLASSES, FEATURES, SIDE = 1008, 2048, 299
_Kernel = int | tuple[int, int]
_Layer = tuple[str, int, _Kernel]  # suffix of the name, features, kernel
_Branches = Mapping[str, Sequence[_Layer | tuple[_Layer, ...]]]


class _Conv(nn.Module):
    """Convolution, batch norm and ReLU; of a stride of 1 it keeps the size unless ``pad`` is off."""

    def __init__(self, inputs: int, outputs: int, kernel: _Kernel, *, stride: int = 1, pad: bool = True) -> None:
        super().__init__()
        sides = (kernel, kernel) if isinstance(kernel, int) else kernel
        padding = (sides[0] // 2, sides[1] // 2) if pad else (0, 0)
        self.conv = nn.Conv2d(inputs, outputs, sides, stride=stride, padding=padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=1e-3)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.bn(self.conv(x)))


def _beside(layer: _Layer | tuple[_Layer, ...]) -> tuple[_Layer, ...]:
    """The layers that stand side by side at this place of a branch."""
    first = layer[0]
    return cast("tuple[_Layer, ...]", (layer,) if isinstance(first, str) else layer)


class _Mixed(nn.Module):
    """Branches of convolutions side by side, and one that pools; their features are joined.

    Args:
        inputs: features in.
        branches: by the start of their names, the layers of each, one after the other; layers in a tuple of their own
            at the end are side by side.
        pool: ``average`` or ``maximum`` of 3 x 3 px, followed by a convolution to ``pooled`` features; with
            ``pooled`` 0 a maximum at half the size, as the last layers of all branches then are.
        pooled: features of the pooling branch.
    """

    def __init__(self, inputs: int, branches: _Branches, pool: str, pooled: int) -> None:
        super().__init__()
        self.pool, self.halves = pool, not pooled
        self.names: list[list[tuple[str, ...]]] = []
        for start, layers in branches.items():
            before, names = inputs, []
            for number, layer in enumerate(layers):
                beside = _beside(layer)
                shrinks = self.halves and number == len(layers) - 1
                for suffix, outputs, kernel in beside:
                    conv = _Conv(before, outputs, kernel, stride=2 if shrinks else 1, pad=not shrinks)
                    self.add_module(f"{start}{suffix}", conv)
                names.append(tuple(f"{start}{suffix}" for suffix, _, _ in beside))
                before = sum(outputs for _, outputs, _ in beside)
            self.names.append(names)
        if pooled:
            self.branch_pool = _Conv(inputs, pooled, 1)

    def forward(self, x: Tensor) -> Tensor:
        found = []
        for names in self.names:
            y = x
            for beside in names:
                y = torch.cat([self.get_submodule(name)(y) for name in beside], dim=1)
            found.append(y)
        return torch.cat([*found, self._pooled(x)], dim=1)

    def _pooled(self, x: Tensor) -> Tensor:
        if self.halves:
            return F.max_pool2d(x, 3, stride=2)
        if self.pool == "maximum":
            return self.branch_pool(F.max_pool2d(x, 3, stride=1, padding=1))
        return self.branch_pool(F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False))


def _a(inputs: int, pooled: int) -> _Mixed:
    branches: _Branches = {
        "branch1x1": [("", 64, 1)],
        "branch5x5": [("_1", 48, 1), ("_2", 64, 5)],
        "branch3x3dbl": [("_1", 64, 1), ("_2", 96, 3), ("_3", 96, 3)],
    }
    return _Mixed(inputs, branches, "average", pooled)


def _b(inputs: int) -> _Mixed:
    branches: _Branches = {
        "branch3x3": [("", 384, 3)],
        "branch3x3dbl": [("_1", 64, 1), ("_2", 96, 3), ("_3", 96, 3)],
    }
    return _Mixed(inputs, branches, "maximum", 0)


def _c(inner: int) -> _Mixed:
    row, column = (1, 7), (7, 1)
    branches: _Branches = {
        "branch1x1": [("", 192, 1)],
        "branch7x7": [("_1", inner, 1), ("_2", inner, row), ("_3", 192, column)],
        "branch7x7dbl": [
            ("_1", inner, 1),
            ("_2", inner, column),
            ("_3", inner, row),
            ("_4", inner, column),
            ("_5", 192, row),
        ],
    }
    return _Mixed(768, branches, "average", 192)


def _d(inputs: int) -> _Mixed:
    branches: _Branches = {
        "branch3x3": [("_1", 192, 1), ("_2", 320, 3)],
        "branch7x7x3": [("_1", 192, 1), ("_2", 192, (1, 7)), ("_3", 192, (7, 1)), ("_4", 192, 3)],
    }
    return _Mixed(inputs, branches, "maximum", 0)


def _e(inputs: int, pool: str) -> _Mixed:
    branches: _Branches = {
        "branch1x1": [("", 320, 1)],
        "branch3x3": [("_1", 384, 1), (("_2a", 384, (1, 3)), ("_2b", 384, (3, 1)))],
        "branch3x3dbl": [("_1", 448, 1), ("_2", 384, 3), (("_3a", 384, (1, 3)), ("_3b", 384, (3, 1)))],
    }
    return _Mixed(inputs, branches, pool, 192)


class Inception(nn.Module):
    """The network up to its 2048 pooled features, and the layer behind them."""

    def __init__(self) -> None:
        super().__init__()
        self.Conv2d_1a_3x3 = _Conv(3, 32, 3, stride=2, pad=False)
        self.Conv2d_2a_3x3 = _Conv(32, 32, 3, pad=False)
        self.Conv2d_2b_3x3 = _Conv(32, 64, 3)
        self.Conv2d_3b_1x1 = _Conv(64, 80, 1)
        self.Conv2d_4a_3x3 = _Conv(80, 192, 3, pad=False)
        self.Mixed_5b, self.Mixed_5c, self.Mixed_5d = _a(192, 32), _a(256, 64), _a(288, 64)
        self.Mixed_6a = _b(288)
        self.Mixed_6b, self.Mixed_6c, self.Mixed_6d, self.Mixed_6e = _c(128), _c(160), _c(160), _c(192)
        self.Mixed_7a = _d(768)
        self.Mixed_7b, self.Mixed_7c = _e(1280, "average"), _e(2048, "maximum")
        self.fc = nn.Linear(FEATURES, CLASSES)

    def forward(self, image: Float[Tensor, "b 3 h w"]) -> tuple[Float[Tensor, "b n"], Float[Tensor, "b classes"]]:
        """Returns the pooled features and the logits without their bias, which is how the Inception Score takes them.

        Args:
            image: (pixels - 128) / 128, at 299 x 299 px where figures are to be compared.
        """
        x = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(image)))
        x = self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(F.max_pool2d(x, 3, stride=2)))
        x = F.max_pool2d(x, 3, stride=2)
        blocks = ("5b", "5c", "5d", "6a", "6b", "6c", "6d", "6e", "7a", "7b", "7c")
        for name in blocks:
            x = self.get_submodule(f"Mixed_{name}")(x)
        features = x.mean(dim=(2, 3))
        return features, features @ self.fc.weight.T
