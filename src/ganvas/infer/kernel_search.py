"""Is there one blur over the whole picture, and which? Kernels are estimated, tried on windows, and believed or not.

Kernels of several sizes are estimated on the window with the strongest edges (:mod:`ganvas.infer.blind`), since none is
told and a size that is too large fills with noise. Each is tried: the window is deconvolved with it
(:mod:`ganvas.infer.deconvolve`), and two numbers judge the result.

- The residual: blurred again, the result must be the window. Where the kernel is wrong, deconvolution rings, the
  denoiser in it takes the rings away, and what is left does not explain the window.
- The sparsity: mean over root mean square of the gradients, over that of the window. Sharp pictures have few strong
  gradients, blurred and ringing ones many weak ones (Krishnan, Tay and Fergus 2011, "Blind deconvolution using a
  normalized sparsity measure"). Without it, no blur at all would explain every window.

The best kernel is refined against its own result, and then has to pass in other windows too: objects that move by
themselves, depth and turning cameras blur every place differently, and one kernel would do harm there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ganvas.infer import blind
from ganvas.infer.deconvolve import Denoise, deconvolve
from ganvas.infer.rows import Rows, Source
from ganvas.zoo.classical._noise import noise_level

__all__ = ["LEAST_SIDE", "Trial", "find_kernel", "windows_of"]

LEAST_SIDE = 96  # px: smaller pictures hold too little to learn from
_SIDES = (13, 21, 31)  # px of the kernels
_ROOM = 5  # sides of the kernel that a window must be long
_WINDOW, _CELL = 320, 32  # px
_WINDOWS = 3
_TEXTURED = 0.3  # of the texture of the best window: those with less are not asked
_RESIDUAL = 0.0045  # below: explained; on photos with noise of 1 % right kernels leave 0.003 to 0.004
_RESIDUAL_PER_NOISE = 0.45
_SPARSER, _SPARSER_ELSEWHERE = 0.985, 1.0
_FILLINGS = 3  # borders are not looked at here
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)

Kernel = Float[np.ndarray, "k k"]
Window = Float[np.ndarray, "h w c"]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A window deconvolved with a kernel.

    Attributes:
        kernel: what was tried.
        sharp: luma of the result.
        residual: root mean square of what the blurred result leaves of the window, over what may be left.
        sparsity: of the gradients of the result, over that of the window; below 1 is sharper.
    """

    kernel: Kernel
    sharp: Float[np.ndarray, "h w"]
    residual: float
    sparsity: float

    @property
    def doubt(self) -> float:
        """What kernels are compared by: the sum, as large kernels win too often by sparsity alone."""
        return self.residual + self.sparsity

    def passes(self, sparsity: float) -> bool:
        """Returns whether the kernel explains the window and makes it sharper."""
        return self.residual <= 1 and self.sparsity <= sparsity


def find_kernel(windows: Sequence[Window], *, denoise: Denoise) -> Float[np.ndarray, "_k _k"] | None:
    """Returns the kernel of the blur that all windows share, centred by its centroid; None where there is no such one.

    Args:
        windows: values in [0, 1], the one to learn from first, see :func:`windows_of`.
        denoise: as for :func:`ganvas.infer.deconvolve.deconvolve`.
    """
    views = [_View.of(window, denoise) for window in windows]
    first = views[0]
    sides = [side for side in _SIDES if _ROOM * side <= min(first.quiet.shape)]
    fitting = [trial for side in sides if (trial := first.tried(blind.estimate(first.quiet, side))).passes(1.0)]
    if not fitting:
        return None
    best = min(fitting, key=lambda trial: trial.doubt)
    again = first.tried(blind.refined(_luma(first.image), best.sharp, len(best.kernel)))
    best = min(best, again, key=lambda trial: trial.doubt)
    if not best.passes(_SPARSER):
        return None
    agreed = all(view.tried(best.kernel).passes(_SPARSER_ELSEWHERE) for view in views[1:])
    return blind.centred(best.kernel) if agreed else None


@dataclass(frozen=True, kw_only=True)
class _View:
    """What is looked at of a window.

    Attributes:
        image: the window; in colour, as denoisers know the noise of cameras by its independence between channels.
        quiet: its luma without noise.
        noise: standard deviation of the noise.
    """

    image: Window
    quiet: Float[np.ndarray, "h w"]
    noise: float
    denoise: Denoise

    @classmethod
    def of(cls, window: Window, denoise: Denoise) -> _View:
        return cls(image=window, quiet=_luma(denoise(window)), noise=noise_level(window), denoise=denoise)

    def tried(self, kernel: Kernel) -> Trial:
        """Returns how the window fares with a kernel."""
        from scipy.signal import fftconvolve

        sharp = _luma(deconvolve(self.image, kernel, denoise=self.denoise, noise=self.noise, fillings=_FILLINGS))
        border = max(8, len(kernel) // 2)
        inside = (slice(border, -border), slice(border, -border))
        left = (fftconvolve(sharp, kernel, mode="same") - self.quiet)[inside]
        return Trial(
            kernel=kernel,
            sharp=sharp,
            residual=float(np.sqrt(np.mean(left**2))) / max(_RESIDUAL, _RESIDUAL_PER_NOISE * self.noise),
            sparsity=_sparsity(sharp[inside]) / max(_sparsity(self.quiet[inside]), 1e-6),
        )


def windows_of(source: Source) -> list[Window]:
    """Returns parts of a picture: the one of the strongest edges first, then others with edges, apart from each other.

    Their sides are at most 320 px; small pictures are one window. The picture is read in strips.
    """
    cells = _texture(source.again())
    size = tuple(min(_WINDOW // _CELL, length) for length in cells.shape)
    sums = np.lib.stride_tricks.sliding_window_view(cells, size).mean(axis=(2, 3))
    strongest = float(sums.max())
    places: list[tuple[int, int]] = []
    while not places or (len(places) < _WINDOWS and sums.max() >= max(_TEXTURED * strongest, 1e-6)):
        row, column = (int(i) for i in np.unravel_index(int(sums.argmax()), sums.shape))
        places.append((row, column))
        sums[max(0, row - size[0] + 1) : row + size[0], max(0, column - size[1] + 1) : column + size[1]] = -1
    return [_cut(source.again(), row * _CELL, column * _CELL) for row, column in places]


def _cut(rows: Rows, top: int, left: int) -> Window:
    part = rows.read(top, min(top + _WINDOW, rows.height))
    return np.array(part[:, left : left + _WINDOW], np.float32)


def _texture(rows: Rows) -> Float[np.ndarray, "m n"]:
    """Mean absolute gradient of the cells of a picture; a last row or column of them that is not whole is left out."""
    across = max(1, rows.width // _CELL)
    found = []
    for top in range(0, max(1, rows.height // _CELL) * _CELL, _CELL):
        luma = _luma(rows.read(top, min(top + _CELL, rows.height)))
        size = np.abs(np.diff(luma, axis=1, append=luma[:, -1:])) + np.abs(np.diff(luma, axis=0, append=luma[-1:]))
        columns = size.mean(axis=0)
        whole = columns[: across * _CELL] if rows.width >= _CELL else columns
        found.append(whole.reshape(across, -1).mean(axis=1))
    return np.array(found)


def _luma(image: Float[np.ndarray, "h w c"]) -> Float[np.ndarray, "h w"]:
    return np.ascontiguousarray(image @ _LUMA if image.shape[2] == 3 else image[:, :, 0], np.float32)


def _sparsity(luma: Float[np.ndarray, "h w"]) -> float:
    """Mean over root mean square of the differences; 0 where there are none."""
    slopes = np.concatenate([np.diff(luma, axis=axis).ravel() for axis in (0, 1)])
    size = float(np.sqrt(np.mean(slopes**2)))
    return float(np.abs(slopes).mean()) / size if size else 0.0
