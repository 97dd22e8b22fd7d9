"""From a training state to a model file, and from a model file into a new training."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganvas.core.card import Card
from ganvas.core.errors import CheckpointError
from ganvas.core.method import Draws
from ganvas.core.settings import to_json
from ganvas.io import checkpoint
from ganvas.train.settings import Recipe
from ganvas.train.state import TrainState

__all__ = ["load_into", "model_card", "model_header", "model_tensors"]


def model_tensors(recipe: Recipe, state: TrainState) -> dict[str, Tensor]:
    """Returns the tensors of a model as ``network.parameter``: the networks that answer, averaged where possible.

    The method settles copies of them first; the training goes on with its own.

    Discriminators stay in the training checkpoint, from which a transfer can start too.
    """
    nets = {**state.nets, **state.averages}
    answering = recipe.method.exportable() or tuple(nets)
    copies = {name: copy.deepcopy(nets[name]) for name in answering}
    device = next((p.device for net in copies.values() for p in net.parameters()), torch.device("cpu"))
    recipe.method.settle(copies, Draws(recipe.train.seed, state.step, "settle", torch.arange(1, device=device)))
    return {f"{name}.{key}": value for name in answering for key, value in copies[name].state_dict().items()}


def model_card(recipe: Recipe) -> Card:
    """Returns the card of the recipe's model: the method's facts under the model's own title."""
    card = recipe.method.describe()
    return replace(card, title=recipe.about.title or card.title)


def model_header(recipe: Recipe, state: TrainState, *, version: str) -> dict[str, Any]:
    """Returns the header of a model file."""
    return {
        "kind": "model",
        "name": recipe.about.name,
        "method": type(recipe.method).__module__.rsplit(".", 1)[-1],
        "settings": to_json(recipe.method),
        "card": model_card(recipe).to_json(),
        "drifts": "d" in state.nets,  # adversarial generators may shift colours: the guard is for them
        "licence": recipe.about.licence,
        "data": recipe.about.data,
        "metrics": {},
        "provenance": {
            "ganvas": version,
            "torch": torch.__version__,
            "images_seen": state.images_seen,
            "steps": state.step,
            "train": to_json(recipe.train),
            "training_data": to_json(recipe.data),
        },
    }


def load_into(state: TrainState, path: Path) -> dict[str, tuple[int, int]]:
    """Takes over from a model or a training checkpoint every tensor whose name and shape fit.

    Returns how many tensors of each network were taken over, and how many it has. Optimisers start anew, and moving
    averages start at the networks as they were taken over.

    Raises:
        CheckpointError: nothing fits.
    """
    checkpoint.read_header(path)
    tensors = {key.removeprefix("net."): value for key, value in checkpoint.load_tensors(path).items()}
    taken: dict[str, tuple[int, int]] = {}
    for name, net in state.nets.items():
        own = net.state_dict()
        fitting = {
            key: value
            for key in own
            if (value := tensors.get(f"{name}.{key}")) is not None and value.shape == own[key].shape
        }
        net.load_state_dict({**own, **fitting})
        if name in state.averages:
            state.averages[name].load_state_dict(net.state_dict())
        taken[name] = (len(fitting), len(own))
    if not any(count for count, _ in taken.values()):
        raise CheckpointError(f"No tensor of {path} fits this method's networks: check --init-from.")
    return taken
