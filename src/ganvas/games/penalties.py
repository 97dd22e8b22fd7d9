"""The penalties on the discriminator's gradient that the settings ask for."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor

from ganvas.core.method import Losses, Step
from ganvas.games.judged import Judged, Shown, judge_with_slope
from ganvas.games.stabilisers import Stabilisers
from ganvas.losses.penalties import centred, interpolate, norms, zero_centred

__all__ = ["penalties"]


def penalties(stabilise: Stabilisers, real: Shown, fake: Shown, step: Step) -> Losses:
    """Returns the penalties by name, weighted; their mean norms stand in ``step.seen``.

    Where a side was judged with its slope, that is used. Points between real and generated samples have the labels of
    the real ones.
    """
    found = {}
    for name, gamma, shown in (("r1", stabilise.r1, real), ("r2", stabilise.r2, fake)):
        if gamma:
            found[name] = zero_centred(_slope(shown, step, "real" if name == "r1" else "fake"), gamma=gamma)
    if stabilise.gradient_penalty:
        alpha = step.rng.uniform(stream="interpolation")
        between = Shown(samples=interpolate(real.samples, fake.samples.detach(), alpha), label=real.label)
        found["gradient_penalty"] = stabilise.gradient_penalty * centred(_slope(between, step, "between"))
    if stabilise.dragan:
        noise = stabilise.dragan_noise * step.rng.normal(*real.samples.shape[1:], stream="dragan")
        around = Shown(samples=real.samples + noise, label=real.label)
        found["dragan"] = stabilise.dragan * centred(_slope(around, step, "around"))
    return found


def _slope(shown: Shown, step: Step, place: str) -> Float[Tensor, "b ..."]:
    slope = shown.slope if isinstance(shown, Judged) else None
    if slope is None:
        slope = judge_with_slope(step.raw["d"], shown).slope
    assert slope is not None
    step.seen[f"gradient_norm_{place}"] = norms(slope.detach()).mean()
    return slope
