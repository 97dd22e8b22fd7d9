"""``ganvas train RECIPE``: lists the recipes, and hands over to the flags of the one chosen."""

from __future__ import annotations

from collections.abc import Sequence

from ganvas.api import catalog

__all__ = ["run"]


def run(words: Sequence[str]) -> int:
    """Trains and returns the exit status."""
    if not words or words[0] in ("-h", "--help"):
        names = [name.replace("_", "-") for name in catalog.names("recipes")]
        print("usage: ganvas train RECIPE --data DIR | --pairs SOURCES TARGETS | --pairs-in DIR [options]")
        print(f"\nrecipes: {', '.join(names)}")
        print("RECIPE may also be the run.json of an earlier run.")
        print("ganvas train RECIPE --help tells every setting of the recipe and its value there.")
        return 0 if words else 2
    from ganvas.api.train import find_recipe

    recipe, name = find_recipe(words[0])
    from ganvas.cli import training

    return training.run(recipe, name, words[1:])
