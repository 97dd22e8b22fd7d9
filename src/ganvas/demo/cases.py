"""The sample photos of the demo, how each is degraded, and which models restore it.

The photos are those that scikit-image packs into its wheel and that are free to ship: public domain or CC0, as the
docstrings of ``skimage.data`` state. They are read from the installed package; nothing is downloaded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from jaxtyping import UInt8

from ganvas.core.errors import ImageError
from ganvas.degrade.bicubic import Bicubic
from ganvas.degrade.degradation import Degradation
from ganvas.degrade.noise import CameraNoise, GaussianNoise, PoissonGaussianNoise

__all__ = ["CASES", "PHOTOS", "Attempt", "Case", "Photo", "degraded", "truth"]

Pixels = UInt8[np.ndarray, "h w *c"]

_SEED = 7


@dataclass(frozen=True, kw_only=True)
class Photo:
    """A sample photo: its file in ``skimage.data``, what it shows, its author and its terms."""

    file: str
    title: str
    credit: str
    terms: str


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One model tried on a case.

    Attributes:
        model: its name for ganvas.
        label: a few words for the page.
        ours: trained weights, not a classical baseline.
    """

    model: str
    label: str
    ours: bool


@dataclass(frozen=True, kw_only=True)
class Case:
    """One photo under one degradation.

    Attributes:
        name: stem of the files written.
        photo: key of :data:`PHOTOS`.
        task: ``upscale`` or ``denoise``.
        damage: what was done to the photo, in words.
        degrade: makes the settings of the degradation.
        attempts: the models, the classical baselines first.
    """

    name: str
    photo: str
    task: str
    damage: str
    degrade: Callable[[], Degradation]
    attempts: Sequence[Attempt]


PHOTOS = {
    "astronaut": Photo(file="astronaut.png", title="Astronaut Eileen Collins", credit="NASA", terms="public domain"),
    "camera": Photo(file="camera.png", title="Cameraman", credit="Lav Varshney", terms="CC0"),
    "chelsea": Photo(file="chelsea.png", title="Chelsea the cat", credit="Stefan van der Walt", terms="CC0"),
    "coffee": Photo(file="coffee.png", title="Coffee cup", credit="Rachel Michetti", terms="CC0"),
    "rocket": Photo(file="rocket.jpg", title="Falcon 9 with DSCOVR", credit="SpaceX", terms="public domain"),
}

_UPSCALE = (
    Attempt(model="classical/bicubic", label="Bicubic", ours=False),
    Attempt(model="upscale-x4", label="ganvas, faithful", ours=True),
    Attempt(model="upscale-x4-gan", label="ganvas, sharp", ours=True),
)
_DENOISE = (
    Attempt(model="classical/nlm", label="Non-local means", ours=False),
    Attempt(model="classical/tv", label="Total variation", ours=False),
    Attempt(model="denoise", label="ganvas", ours=True),
)


def _camera() -> Degradation:
    """A phone at night: fixed strength, so that the demo shows noise and not luck."""
    sensor = PoissonGaussianNoise(gain=(2.5e-2, 2.5e-2), read=(8.0, 8.0), linear=0.0)
    return CameraNoise(sensor=sensor, smooth=(0.5, 0.5), chroma=(1.0, 1.0), jpeg_chance=1.0)


def _upscale(photo: str) -> Case:
    damage = "reduced to a quarter of its width and height (antialiased bicubic)"
    return Case(name=f"upscale-{photo}", photo=photo, task="upscale", damage=damage, degrade=Bicubic, attempts=_UPSCALE)


def _gaussian(photo: str, sigma: float) -> Case:
    return Case(
        name=f"denoise-{photo}",
        photo=photo,
        task="denoise",
        damage=f"white Gaussian noise, standard deviation {sigma:g} of 255",
        degrade=lambda: GaussianNoise(sigma=(sigma, sigma)),
        attempts=_DENOISE,
    )


def _night(photo: str) -> Case:
    damage = "noise as of a camera at night: grows with the signal, coarse in colour, JPEG-compressed"
    return Case(name=f"denoise-{photo}", photo=photo, task="denoise", damage=damage, degrade=_camera, attempts=_DENOISE)


CASES = (
    _upscale("chelsea"),
    _upscale("astronaut"),
    _upscale("coffee"),
    _upscale("rocket"),
    _gaussian("coffee", 25),
    _night("astronaut"),
    _gaussian("camera", 25),
    _gaussian("chelsea", 50),
)


def truth(case: Case) -> Pixels:
    """Returns the photo, cut at the right and bottom to a multiple of four; gray photos as (h, w).

    Raises:
        ImageError: the installed scikit-image does not hold the photo.
    """
    from PIL import Image

    source = files("skimage.data").joinpath(PHOTOS[case.photo].file)
    if not source.is_file():
        raise ImageError(f"scikit-image does not hold {PHOTOS[case.photo].file}: install it with constraints.txt.")
    with source.open("rb") as file, Image.open(file) as image:
        pixels = np.asarray(image.convert("L" if image.mode == "L" else "RGB"))
    height, width = (side // 4 * 4 for side in pixels.shape[:2])
    return pixels[:height, :width]


def degraded(case: Case, clean: Pixels) -> Pixels:
    """Returns the degraded photo, the same on every run."""
    image = clean.astype(np.float32) / np.float32(255)
    image = image if image.ndim == 3 else image[:, :, None]
    rng = np.random.default_rng([_SEED, *case.name.encode()])
    result = np.rint(case.degrade()(image, rng) * 255).astype(np.uint8)
    return result if clean.ndim == 3 else result[:, :, 0]
