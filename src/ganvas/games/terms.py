"""The terms of a loss, each weighed by the setting of its name."""

from __future__ import annotations

from ganvas.core.method import Losses

__all__ = ["weighted"]


def weighted(settings: object, terms: Losses) -> Losses:
    """Returns the terms times the settings of their names; those without a weight are left out."""
    weights = {name: float(getattr(settings, name)) for name in terms}
    return {name: weights[name] * loss for name, loss in terms.items() if weights[name]}
