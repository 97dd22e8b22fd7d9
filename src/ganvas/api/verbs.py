"""The tasks as functions: ``ganvas.upscale(picture)``, one for each verb of the command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ganvas.api import catalog
from ganvas.api.apply import Kind, apply_to
from ganvas.api.load import Model
from ganvas.api.options import Options
from ganvas.api.work import prepare

if TYPE_CHECKING:
    import numpy as np

__all__ = ["brighten", "colorize", "deblur", "dehaze", "dejpeg", "denoise", "despeckle", "enhance", "upscale"]


def upscale(
    image: Kind,
    *,
    scale: float | None = None,
    sharpness: float | None = None,
    real: bool = False,
    model: str | Path | Model | None = None,
    output: str | Path | None = None,
    overwrite: bool = False,
    options: Options | None = None,
) -> Kind:
    """Returns the picture enlarged.

    Args:
        image: bytes of a file, a PIL image or an array, and the same kind comes out; or the path of a file, which
            gives a PIL image, or with ``output`` the path of the file written. Arrays are uint8, uint16 or float in
            [0, 1], of shape (h, w), (h, w, 1), (h, w, 2: gray and alpha), (h, w, 3) or (h, w, 4: RGB and alpha).
        scale: output per input pixel along one axis, any number above 0; the model's own when left out.
        sharpness: from 0 (faithful, ``upscale-x4``) to 1 (detail is guessed: the model, or ``upscale-x4-gan``), by
            mixing the weights; None for the model as it is.
        real: the damage of the picture is not known; it is enlarged by the model for such pictures.
        model: name, path of a weights file, or a loaded model; when left out, ``upscale-x4``, and for scales of up to 2
            the smaller ``upscale-x2`` where it is bundled.
        output: file to write; only for a path.
        overwrite: ``output`` may be the original itself.

    Raises:
        ImageError: the picture cannot be read, or exceeds a limit.
        ModelError: there is no such model, or it does not enlarge.
        SettingsError: the scale or an option is out of range.
        UnsafeOutput: ``output`` is the original.
        OSError: ``output`` cannot be written.
    """
    controls = {"sharpness": sharpness}
    return _do("upscale", image, model, output, overwrite, options, scale=scale, controls=controls, real=real)


def denoise(
    image: Kind,
    *,
    strength: float = 1.0,
    model: str | Path | Model | None = None,
    output: str | Path | None = None,
    overwrite: bool = False,
    options: Options | None = None,
) -> Kind:
    """Returns the picture without its noise.

    Args:
        image: as for :func:`upscale`; the same kind comes out.
        strength: from 0 (the picture as it is) to 1 (the model's result).
        model: name, path of a weights file, or a loaded model; ``denoise`` when left out.
        output: file to write; only for a path.
        overwrite: ``output`` may be the original itself.

    Raises:
        the same as :func:`upscale`.
    """
    return _do("denoise", image, model, output, overwrite, options, strength=strength)


def dejpeg(
    image: Kind,
    *,
    strength: float = 1.0,
    model: str | Path | Model | None = None,
    output: str | Path | None = None,
    overwrite: bool = False,
    options: Options | None = None,
) -> Kind:
    """Returns the picture without the blocks and rings of JPEG compression.

    Args:
        image: as for :func:`upscale`; the same kind comes out.
        strength: from 0 (the picture as it is) to 1 (the model's result).
        model: name, path of a weights file, or a loaded model; ``dejpeg`` when left out.
        output: file to write; only for a path.
        overwrite: ``output`` may be the original itself.

    Raises:
        the same as :func:`upscale`.
    """
    return _do("dejpeg", image, model, output, overwrite, options, strength=strength)


def despeckle(
    image: Kind,
    *,
    strength: float = 1.0,
    model: str | Path | Model | None = None,
    output: str | Path | None = None,
    overwrite: bool = False,
    options: Options | None = None,
) -> Kind:
    """Returns the picture without the specks, dust and faint scratches that lie over it.

    Args:
        image: as for :func:`upscale`; the same kind comes out.
        strength: from 0 (the picture as it is) to 1 (the model's result).
        model: name, path of a weights file, or a loaded model; ``despeckle`` when left out.
        output: file to write; only for a path.
        overwrite: ``output`` may be the original itself.

    Raises:
        the same as :func:`upscale`.
    """
    return _do("despeckle", image, model, output, overwrite, options, strength=strength)


def deblur(
    image: Kind,
    *,
    strength: float = 1.0,
    kernel: str | Path | np.ndarray | None = None,
    model: str | Path | Model | None = None,
    output: str | Path | None = None,
    overwrite: bool = False,
    options: Options | None = None,
) -> Kind:
    """Returns the picture sharpened, where it was shaken or out of focus.

    Args:
        image: as for :func:`upscale`; the same kind comes out.
        strength: from 0 (the picture as it is) to 1 (the model's result).
        kernel: the blur, where it is known: a gray picture (8 or 16 bits), a ``.npy`` file or an array, of odd sides.
            It is undone by plug-and-play deconvolution with a denoiser.
        model: name, path of a weights file, or a loaded model; ``deblur-blind`` when left out, which estimates the
            kernel. With a kernel: a denoiser (``denoise`` when left out), or ``classical/wiener`` or
            ``classical/richardson_lucy``.
        output: file to write; only for a path.
        overwrite: ``output`` may be the original itself.

    Raises:
        the same as :func:`upscale`.
    """
    return _do("deblur", image, model, output, overwrite, options, strength=strength, kernel=kernel)


def dehaze(
    image: Kind,
    *,
    strength: float = 1.0,
    model: str | Path | Model | None = None,
    output: str | Path | None = None,
    overwrite: bool = False,
    options: Options | None = None,
) -> Kind:
    """Returns the picture cleared of haze and fog.

    Args:
        image: as for :func:`upscale`; the same kind comes out.
        strength: from 0 (the picture as it is) to 1 (the model's result).
        model: name, path of a weights file, or a loaded model; ``dehaze`` when left out.
        output: file to write; only for a path.
        overwrite: ``output`` may be the original itself.

    Raises:
        the same as :func:`upscale`.
    """
    return _do("dehaze", image, model, output, overwrite, options, strength=strength)


def brighten(
    image: Kind,
    *,
    strength: float = 1.0,
    brightness: float = 0.0,
    model: str | Path | Model | None = None,
    output: str | Path | None = None,
    overwrite: bool = False,
    options: Options | None = None,
) -> Kind:
    """Returns the picture brightened, where it was too dark.

    Args:
        image: as for :func:`upscale`; the same kind comes out.
        strength: from 0 (the picture as it is) to 1 (the model's result).
        brightness: from -1 (darker) to 1 (brighter), turned behind the model.
        model: name, path of a weights file, or a loaded model; ``brighten`` when left out.
        output: file to write; only for a path.
        overwrite: ``output`` may be the original itself.

    Raises:
        the same as :func:`upscale`.
    """
    controls = {"brightness": brightness}
    return _do("brighten", image, model, output, overwrite, options, strength=strength, controls=controls)


def colorize(
    image: Kind,
    *,
    strength: float = 1.0,
    vividness: float | None = None,
    model: str | Path | Model | None = None,
    output: str | Path | None = None,
    overwrite: bool = False,
    options: Options | None = None,
) -> Kind:
    """Returns the picture in colour, at its own lightness.

    Args:
        image: as for :func:`upscale`; the same kind comes out, but a gray one with the channels of RGB. What little
            colour a faded one has is what the model goes by.
        strength: from 0 (the picture's own colours, if any) to 1 (the model's).
        vividness: from 0 (restrained, ``colorize``) to 1 (vivid, more is guessed: the model, or ``colorize-gan``), by
            mixing the weights; None for the model as it is.
        model: name, path of a weights file, or a loaded model; ``colorize`` when left out.
        output: file to write; only for a path.
        overwrite: ``output`` may be the original itself.

    Raises:
        the same as :func:`upscale`.
    """
    controls = {"vividness": vividness}
    return _do("colorize", image, model, output, overwrite, options, strength=strength, controls=controls)


def enhance(
    image: Kind,
    *,
    strength: float = 1.0,
    brightness: float = 0.0,
    contrast: float = 1.0,
    saturation: float = 1.0,
    model: str | Path | Model | None = None,
    output: str | Path | None = None,
    overwrite: bool = False,
    options: Options | None = None,
) -> Kind:
    """Returns the picture with better contrast, exposure and colours.

    Args:
        image: as for :func:`upscale`; the same kind comes out.
        strength: from 0 (the picture as it is) to 1 (the model's result).
        brightness: from -1 (darker) to 1 (brighter), turned behind the model.
        contrast: factor about mid-gray, 0 to 3, turned behind the model.
        saturation: factor on the colours, 0 (gray) to 3, turned behind the model.
        model: name, path of a weights file, or a loaded model; ``enhance`` when left out.
        output: file to write; only for a path.
        overwrite: ``output`` may be the original itself.

    Raises:
        the same as :func:`upscale`.
    """
    controls = {"brightness": brightness, "contrast": contrast, "saturation": saturation}
    return _do("enhance", image, model, output, overwrite, options, strength=strength, controls=controls)


def _do(
    task: str,
    image: Kind,
    model: str | Path | Model | None,
    output: str | Path | None,
    overwrite: bool,
    options: Options | None,
    *,
    scale: float | None = None,
    strength: float = 1.0,
    controls: Mapping[str, float | None] | None = None,
    real: bool = False,
    kernel: str | Path | np.ndarray | None = None,
) -> Kind:
    """What every task does: only the dials differ."""
    work = prepare(
        catalog.task(task),
        model=model,
        scale=scale,
        strength=strength,
        controls=controls,
        real=real,
        kernel=kernel,
        options=options,
    )
    return apply_to(work, image, output=output, overwrite=overwrite)
