"""Semantic inpainting is learnt: trained for seconds on 80 faces, it fills others better than any surface does."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from skimage import data

from ganvas.core.batch import Masked
from ganvas.core.method import Draws, Optimiser, Query, Schedule
from ganvas.methods.semantic_inpainting import SemanticInpainting
from ganvas.nets.inpainting.generator import InpaintingSettings
from ganvas.ops.fill import smooth_fill
from ganvas.train.engine import Engine, EngineSettings

pytestmark = pytest.mark.learn
FACES = torch.from_numpy(data.lfw_subset()[:100, :24, :24].astype(np.float32) * 2 - 1)[:, None]
SEEN, UNSEEN = FACES[:80], FACES[80:]
MASK = torch.zeros(1, 1, 24, 24)
MASK[:, :, 6:18, 6:18] = 1
STEPS = 300


class Stream:
    def batch(self, first: int, count: int) -> Masked:
        rng = np.random.default_rng(first)
        faces = SEEN[torch.from_numpy(rng.integers(0, len(SEEN), count))]
        faces = faces.flip(3) if rng.random() < 0.5 else faces
        return Masked(faces, MASK.expand(count, -1, -1, -1).contiguous())


def level(made: torch.Tensor) -> float:
    """PSNR within the hole over the unseen faces, dB."""
    squared = ((made - UNSEEN).square() * MASK).sum((1, 2, 3)) / MASK.sum() / 4
    return float((-10 * squared.log10()).mean())


def test_unseen_faces_are_filled_better_than_by_a_surface_or_by_the_mean_face() -> None:
    method = SemanticInpainting(
        generator=InpaintingSettings(features=16, coarse=4, fine=1),
        channels=1,
        adversarial=0.002,
        content=0.02,
        d_features=8,
        d_layers=2,
        g_optimiser=Optimiser(lr=3e-3, schedule=Schedule(warm_up=320, decay_from=0.2, final=0.02)),
        average_images=400,
    )
    engine = Engine(method, EngineSettings(batch=16, total=16 * STEPS, seed=1))
    for _ in range(STEPS):
        engine.advance(Stream())
    nets, mask = {"g": engine.state.averages["g"].eval()}, MASK.expand(len(UNSEEN), -1, -1, -1)
    with torch.no_grad():
        made = method.apply(nets, Query(image=UNSEEN, mask=mask), Draws(0, 0, "apply", torch.arange(20))).images
    ours, surface = level(made), level(smooth_fill(UNSEEN, mask))
    mean_face = level(SEEN.mean(0, keepdim=True).expand_as(UNSEEN))
    assert ours > max(surface, mean_face) + 0.25, (ours, surface, mean_face)
    assert torch.equal(made * (1 - mask), UNSEEN * (1 - mask))
