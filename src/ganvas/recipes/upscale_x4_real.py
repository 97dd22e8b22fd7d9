"""The bundled ``upscale-x4-real``: for photos spoilt by blur, noise and JPEG, as by the chain of Real-ESRGAN.

Two trainings, as of Real-ESRGAN (Wang et al. 2021, section 4.1): ``upscale-x4-real-fidelity`` on L1, then this one with
the adversarial game, since L1 alone answers what it cannot know with smoothness.
"""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.settings import PairedFolder
from ganvas.degrade.second_order import SecondOrder
from ganvas.methods.srgan import SRGAN
from ganvas.nets.generator import CompactSettings
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; start it with ``--init-from`` the model of ``upscale-x4-real-fidelity``.

    Here the game is played at all scales, not above half Nyquist alone: spoilt photos have lost more than that.
    """
    return Recipe(
        method=SRGAN(
            generator=CompactSettings(features=64, convolutions=16),
            task="upscale",
            scale=4,
            pixel=1.0,
            structure=0.5,
            grid=20.0,
            content=1.0,
            adversarial=0.02,
            g_optimiser=Optimiser(lr=2e-4, schedule=Schedule(warm_up=800, decay_from=0.4, final=0.05)),
            d_optimiser=Optimiser(lr=2e-4, betas=(0.5, 0.99), schedule=Schedule(decay_from=0.4, final=0.05)),
            average_images=2_000,
        ),
        data=PairedFolder(degradation=SecondOrder(scale=4), patch=32, scale=4, margin=2, zoom=(1.0, 1.3)),
        train=TrainSettings(images=9_600, batch=16),
        about=About(
            name="upscale-x4-real",
            title="Enlarges spoilt photos four times: blur, noise and JPEG go",
            data="522 photos: 400 of BSDS500 (train, test) and 122 ImageNet samples; research terms, not redistributed",
        ),
    )
