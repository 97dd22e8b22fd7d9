"""Camera shake: blur along the path that the camera takes while the shutter is open.

The hand is modelled as a mass with inertia that trembles and is struck now and then (after Boracchi and Foi 2012,
"Modeling the performance of image restoration from motion blur"; Kupyn et al. 2018, DeblurGAN, algorithm 1): fast
strokes between places where the camera rests, as in the kernels measured by Levin et al. 2009. Departure from both: no
pull towards the start; the whole path is scaled to the extent drawn instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float
from scipy.signal import lfilter

from ganvas.core.errors import ImageError
from ganvas.degrade.degradation import Image, quantise
from ganvas.degrade.draw import between, which

Kernel = Float[np.ndarray, "k l"]
LARGEST = 255  # px: above this a picture was mistaken for a kernel
_MOMENTS, _FINER = 256, 8  # moments of the exposure, and points between two of them
__all__ = ["CameraShake", "centred", "checked_kernel", "convolve", "read_kernel", "shake_kernel"]


def shake_kernel(
    rng: np.random.Generator, *, extent: float, straight: bool = False, soft: float = 0.0
) -> Float[np.ndarray, "k k"]:
    """Returns a float32 kernel of odd side that sums to one, its centroid at the centre.

    Args:
        rng: all chance comes from it.
        extent: longer side of the path's support before the lens's blur, px; at least 2.
        straight: a nearly linear sweep in place of a random walk.
        soft: standard deviation of the lens's own blur, px.
    """
    path = _sweep(rng) if straight else _walk(rng)
    longest = float(np.ptp(path, axis=1).max())
    path *= max(extent - 1, 0) / max(longest, 1e-6)
    moments = np.arange(_MOMENTS)
    finer = np.linspace(0, _MOMENTS - 1, _MOMENTS * _FINER)
    points = np.stack([np.interp(finer, moments, coordinate) for coordinate in path])
    points -= points.mean(axis=1, keepdims=True)
    radius = int(np.ceil(np.abs(points).max() + 3 * soft)) + 1
    kernel = _splat(points + radius, 2 * radius + 1)
    if soft > 0.1:
        kernel = cv2.GaussianBlur(kernel, (0, 0), soft, borderType=cv2.BORDER_CONSTANT)
    return (kernel / kernel.sum()).astype(np.float32)


def read_kernel(path: Path) -> Kernel:
    """Returns the blur kernel in a gray picture (8 or 16 bits) or a ``.npy`` file as float32 that sums to one.

    Raises:
        ImageError: the file cannot be read, a side is even or too long, or the values are no kernel.
    """
    return checked_kernel(_read_array(path), str(path))


def checked_kernel(values: np.ndarray, named: str) -> Kernel:
    """Returns the kernel in an array as float32 that sums to one.

    Args:
        named: what the array is called in errors.

    Raises:
        ImageError: a side is even or too long, or the values are no kernel.
    """
    if values.ndim == 3:  # a gray picture saved as RGB, perhaps with an opaque alpha
        values = values[:, :, :3].mean(axis=2) if values.shape[2] >= 3 else values[:, :, 0]
    if values.ndim != 2 or not values.size:
        raise ImageError(f"{named} is no kernel: give a gray picture or a two-dimensional .npy array.")
    if max(values.shape) > LARGEST:
        raise ImageError(f"{named} has {_size(values)} px, too large for a kernel: cut it to {LARGEST} px or less.")
    if values.shape[0] % 2 == 0 or values.shape[1] % 2 == 0:
        raise ImageError(f"{named} has {_size(values)} px: a kernel needs odd sides, so add a row or column of zeros.")
    values = values.astype(np.float64)
    if not np.isfinite(values).all() or values.min() < 0 or values.sum() <= 0:
        raise ImageError(f"{named} is no kernel: its values must be finite and not negative, and not all of them zero.")
    return (values / values.sum()).astype(np.float32)


def centred(kernel: Kernel) -> Float[np.ndarray, "_k _l"]:
    """Returns the kernel with zeros added so that its centroid is within half a px of the centre: no shift."""
    pads = []
    for axis, length in enumerate(kernel.shape):
        mass = kernel.sum(axis=1 - axis, dtype=np.float64)
        offset = round(float((mass * (np.arange(length) - (length - 1) / 2)).sum() / mass.sum()))
        pads.append((2 * max(0, -offset), 2 * max(0, offset)))
    return np.pad(kernel, pads)


def convolve(image: Image, kernel: Kernel) -> Image:
    """Returns the true convolution (the kernel turned by 180 degrees), mirrored at the border."""
    turned = np.ascontiguousarray(kernel[::-1, ::-1])
    return cv2.filter2D(image, -1, turned, borderType=cv2.BORDER_REFLECT_101).reshape(image.shape)


@dataclass(frozen=True, kw_only=True)
class CameraShake:
    """Blurs along a camera's path, adds white noise, and rounds to 8 bits.

    Attributes:
        size: lowest and highest extent of the path's support, px, drawn evenly.
        walks, straight: shares of random walks and of nearly linear sweeps among the paths.
        soft: range of the lens's own blur, standard deviation in px.
        kernels: folder of measured kernels (``.png``, ``.npy``), turned and mirrored at random.
        kernel_chance: chance that one of them is taken in place of a path.
        noise: range of the noise's standard deviation after the blur, in 1/255.
        clean: chance that the image stays as it is, so that a sharp photo comes back unchanged.
    """

    size: tuple[float, float] = (5.0, 27.0)
    walks: float = 0.8
    straight: float = 0.2
    soft: tuple[float, float] = (0.0, 0.6)
    kernels: Path | None = None
    kernel_chance: float = 0.0
    noise: tuple[float, float] = (0.0, 2.55)
    clean: float = 0.05

    def __call__(self, clean: Image, rng: np.random.Generator) -> Image:
        if rng.random() < self.clean:
            return quantise(clean)
        blurred = convolve(clean, self._kernel(rng))
        noise = rng.standard_normal(clean.shape, dtype=np.float32)
        return quantise(blurred + noise * np.float32(between(rng, self.noise) / 255))

    def _kernel(self, rng: np.random.Generator) -> Kernel:
        if self.kernels is not None and rng.random() < self.kernel_chance:
            given = _kernels(self.kernels)
            kernel = np.rot90(given[int(rng.integers(len(given)))], int(rng.integers(4)))
            return kernel[::-1] if rng.random() < 0.5 else kernel
        straight = which(rng, (self.walks, self.straight)) == 1
        return shake_kernel(rng, extent=between(rng, self.size), straight=straight, soft=between(rng, self.soft))


@lru_cache(maxsize=4)
def _kernels(folder: Path) -> tuple[Kernel, ...]:
    files = sorted(file for file in folder.glob("*") if file.suffix.lower() in (".png", ".npy"))
    if not files:
        raise ImageError(f"{folder} holds no kernels: give a folder with .png or .npy files.")
    return tuple(centred(read_kernel(file)) for file in files)


def _read_array(path: Path) -> np.ndarray:
    try:
        if path.suffix.lower() == ".npy":
            return np.asarray(np.load(path))
        raw = np.fromfile(path, dtype=np.uint8)
    except (OSError, ValueError) as error:
        raise ImageError(f"{path} cannot be read: give a gray PNG or a .npy array as kernel.") from error
    values = cv2.imdecode(raw, cv2.IMREAD_UNCHANGED) if raw.size else None
    if values is None:
        raise ImageError(f"{path} cannot be read: give a gray PNG or a .npy array as kernel.")
    return np.asarray(values)


def _size(values: np.ndarray) -> str:
    return f"{values.shape[1]} x {values.shape[0]}"


def _walk(rng: np.random.Generator) -> Float[np.ndarray, "2 n"]:
    """A mass with inertia that trembles, and is struck up to six times: each stroke fades to a rest."""
    push = rng.standard_normal((2, _MOMENTS)) * rng.uniform(0.1, 1.0)
    strokes = int(rng.integers(1, 7))
    push[:, rng.integers(0, _MOMENTS, strokes)] += rng.standard_normal((2, strokes)) * rng.uniform(3, 10)
    push[:, 0] += rng.standard_normal(2) * rng.uniform(0, 5)  # already under way when the shutter opens
    inertia = rng.uniform(0.85, 0.985)
    return np.cumsum(lfilter([1.0], [1.0, -inertia], push), axis=1)


def _sweep(rng: np.random.Generator) -> Float[np.ndarray, "2 n"]:
    """A line, slightly bent and trembling, passed at a speed that changes slowly."""
    knots = rng.normal(0, rng.uniform(0, 0.8), 5)
    speed = np.exp(np.interp(np.linspace(0, 4, _MOMENTS), np.arange(5), knots))
    along = np.cumsum(speed) / speed.sum()
    tremor = np.cumsum(lfilter([1.0], [1.0, -0.95], rng.standard_normal(_MOMENTS)))
    across = rng.uniform(-0.4, 0.4) * along**2 + rng.uniform(0, 0.06) * tremor / max(float(np.ptp(tremor)), 1e-6)
    angle = rng.uniform(0, 2 * np.pi)
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.stack([cosine * along - sine * across, sine * along + cosine * across])


def _splat(points: Float[np.ndarray, "2 n"], side: int) -> Float[np.ndarray, "k k"]:
    """Adds each point to the four pixels around it by bilinear weights, which keeps the centroid."""
    corner = np.floor(points).astype(np.intp)
    x, y = points - corner
    first = corner[1] * side + corner[0]
    places = np.concatenate([first, first + 1, first + side, first + side + 1])
    weights = np.concatenate([(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y])
    return np.bincount(places, weights, minlength=side * side).reshape(side, side)
