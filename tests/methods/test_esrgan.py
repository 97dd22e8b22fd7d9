"""ESRGAN: equation 3 of the paper, term by term, and its descents step for step."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from ganvas.core.batch import Paired
from ganvas.core.errors import CheckpointError, SettingsError
from ganvas.core.method import Optimiser
from ganvas.methods.esrgan import ESRGAN
from ganvas.nets.generator import RRDBSettings
from ganvas.train.engine import Engine, EngineSettings

# Plain descent: RaGAN does not see a shift of all logits, so Adam would step by the rounding of a bias's zero gradient.
RATE = Optimiser(kind="sgd", lr=0.01, betas=(0.0, 0.9))
METHOD = ESRGAN(
    generator=RRDBSettings(features=4, blocks=1, growth=2),
    content_by="discriminator",
    content=0.7,
    adversarial=0.03,
    pixel=0.2,
    structure=0.5,
    d_features=4,
    d_layers=2,
    g_optimiser=RATE,
    d_optimiser=RATE,
)


class Stream:
    def batch(self, first: int, count: int) -> Paired:
        generator = torch.Generator().manual_seed(first)
        target = torch.rand(count, 3, 32, 32, generator=generator) * 2 - 1
        return Paired(F.avg_pool2d(target, 4), target)


def _by_hand(nets: dict[str, nn.Module], batch: Paired) -> dict[str, float]:
    """One step in plain loops: eq. 3 for g, then eq. 1 for d."""
    g, d = nets["g"], nets["d"]
    descend_g, descend_d = torch.optim.SGD(g.parameters(), 0.01), torch.optim.SGD(d.parameters(), 0.01)
    made = g(batch.source)
    fake, below = d(made)
    with torch.no_grad():
        real, real_below = d(batch.target)
    sigmoid = torch.sigmoid
    adversarial = -(1 - sigmoid(real - fake.mean())).log().mean() - sigmoid(fake - real.mean()).log().mean()
    content = sum((a - b).abs().mean() for a, b in zip(below, real_below, strict=True)) / len(below)
    difference = made - batch.target
    pixel, structure = difference.abs().mean(), F.avg_pool2d(difference, 2).abs().mean()
    total = 0.7 * content + 0.03 * adversarial + 0.2 * pixel + 0.5 * structure
    descend_g.zero_grad()
    d.requires_grad_(False)
    total.backward()
    descend_g.step()
    d.requires_grad_(True)
    real, _ = d(batch.target)
    fake, _ = d(made.detach())
    critic = -sigmoid(real - fake.mean()).log().mean() - (1 - sigmoid(fake - real.mean())).log().mean()
    descend_d.zero_grad()
    critic.backward()
    descend_d.step()
    losses = {"g/content": 0.7 * content, "g/adversarial": 0.03 * adversarial, "d/adversarial": critic}
    return {name: loss.item() for name, loss in losses.items()}


def test_the_engine_does_equations_1_to_3() -> None:
    engine = Engine(METHOD, EngineSettings(batch=3, total=10_000, seed=2))
    nets = copy.deepcopy(engine.state.nets)
    expected = _by_hand(nets, Stream().batch(0, 3))
    found = engine.advance(Stream())
    for name, value in expected.items():
        assert float(found[name]) == pytest.approx(value, rel=1e-5), name
    for name, net in nets.items():
        for ours, theirs in zip(engine.state.nets[name].parameters(), net.parameters(), strict=True):
            assert torch.allclose(ours, theirs, atol=2e-6), name


def test_micro_batches_are_refused_because_the_means_run_over_the_batch() -> None:
    with pytest.raises(SettingsError, match="couple the samples"):
        Engine(METHOD, EngineSettings(batch=4, total=40, micro_batch=2))


def test_missing_content_weights_stop_a_training_but_not_an_application(tmp_path) -> None:
    method = ESRGAN(generator=METHOD.generator, feature_weights=tmp_path / "gone.safetensors")
    with pytest.raises(CheckpointError, match="ganvas train features"):
        Engine(method, EngineSettings(batch=4, total=40))
    assert set(method.networks()) == {"g", "d", "content"}
    assert method.exportable() == ("g",)
