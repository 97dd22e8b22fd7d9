"""Old photographs: scratches are filled, grain is smoothed, and where it is asked for, the photo is enlarged.

The order goes from what hides the picture to what only makes it worse: noise is judged, and smoothed, when no scratch
and no speck passes for noise any more; enlarging comes last, as all other models were trained at the size of the scan.
A photo keeps its size by itself: a file that comes back larger surprises.
"""

from __future__ import annotations

from ganvas.pipelines.pipeline import Step, fixed

__all__ = ["PIPELINE"]

PIPELINE = fixed(
    "old-photo",
    "Repair an old photograph: fill scratches and specks, smooth grain.",
    (
        Step(task="inpaint"),
        Step(task="denoise", damage="noise"),
        Step(task="upscale", dials={"scale": 2.0}),
    ),
    models={},
    asked=["upscale"],
)
