"""Old photographs: specks taken off, scratches filled, grain smoothed, tones brought back; colour and size if asked.

The order goes from what hides the picture to what only makes it worse. ``despeckle`` need not decide of a pixel whether
it is a scratch, so it comes first; what is taken for a scratch even then is wide, and filled. Grain and what
compression left are smoothed when no scratch and no speck passes for noise any more, also where too little of it is
there to be measured: the model is blind and leaves alone what is smooth. Tones are corrected before colours are
guessed from them; enlarging comes last, as all other models were trained at the size of the scan.

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
# The same of grain. Of 26 training photos, half are changed by less than the first as they are, some one in ten by more
# than the second; of those that were worn and had their specks taken off, hardly any and half.
_GRAINY = (0.003, 0.0053)

PIPELINE = fixed(
    "old-photo",
    "Repair an old photograph: fill scratches and specks, smooth grain, bring faded tones back.",
    (
        Step(task="despeckle"),
        Step(task="inpaint"),
        Step(task="denoise", trusted=_GRAINY),
        Step(task="enhance", trusted=_FADED),
        Step(task="colorize"),
        Step(task="faces"),
        Step(task="upscale", dials={"scale": 2.0}),
    ),
    models={"enhance": "unfade"},
    asked=["colorize", "upscale"],
)
