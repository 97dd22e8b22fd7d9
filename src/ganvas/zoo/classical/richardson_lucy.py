"""Richardson-Lucy deconvolution: the likeliest sharp image under photon noise, step by step."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ganvas.core.card import Card
from ganvas.core.errors import SettingsError
from ganvas.zoo.classical._dial import check_strength, mixed
from ganvas.zoo.classical._kernel import SIGMA_PX, checked_kernel

__all__ = ["CARD", "apply"]

# Against a blur that is not known more steps only add ringing; with the true kernel they pay.
_BLIND_ITERATIONS = 5
_TOLD_ITERATIONS = 30
CARD = Card(
    title="Richardson-Lucy deconvolution: the likeliest sharp image under a known blur",
    task="deblur",
    paper="Richardson 1972, https://doi.org/10.1364/JOSA.62.000055; Lucy 1974, https://doi.org/10.1086/111605",
    range=(0.0, 1.0),
    # Each of the iterations looks 4 px away twice, through the default Gaussian.
    tiling=_BLIND_ITERATIONS * 2 * 4,
)
_DARKEST = 1e-4  # keeps the quotient finite where a picture is black
_SEEN = 0.01  # pixels outside the picture of which less than this share fell into it are left at their first value


def apply(
    image: Float[np.ndarray, "h w c"],
    *,
    strength: float = 1.0,
    kernel: np.ndarray | None = None,
    iterations: int | None = None,
    sigma: float = SIGMA_PX,
) -> Float[np.ndarray, "h w c"]:
    """Returns the sharpened image, float32 clipped to [0, 1].

    x <- x * (K' (y / K x)) / K' 1, K the blur and K' its transpose, from x = y. The scene is taken to go on beyond
    the border by the kernel's reach and is estimated there too, from the light that fell into the picture (Bertero and
    Boccacci 2005, https://doi.org/10.1051/0004-6361:20052717): no frame of ringing.

    Args:
        image: values in [0, 1].
        strength: share of the result in the mix with the image; 0 returns the image.
        kernel: the blur as a 2-D array, convolved with the scene; a Gaussian when left out.
        iterations: more are sharper, noisier and ring more; 30 with a kernel and 5 without when left out.
        sigma: px, of that Gaussian.

    Raises:
        SettingsError: the strength is not in 0 to 1, the kernel does not fit, or the iterations are below 1.
    """
    check_strength(strength)
    if iterations is None:
        iterations = _BLIND_ITERATIONS if kernel is None else _TOLD_ITERATIONS
    if iterations < 1:
        raise SettingsError(f"{iterations} iterations are not possible: use 1 or more, such as {_TOLD_ITERATIONS}.")
    image = image.astype(np.float32, copy=False)
    blur = checked_kernel(kernel, sigma=sigma, size=image.shape[:2])
    result = np.empty_like(image)
    for channel in range(image.shape[2]):
        result[:, :, channel] = _deconvolved(image[:, :, channel], blur, iterations)
    return mixed(image, result, strength)


def _deconvolved(plane: np.ndarray, blur: np.ndarray, iterations: int) -> np.ndarray:
    import cv2

    # A convolution is OpenCV's correlation with the kernel turned round, whose middle then lies elsewhere where the
    # side is even.
    turned = np.ascontiguousarray(blur[::-1, ::-1])
    rows, columns = blur.shape
    middle = (columns // 2, rows // 2)
    turned_middle = (columns - 1 - columns // 2, rows - 1 - rows // 2)

    def filtered(values: np.ndarray, taps: np.ndarray, anchor: tuple[int, int]) -> np.ndarray:
        return cv2.filter2D(values, cv2.CV_32F, taps, anchor=anchor, borderType=cv2.BORDER_CONSTANT)

    down, across = rows // 2, columns // 2
    inside = (slice(down, down + plane.shape[0]), slice(across, across + plane.shape[1]))
    seen = np.zeros((plane.shape[0] + 2 * down, plane.shape[1] + 2 * across), np.float32)
    seen[inside] = 1
    weight = filtered(seen, blur, middle)
    del seen
    scene = np.pad(np.maximum(plane, np.float32(_DARKEST)), ((down, down), (across, across)), mode="symmetric")
    for _ in range(iterations):
        expected = filtered(scene, turned, turned_middle)[inside]
        quotient = np.zeros_like(scene)
        np.divide(plane, np.maximum(expected, np.float32(_DARKEST)), out=quotient[inside])
        step = filtered(quotient, blur, middle)
        scene *= np.divide(step, weight, out=np.ones_like(step), where=weight > _SEEN)
    return scene[inside]
