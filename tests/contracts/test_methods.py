"""What every method must keep, checked over all of them."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.contracts.cases import CASES, Case

import ganvas.methods
from ganvas.core.batch import Paired
from ganvas.core.method import Draws, Query
from ganvas.core.settings import classes_in, from_json, to_json
from ganvas.infer.model import RunnableModel
from ganvas.infer.session import ApplyOptions, Session
from ganvas.io import checkpoint
from ganvas.train.engine import Engine, EngineSettings

EVERY = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
SETTINGS = EngineSettings(batch=6, total=600, seed=3)


def flat(engine: Engine) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in engine.state.tensors().items()}


def test_every_method_file_has_a_case() -> None:
    folder = Path(ganvas.methods.__file__).parent
    files = {file.stem for file in folder.glob("*.py")} - {"__init__"}
    assert files == {case.file for case in CASES.values()}


@EVERY
def test_three_steps_saved_and_three_more_equal_six(case: Case, tmp_path: Path) -> None:
    straight = Engine(case.method, SETTINGS)
    for _ in range(6):
        straight.advance(case.stream)
    first = Engine(case.method, SETTINGS)
    for _ in range(3):
        first.advance(case.stream)
    # Through a real file: it holds contiguous tensors, whatever layout the weights have in memory.
    checkpoint.save(tmp_path / "last", first.state.tensors(), {"state": first.state.scalars()})
    tensors, scalars = checkpoint.load_tensors(tmp_path / "last"), checkpoint.read_header(tmp_path / "last")["state"]
    torch.manual_seed(99)  # the generator's state at resume must not matter
    second = Engine(case.method, replace(SETTINGS))
    second.state.restore(tensors, scalars)
    for _ in range(3):
        second.advance(case.stream)
    expected, found = flat(straight), flat(second)
    assert expected.keys() == found.keys()
    for name, tensor in expected.items():
        assert torch.equal(tensor, found[name]), name
    assert straight.state.scalars() == second.state.scalars()


@EVERY
def test_each_phase_moves_exactly_what_it_trains(case: Case) -> None:
    for phase in case.method.phases():
        alone = Engine(case.method, SETTINGS)
        before = {name: [p.detach().clone() for p in net.parameters()] for name, net in alone.state.nets.items()}
        kept = alone._phases
        position = [p.name for p in kept].index(phase.name)
        batch = case.stream.batch(0, 6)
        carries: list[dict] = []
        carry: dict = {}
        for earlier in kept[:position]:  # a phase may need what an earlier one carries: its loss runs, nothing moves
            step = alone._step(f"{earlier.name}/0", 0, 6, 0, carry)
            earlier.loss(batch, step)
            carries = [step.carry]
        alone._descend(phase, 0, 0, batch, 0, carries, {})
        for name, net in alone.state.nets.items():
            moved = any(not torch.equal(a, b) for a, b in zip(before[name], net.parameters(), strict=True))
            assert moved == (name in phase.trains), (phase.name, name)


@EVERY
def test_apply_is_finite_repeatable_and_in_the_shape_the_card_says(case: Case) -> None:
    engine = Engine(case.method, SETTINGS)
    nets = {**engine.state.nets, **engine.state.averages}
    for net in nets.values():
        net.eval()
    card = case.method.describe()
    batch = case.stream.batch(0, 2)
    image = getattr(batch, fields(batch)[0].name) if "image" in card.needs else None
    mask = batch.mask if "mask" in card.needs else None
    draws = Draws(5, 0, "apply", torch.arange(2))
    with torch.no_grad():
        first = case.method.apply(nets, Query(image=image, mask=mask), draws).images
        second = case.method.apply(nets, Query(image=image, mask=mask), draws).images
    assert torch.equal(first, second)
    assert first.isfinite().all()
    if image is not None:
        made = (2, card.channels, image.shape[2] * card.scale, image.shape[3] * card.scale)
        assert first.shape == ((2, case.logits) if case.logits else made)
        if card.plain:
            (name,) = case.method.exportable()
            with torch.no_grad():
                assert torch.equal(first, nets[name](image))


@EVERY
@pytest.mark.parametrize("backend", ["torch", "openvino"])
def test_the_session_gives_what_apply_gives(case: Case, backend: str) -> None:
    """Also from the compiled graph, which replaces a plain method altogether."""
    card = case.method.describe()
    batch = case.stream.batch(0, 1)
    if not card.plain or not isinstance(batch, Paired):
        return
    torch.manual_seed(0)
    nets = {name: net.eval() for name, net in case.method.networks().items()}
    model = RunnableModel(card=card, name="tiny", load=lambda: (case.method, nets))
    image = batch.source
    with torch.no_grad():
        made = case.method.apply(nets, Query(image=image), Draws(5, 0, "apply", torch.arange(1))).images
    low, high = card.range
    expected, source = (((x - low) / (high - low)).clamp(0, 1)[0].permute(1, 2, 0).numpy() for x in (made, image))
    session = Session(model, ApplyOptions(backend=backend, precision="f32"))
    np.testing.assert_allclose(session.array(np.ascontiguousarray(source)), expected, atol=1e-4)


@EVERY
def test_settings_survive_json(case: Case) -> None:
    written = json.loads(json.dumps(to_json(case.method)))
    assert from_json(type(case.method), written, classes=classes_in(case.method)) == case.method


@EVERY
def test_the_cards_radius_is_the_networks(case: Case) -> None:
    card = case.method.describe()
    if not isinstance(card.tiling, int):
        return
    (name,) = case.method.exportable()
    net = case.method.networks()[name].double()
    side = 2 * card.tiling + 3
    image = torch.zeros(1, card.channels, side, side, dtype=torch.float64, requires_grad=True)
    made = net(image + 0.1 * torch.rand(image.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0)))
    centre = (side // 2) * card.scale
    made[:, :, centre : centre + card.scale, centre : centre + card.scale].sum().backward()
    reached = image.grad.abs().sum((0, 1)) > 0
    rows = torch.nonzero(reached.any(1)).flatten()
    radius = int(max(side // 2 - rows.min(), rows.max() - side // 2))
    assert radius <= card.tiling
    assert radius >= card.tiling - 1, "a radius stated too large costs work in every tile"


@EVERY
def test_losses_are_named_once_and_finite(case: Case) -> None:
    logs = Engine(case.method, SETTINGS).advance(case.stream)
    assert all(torch.as_tensor(value).isfinite().all() for value in logs.values())
    assert {name.split("/")[0] for name in logs} == {phase.name for phase in case.method.phases()}
