"""Where faces are in a picture, by YuNet (Wu, Peng and Yu 2023, https://doi.org/10.1007/s11633-023-1423-y).

The network comes with ganvas and is run by OpenCV; where it is from, and its licence, stand beside it. Upright faces
and those that lean or turn a little are found from about 16 px on; backs of heads, most profiles and faces on their
side are not. What it finds and misses is measured by ``benchmarks/quality.py --tasks faces``.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float

from ganvas import zoo

__all__ = ["DETECTOR", "Face", "faces"]

DETECTOR = Path(zoo.__file__).parent / "detectors" / "yunet_n.onnx"
# Longer side at which the picture is searched for small faces, and again for those that fill a large picture, or are
# so blurred that they only look like faces from afar.
_FINE_PX, _COARSE_PX = 1280, 320
_HALF = 0.5  # the second look is at this share of the picture at most
_LEAST_PX = 16  # of a side of what is searched
_SCORE = 0.7
_SAME = 0.3  # overlap (intersection over union) above which two finds are one face
_LOCK = threading.Lock()  # a detector holds the size of its picture


@dataclass(frozen=True, kw_only=True)
class Face:
    """The box around a face, px of the picture, from the brow to the chin; it may reach over the picture's edge.

    Attributes:
        top, left: of its first corner.
        height, width: of the box.
        score: how sure the detector is, 0 to 1.
    """

    top: float
    left: float
    height: float
    width: float
    score: float

    def overlap(self, other: Face) -> float:
        """Returns the area that both share over the area that either has."""
        down = min(self.top + self.height, other.top + other.height) - max(self.top, other.top)
        along = min(self.left + self.width, other.left + other.width) - max(self.left, other.left)
        shared = max(0.0, down) * max(0.0, along)
        return shared / max(self.height * self.width + other.height * other.width - shared, 1e-9)


def faces(image: Float[np.ndarray, "h w c"], *, score: float = _SCORE) -> list[Face]:
    """Returns the faces in an image in [0, 1] of one or three channels and any size, the surest first.

    Args:
        score: least that counts; a lower one finds more that is no face.
    """
    if min(image.shape[:2]) < _LEAST_PX:
        return []
    longer = max(image.shape[:2])
    found = _searched(image, min(1.0, _FINE_PX / longer), score)
    found += _searched(image, min(_HALF, _COARSE_PX / longer), score)
    kept: list[Face] = []
    for face in sorted(found, key=lambda face: (-face.score, face.top, face.left)):
        if all(face.overlap(other) < _SAME for other in kept):
            kept.append(face)
    return kept


def _searched(image: Float[np.ndarray, "h w c"], factor: float, score: float) -> list[Face]:
    height, width = image.shape[:2]
    size = max(_LEAST_PX, round(width * factor)), max(_LEAST_PX, round(height * factor))
    small = cv2.resize(np.asarray(image, np.float32), size, interpolation=cv2.INTER_AREA) if factor < 1 else image
    pixels = np.rint(np.clip(np.nan_to_num(small), 0, 1) * 255).astype(np.uint8).reshape(small.shape[0], size[0], -1)
    with _LOCK:
        detector = _detector()
        detector.setScoreThreshold(score)
        detector.setInputSize(size)
        _, rows = detector.detect(np.ascontiguousarray(np.broadcast_to(pixels, (*pixels.shape[:2], 3))[:, :, ::-1]))
    along, down = width / size[0], height / size[1]
    return [
        Face(
            left=float(row[0] * along),
            top=float(row[1] * down),
            width=float(row[2] * along),
            height=float(row[3] * down),
            score=float(row[14]),
        )
        for row in (rows if rows is not None else ())
        if min(row[2], row[3]) > 0
    ]


@lru_cache(maxsize=1)
def _detector() -> cv2.FaceDetectorYN:
    # From bytes: OpenCV cannot open every path. OpenCV 5 warns that it chooses its own back end, which is no news.
    level = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
    try:
        return cv2.FaceDetectorYN.create("onnx", np.fromfile(DETECTOR, np.uint8), np.empty(0, np.uint8), (320, 320))
    finally:
        cv2.utils.logging.setLogLevel(level)
