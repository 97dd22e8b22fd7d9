from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from ganvas.core.errors import SettingsError
from ganvas.core.settings import classes_in, from_json, to_json
from ganvas.recipes import denoise, srgan_bce, upscale_x4
from ganvas.train.settings import Recipe


@dataclass(frozen=True, kw_only=True)
class Inner:
    size: int = 3
    pair: tuple[float, float] = (0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class Other:
    name: str = "x"


@dataclass(frozen=True, kw_only=True)
class Outer:
    inner: Inner | Other = field(default_factory=Inner)
    path: Path | None = None
    parts: tuple[Inner, ...] = ()
    groups: tuple[tuple[str, float], ...] = ()


def test_values_survive_json() -> None:
    outer = Outer(inner=Other(name="y"), path=Path("a/b"), parts=(Inner(size=1), Inner(size=2)), groups=(("g", 0.5),))
    assert from_json(Outer, json.loads(json.dumps(to_json(outer)))) == outer


@pytest.mark.parametrize("make", [upscale_x4.recipe, denoise.recipe, srgan_bce.recipe])
def test_a_whole_recipe_survives_json(make) -> None:
    recipe = make()
    changed = replace(recipe, train=replace(recipe.train, images=7, precision="f32"))
    written = json.loads(json.dumps(to_json(changed)))
    assert from_json(Recipe, written, classes=classes_in(recipe)) == changed


def test_a_class_that_was_not_offered_is_refused() -> None:
    written = to_json(Outer()) | {"inner": {"$type": "Popen", "args": ["true"]}}
    with pytest.raises(SettingsError, match="Popen"):
        from_json(Outer, written)


def test_an_unknown_field_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match="colour"):
        from_json(Inner, {"$type": "Inner", "colour": 1})


def test_a_value_that_is_not_plain_is_refused() -> None:
    with pytest.raises(SettingsError, match="object"):
        to_json({"a": object()})
