"""What describes a training: method, data and run, as nested frozen dataclasses that become flags and run.json."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import torch

from ganvas.core.errors import SettingsError
from ganvas.core.method import Method

__all__ = ["About", "Recipe", "TrainSettings"]


@dataclass(frozen=True, kw_only=True)
class TrainSettings:
    """How long and how to train.

    Attributes:
        images: images of the whole run; with the batch it decides the steps, and schedules end with it.
        batch: samples per update.
        micro_batch: samples per backward pass, to save memory; refused where a loss couples the batch.
        seed: of weights, data order and draws.
        precision: ``auto`` is bf16 where the chip multiplies it in hardware, else float32.
        log_every: steps between lines of metrics.jsonl and TensorBoard.
        sample_minutes: minutes between grids of samples.
        checkpoint_minutes: minutes between checkpoints.
        health_share: share of the training time for measuring its health, at lines of the log; 0 switches it off,
            and the best model with it.
        max_bad: non-finite updates of one phase in a row before the run stops.
    """

    images: int
    batch: int = 16
    micro_batch: int | None = None
    seed: int = 0
    precision: Literal["auto", "f32", "bf16"] = "auto"
    log_every: int = 50
    sample_minutes: float = 10.0
    checkpoint_minutes: float = 5.0
    health_share: float = 0.02
    max_bad: int = 10

    def __post_init__(self) -> None:
        if self.images < 1 or self.batch < 1 or self.log_every < 1:
            raise SettingsError("Training needs images, batch and log_every of at least 1.")
        if not 0 <= self.health_share <= 1:
            raise SettingsError("health_share is a share of the training time: give a number from 0 to 1.")

    def bf16(self, device: str) -> bool:
        """Returns whether networks run under bf16 autocast on this device."""
        if self.precision != "auto":
            return self.precision == "bf16"
        if torch.device(device).type == "cuda":
            return torch.cuda.is_bf16_supported(including_emulation=False)
        return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


@dataclass(frozen=True, kw_only=True)
class About:
    """What the card of the trained model says beside its numbers.

    Attributes:
        name: of the model.
        title: one line for lists; the method's where it is empty.
        licence: of the weights.
        data: what it was trained on, and the terms of that.
    """

    name: str = "model"
    title: str = ""
    licence: str = "Apache-2.0"
    data: str = "not stated"


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One training, whole: what ``ganvas train`` shows as flags and ``run.json`` writes down."""

    method: Method[Any]
    data: Any  # settings whose ``stream(path, seed=...)`` opens a stream of batches
    train: TrainSettings
    about: About = field(default_factory=About)
