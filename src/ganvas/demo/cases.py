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
from ganvas.degrade.damage.scratches import Scratches
from ganvas.degrade.damage.specks import Specks
from ganvas.degrade.degradation import Degradation
from ganvas.degrade.fading import Fading
from ganvas.degrade.haze import Haze
from ganvas.degrade.jpeg import Jpeg
from ganvas.degrade.low_light import LowLight
from ganvas.degrade.noise import CameraNoise, GaussianNoise, PoissonGaussianNoise
from ganvas.degrade.old_photo import OldPhoto
from ganvas.degrade.tone import ToneLoss

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
        model: its name for ganvas; that of a pipeline where ``chain`` is set.
        label: a few words for the page.
        ours: trained weights, not a classical baseline.
        chain: it is a chain of models.
    """

    model: str
    label: str
    ours: bool
    chain: bool = False


@dataclass(frozen=True, kw_only=True)
class Case:
    """One photo under one degradation.

    Attributes:
        name: stem of the files written.
        photo: key of :data:`PHOTOS`.
        task: the function of ganvas that restores it.
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


def _blocks() -> Degradation:
    return Jpeg(quality=(12, 12), subsampling=1.0)


def _haze() -> Degradation:
    return Haze(beta=(1.6, 1.6), light=(0.85, 0.85), near=(0.2, 0.2), clean=0.0)


def _dark() -> Degradation:
    return LowLight(
        exposure=(-4.0, -4.0), headroom=(2.0, 2.0), amplified=(3.0, 3.0), smooth=(0.6, 0.6), jpeg_chance=0.0, clean=0.0
    )


def _dull() -> Degradation:
    return ToneLoss(chance=1.0, exposure=(-0.7, -0.7), saturation=(0.4, 0.4), contrast=(0.5, 0.5), clean=0.0)


def _old() -> Degradation:
    return OldPhoto(
        fading=Fading(monochrome=0.0, bleached=(0.5, 0.8), yellow=(0.1, 0.2)),
        chances=(0.0, 0.0, 1.0, 0.0),
        damages=(Scratches(count=(6, 9)), Specks()),
        damage_chances=(1.0, 1.0),
    )


def _album(photo: str) -> Case:
    attempts = (
        Attempt(model="classical/auto_levels", label="Auto levels", ours=False),
        Attempt(model="old-photo", label="ganvas", ours=True, chain=True),
    )
    damage = "faded, scratched and full of specks"
    return Case(name=f"old-{photo}", photo=photo, task="restore", damage=damage, degrade=_old, attempts=attempts)


def _case(task: str, photo: str, damage: str, degrade: Callable[[], Degradation], classical: Sequence[str]) -> Case:
    """A case of the task's own model beside classical ones."""
    names = {name: name.replace("_", " ").capitalize() for name in classical}
    beside = tuple(Attempt(model=f"classical/{name}", label=label, ours=False) for name, label in names.items())
    attempts = (*beside, Attempt(model=task, label="ganvas", ours=True))
    return Case(name=f"{task}-{photo}", photo=photo, task=task, damage=damage, degrade=degrade, attempts=attempts)


CASES = (
    _upscale("chelsea"),
    _upscale("astronaut"),
    _upscale("coffee"),
    _upscale("rocket"),
    _gaussian("coffee", 25),
    _night("astronaut"),
    _gaussian("camera", 25),
    _gaussian("chelsea", 50),
    _case("dejpeg", "chelsea", "JPEG of quality 12, colour at half resolution", _blocks, ("bilateral",)),
    _case("dehaze", "rocket", "haze of the scattering model over invented depth", _haze, ("dark_channel",)),
    _case("brighten", "coffee", "four stops too dark, with the noise of that", _dark, ("histogram_equalisation",)),
    _album("chelsea"),
    _case("enhance", "astronaut", "contrast, exposure, colour and balance lost", _dull, ("auto_levels",)),
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
