"""Training by a recipe."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import ganvas
from ganvas.api import catalog
from ganvas.core.errors import SettingsError
from ganvas.io.checkpoint import read_header

if TYPE_CHECKING:
    from ganvas.train.observers import Observer
    from ganvas.train.settings import Recipe
    from ganvas.train.trainer import Outcome

__all__ = ["find_recipe", "train"]


def find_recipe(name: str | Path) -> tuple[Recipe, str]:
    """Returns the recipe and its name: of a name, or of the ``run.json`` of an earlier run, with its settings.

    Raises:
        SettingsError: there is no such recipe, or the file is not of a run.
    """
    if not str(name).endswith(".json"):
        return catalog.recipe(str(name)), str(name).replace("_", "-")
    from ganvas.train.trainer import read_run

    recipe = read_run(Path(name), catalog.recipe)
    return recipe, str(json.loads(Path(name).read_text(encoding="utf-8"))["recipe"])


def train(
    recipe: str | Path | Recipe,
    *,
    run: str | Path,
    data: str | Path | None = None,
    pairs: tuple[str | Path, str | Path] | None = None,
    pairs_in: str | Path | None = None,
    device: str = "auto",
    resume: bool = False,
    minutes: float | None = None,
    init_from: str | Path | None = None,
    name: str = "",
    observers: Sequence[Observer] = (),
) -> Outcome:
    """Trains until the recipe's images, the minutes, or SIGINT or SIGTERM; always leaves a checkpoint and a model.

    Args:
        recipe: a name, the path of an earlier run's ``run.json``, or a recipe with settings of your own
            (``dataclasses.replace``).
        run: folder for checkpoints, logs and the model.
        data: folder with pictures; None for recipes that make their own.
        pairs: folder of sources and folder of targets with the same names, in place of ``data`` and the recipe's
            degradation.
        pairs_in: folder of files with the source in their left half and the target in their right half.
        device: ``auto`` is a GPU where there is one.
        resume: go on from the folder's last checkpoint, exactly.
        minutes: stop, with a checkpoint, after this time.
        init_from: weights file, a run's last checkpoint, which has the discriminator too, or name of a bundled model,
            whose networks are taken over where they fit. ``run.json`` says what was.
        name: of the recipe that ``recipe`` was made from, so that ``run.json`` can be read back.

    Raises:
        SettingsError: there is no such recipe, the run folder holds a run and ``resume`` was not asked for, or the
            pairs do not fit one another or the recipe.
        CheckpointError: there is nothing to resume from.
        NonFiniteError: the training broke down; the run is back at its last good checkpoint.
    """
    from ganvas.train.trainer import Plan, fit

    chosen, called = find_recipe(recipe) if isinstance(recipe, str | Path) else (recipe, name)
    if data is not None and not Path(data).exists():
        raise SettingsError(f"{data} does not exist: give the folder or archive that holds the training pictures.")
    if pairs is not None or pairs_in is not None:
        chosen = _on_pairs(chosen, pairs, pairs_in)
    plan = Plan(
        run=Path(run),
        data=Path(data) if data is not None else None,
        device=_device(device),
        resume=resume,
        minutes=minutes,
        init_from=_weights(init_from) if init_from is not None else None,
        recipe=called,
        version=ganvas.__version__,
    )
    return fit(chosen, plan, observers)


def _on_pairs(recipe: Recipe, folders: tuple[str | Path, str | Path] | None, halves: str | Path | None) -> Recipe:
    """The recipe on pairs of one's own instead of its clean photos and degradation."""
    from ganvas.data.pairs import from_folders, from_halves

    if folders is not None and halves is not None:
        raise SettingsError("Pairs lie in two folders or side by side: leave out --pairs or --pairs-in.")
    if folders is not None:
        data: object = from_folders(recipe.data, Path(folders[0]), Path(folders[1]))
    else:
        assert halves is not None
        data = from_halves(recipe.data, Path(halves))
    return replace(recipe, data=data, about=replace(recipe.about, data="pairs of one's own"))


def _weights(name: str | Path) -> Path | None:
    """The file of a model, or a training's checkpoint, which is no model to apply."""
    from ganvas.zoo.community import read
    from ganvas.zoo.models import find

    path = Path(name).expanduser()
    ours = path.suffix == ".safetensors" and path.is_file() and read(path) is None
    return path if ours and read_header(path).get("kind") == "train" else find(name).path


def _device(name: str) -> str:
    import torch

    from ganvas.train.distributed import device_here

    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    name = device_here(name)
    try:
        torch.empty(1, device=name)
    except (RuntimeError, AssertionError) as error:
        raise SettingsError(f"Cannot train on {name!r} here: use --device auto or cpu.") from error
    return name
