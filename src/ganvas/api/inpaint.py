"""Filling holes as a function: ``ganvas.inpaint(picture, mask)``."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ganvas.api.apply import Kind, apply_to
from ganvas.api.inpainting import plan_inpainting
from ganvas.api.load import Model
from ganvas.api.options import Options

__all__ = ["inpaint"]


def inpaint(
    image: Kind,
    mask: Kind,
    *,
    invert: bool = False,
    feather: float = 0.0,
    model: str | Path | Model | None = None,
    output: str | Path | None = None,
    overwrite: bool = False,
    options: Options | None = None,
) -> Kind:
    """Returns the picture with what is missing filled in; all other pixels stay what they are, bit for bit.

    Args:
        image: as for :func:`upscale`; the same kind comes out.
        mask: white where the picture is missing (a level of 128 of 255 and above counts): a path, bytes, a PIL image or
            an array (bool, uint8, uint16, or float in [0, 1]) of the size of the picture as it is displayed. Or
            ``"alpha"``: what is not fully opaque is missing, and opaque in the result. Or ``"auto-scratch"``: the
            scratches that are found. A folder holds a mask of the picture's name.
        invert: black is missing.
        feather: px; in the outermost parts of a hole what stood there is mixed in, less and less inward.
        model: name, path of a weights file, or a loaded model; ``inpaint`` when left out.
        output: file to write; only for a path. JPEG, WebP and AVIF cannot hold pixels unchanged.
        overwrite: ``output`` may be the original itself.

    Raises:
        ImageError: also where there is no mask, it is of another size, or says that everything is missing.
        the same as :func:`upscale`.
    """
    array = image if isinstance(image, np.ndarray) else None
    job = plan_inpainting(mask, invert=invert, feather=feather, model=model, options=options, array=array)
    return apply_to(job, image, output=output, overwrite=overwrite)
