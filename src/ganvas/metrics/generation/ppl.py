"""Perceptual path length (Karras et al. 2019, https://arxiv.org/abs/1812.04948, section 4.1): how unevenly the image
changes along a path between two latent codes.

Images go from the generator to the distance as floats. Rounded to 8 bits, the tiny difference of two neighbours on the
path would be the rounding's and not the generator's: torch-fidelity measures 1146.9 in place of 31.0 at this epsilon.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from jaxtyping import Float

from ganvas.core.errors import SettingsError
from ganvas.metrics.generation.score import Score, generator

__all__ = ["Interpolation", "between", "ppl"]

Interpolation = Literal["slerp", "lerp"]
Codes = Float[np.ndarray, "n latent"]


def between(first: Codes, second: Codes, share: Float[np.ndarray, " n"], kind: Interpolation) -> Codes:
    """Returns codes on the way from first (share 0) to second (1): on the line, or on the sphere around 0 of radius
    sqrt(latent), close to which normal codes lie. Both are projected to it; the authors' sphere has radius 1, which is
    the same to their generator, since it normalises its code, and would be no code that any other was trained on.
    """
    t = share[:, None]
    if kind == "lerp":
        return first + (second - first) * t
    a, b = (codes / np.linalg.norm(codes, axis=1, keepdims=True) for codes in (first, second))
    angle = t * np.arccos(np.clip((a * b).sum(axis=1, keepdims=True), -1, 1))
    aside = b - (a * b).sum(axis=1, keepdims=True) * a
    aside /= np.maximum(np.linalg.norm(aside, axis=1, keepdims=True), 1e-12)
    return (a * np.cos(angle) + aside * np.sin(angle)) * np.sqrt(first.shape[1])


def ppl(
    generate: Callable[[Codes], np.ndarray],
    distance: Callable[[np.ndarray, np.ndarray], np.ndarray],
    *,
    latent: int,
    samples: int = 1000,
    epsilon: float = 1e-4,
    interpolation: Interpolation = "slerp",
    trim: float = 0.01,
    batch: int = 50,
    seed: int = 0,
) -> Score:
    """Returns the mean of distance(G(t), G(t + epsilon)) / epsilon^2 and its spread over paths; less is better.

    Args:
        generate: latent codes, standard normal in float64, to images of a floating type.
        distance: of two batches of images, one number a pair; it must grow with the square of a small difference, as
            LPIPS does.
        latent: features of a code.
        samples: paths, each with one random place t.
        epsilon: step along the path.
        interpolation: ``slerp`` for the codes themselves, ``lerp`` for a mapped space.
        trim: share of the smallest and of the largest values left out, as the authors do.
        batch: codes generated at once; it decides nothing but memory.
        seed: of codes and places.

    Raises:
        SettingsError: the generator gives whole numbers or a number is out of range.
    """
    if samples < 1 or epsilon <= 0 or not 0 <= trim < 0.5 or batch < 1:
        raise SettingsError("PPL needs samples and batch of at least 1, epsilon above 0 and trim below 0.5.")
    rng = generator(seed)
    first, second = rng.standard_normal((2, samples, latent))
    share = rng.random(samples)
    found = []
    for start in range(0, samples, batch):
        part = slice(start, start + batch)
        ends = [between(first[part], second[part], share[part] + step, interpolation) for step in (0.0, epsilon)]
        near, far = (generate(codes) for codes in ends)
        if not np.issubdtype(near.dtype, np.floating):
            raise SettingsError(f"PPL of {near.dtype} images measures their rounding: give the generator's floats.")
        found.append(np.asarray(distance(near, far), np.float64) / epsilon**2)
    lengths = np.sort(np.concatenate(found))
    cut = int(trim * len(lengths))
    kept = lengths[cut : len(lengths) - cut]
    return Score(float(kept.mean()), spread=float(kept.std()))
