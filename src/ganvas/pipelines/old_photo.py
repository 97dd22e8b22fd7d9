"""Old photographs: scratches are filled, grain is smoothed, and faded tones come back; colour and size only if asked.

The order goes from what hides the picture to what only makes it worse. Noise is judged, and smoothed, when no scratch
and no speck passes for noise any more; tones are corrected before colours are guessed from them; enlarging comes last,
as all other models were trained at the size of the scan.

A black-and-white photo stays so and every photo keeps its size, unless they are asked for (``--with colorize``,
``--with upscale``): colours are guesses, and a file that comes back larger surprises.
"""

from __future__ import annotations

from ganvas.pipelines.pipeline import Step, fixed

__all__ = ["PIPELINE"]

# Mean changes of the tones up to which a photo counts as not faded, and from which on as faded; in between it is
# corrected in part. Of 100 training photos, 16 that had not faded are changed by more than the first, 3 by more
# than the second; of their faded versions 3 by less than the first.
_FADED = (0.03, 0.08)

PIPELINE = fixed(
    "old-photo",
    "Repair an old photograph: fill scratches and specks, smooth grain, bring faded tones back.",
    (
        Step(task="inpaint"),
        Step(task="denoise", damage="noise"),
        Step(task="enhance", trusted=_FADED),
        Step(task="colorize"),
        Step(task="faces"),
        Step(task="upscale", dials={"scale": 2.0}),
    ),
    models={"enhance": "unfade"},
    asked=["colorize", "upscale"],
)
