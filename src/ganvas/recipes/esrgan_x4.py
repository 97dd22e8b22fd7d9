"""``esrgan-x4``: ESRGAN from the fidelity weights, relativistic average game, content by our own features."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.settings import PairedFolder
from ganvas.degrade.bicubic import Bicubic
from ganvas.degrade.grain import Grainy
from ganvas.methods.esrgan import ESRGAN
from ganvas.nets.generator import RRDBSettings
from ganvas.recipes._photos import PHOTOS
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; start it with ``--init-from`` the model of the recipe ``esrgan-x4-fidelity``.

    The weights of the paper (pixel 0.01, no structure loss) suit its content loss by VGG19 and 128 px patches; these
    keep the result near the PSNR of ``upscale-x4-gan``, so that the two can be compared. A step takes 0.8 s on one AMX
    core.
    """
    return Recipe(
        method=ESRGAN(
            generator=RRDBSettings(features=32, growth=16, blocks=6),
            task="upscale",
            scale=4,
            content=0.2,
            adversarial=0.015,
            pixel=0.2,
            structure=14.0,
            g_optimiser=Optimiser(lr=1e-4, schedule=Schedule(warm_up=800, decay_from=0.4, final=0.05)),
            d_optimiser=Optimiser(lr=2e-4, betas=(0.5, 0.99)),
        ),
        data=PairedFolder(degradation=Grainy(reduction=Bicubic(scale=4)), patch=32, scale=4, margin=4),
        train=TrainSettings(images=16_000, batch=8),
        about=About(
            name="esrgan-x4",
            title="Enlarges four times, sharp, by the deep network of ESRGAN",
            data=PHOTOS,
        ),
    )
