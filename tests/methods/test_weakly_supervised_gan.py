"""Few labels: both parts by hand, in both variants; the discriminator as a classifier."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from tests.contracts.cases import CASES, Made, classed, partly_classed
from torch.nn.functional import cross_entropy

from ganvas.core.batch import Labelled
from ganvas.core.errors import SettingsError
from ganvas.core.method import Draws, Query
from ganvas.games.stabilisers import Repeats, Stabilisers
from ganvas.train.engine import Engine, EngineSettings
from ganvas.train.health import Health, Reference

FUSED: Any = CASES["weakly_supervised_gan"].method
BESIDE: Any = CASES["weakly_supervised_gan-auxiliary"].method
SETTINGS = EngineSettings(batch=6, total=600, seed=3)


def plain(**changes: Any) -> Any:
    """The fused variant with nothing that is drawn in the networks, and networks that do not move."""
    still = {f"{side}_optimiser": replace(optimiser, lr=0.0) for side, optimiser in FUSED.optimisers().items()}
    networks = replace(FUSED.networks_, dropout=0.0)
    return replace(FUSED, networks_=networks, stabilise=Stabilisers(feature_matching=2.0), **still, **changes)


def test_the_losses_are_those_of_a_softmax_over_k_plus_1_classes() -> None:
    method = plain(unsupervised=0.3)
    logs = Engine(method, SETTINGS).advance(Made(partly_classed))
    nets = Engine(method, SETTINGS).state.nets
    batch = partly_classed(torch.arange(6))
    with torch.no_grad():
        truth = nets["d"](batch.image)
        fake = nets["d"](nets["g"](Draws(3, 0, "d/0", torch.arange(6)).normal(3, stream="latent")))

        def generated(judged: Any) -> torch.Tensor:
            logits = torch.cat([judged.classes, torch.zeros(6, 1)], 1).double()
            return logits.softmax(1)[:, 3]

        unsupervised = -(1 - generated(truth)).log().mean() - generated(fake).log().mean()
        known = batch.label >= 0
        supervised = cross_entropy(truth.classes[known], batch.label[known])
        assert float(logs["d/unsupervised"]) == pytest.approx(0.3 * unsupervised.item(), rel=1e-4)
        assert float(logs["d/supervised"]) == pytest.approx(0.7 * supervised.item(), rel=1e-4)
        fake = nets["d"](nets["g"](Draws(3, 0, "g/0", torch.arange(6)).normal(3, stream="latent")))
        matching = (truth.features.mean(0) - fake.features.mean(0)).square().sum().item()
    assert float(logs["g/feature_matching"]) == pytest.approx(2 * matching, rel=1e-3)
    assert not {"g/adversarial", "g/supervised"} & logs.keys()


def test_without_any_label_the_supervised_part_is_nothing() -> None:
    unknown = Made(lambda index: Labelled(classed(index).image, torch.full_like(index, -1)))
    logs = Engine(FUSED, SETTINGS).advance(unknown)
    assert float(logs["d/supervised"]) == 0 and float(logs["d/unsupervised"]) > 0


def test_beside_a_score_the_generator_answers_for_its_class_too() -> None:
    logs = Engine(BESIDE, SETTINGS).advance(Made(partly_classed))
    assert {"g/adversarial", "g/supervised"} <= logs.keys()
    assert "label" in BESIDE.describe().needs and "label" not in FUSED.describe().needs


def test_few_labels_are_enough_to_tell_the_classes() -> None:
    """Brightness is the class here; one image of each is labelled, and the average answers."""
    few = Made(lambda index: Labelled(classed(index).image, torch.where(index % 30 < 3, classed(index).label, -1)))
    method = replace(
        FUSED,
        d_optimiser=replace(FUSED.d_optimiser, lr=1e-2),
        average_images=200,
        unsupervised=0.1,
        n_critic=Repeats(count=2),
    )
    engine = Engine(method, replace(SETTINGS, batch=30, total=3_000))
    for _ in range(75):
        engine.advance(few)
    test = classed(torch.arange(9_000, 9_060))
    nets = {**engine.state.nets, **{name: net.eval() for name, net in engine.state.averages.items()}}
    with torch.no_grad():
        logits = FUSED.apply(nets, Query(image=test.image), Draws(0, 0, "apply", torch.arange(60))).images
    assert logits.shape == (60, 3)
    assert (logits.argmax(1) == test.label).float().mean() > 0.9


def test_generator_and_classifier_are_in_the_model_and_averaged() -> None:
    assert set(FUSED.exportable()) == {"g", "d"} == {average.of for average in FUSED.averages()}
    assert not replace(FUSED, average_images=0.0).averages()


@pytest.mark.parametrize(("stream", "known"), [(classed, True), (partly_classed, False)])
def test_health_asks_for_the_real_classes_only_where_all_are_known(stream: Any, known: bool) -> None:
    """A class for every unknown label would be told as a lack of variety."""
    reference, asked = Reference.of(BESIDE, Made(stream), 6, "cpu"), list[torch.Tensor]()
    assert reference is not None
    g = BESIDE.networks()["g"].eval()
    g.register_forward_pre_hook(lambda _, inputs: asked.append(inputs[1]))
    with torch.no_grad():
        Health(BESIDE, reference, 1.0)._generate(reference, {"g": g})
    labels = torch.cat(asked)
    assert set(labels.tolist()) == {0, 1, 2}
    assert torch.equal(labels, reference.real.label) == known  # type: ignore[attr-defined]


def test_what_does_not_fit_is_refused_by_name() -> None:
    for value in (0.0, 1.0):
        with pytest.raises(SettingsError, match="leaves one part out"):
            replace(FUSED, unsupervised=value)
    with pytest.raises(SettingsError, match="fused or auxiliary"):
        replace(FUSED, networks_=replace(FUSED.networks_, condition="projection"))
    with pytest.raises(SettingsError, match="no loss"):
        replace(FUSED, stabilise=Stabilisers())
