"""Faces as a step of chains of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganvas.core.errors import SettingsError
from ganvas.pipelines.faces import with_faces
from ganvas.pipelines.pipeline import Step
from ganvas.pipelines.registry import find


def written(folder: Path, text: str) -> Path:
    (folder / "own.yaml").write_text(text)
    return folder / "own.yaml"


def test_a_list_may_hold_faces_with_their_fidelity(tmp_path: Path) -> None:
    chain = find(written(tmp_path, "- denoise\n- faces: {fidelity: 0.5, strength: 0.8}\n"))
    assert chain.choose(())[1] == Step(task="faces", strength=0.8, dials={"fidelity": 0.5})
    with pytest.raises(SettingsError, match=r"line 1: fidelity cannot be 2"):
        find(written(tmp_path, "- faces: {fidelity: 2}\n"))


def test_faces_that_are_asked_for_stay_where_the_list_has_them(tmp_path: Path) -> None:
    chain = find(written(tmp_path, "- faces: {asked: true}\n- denoise\n"))
    assert chain.asked == {"faces"}
    asked = with_faces(chain, fidelity=0.3)
    assert [step.task for step in asked.choose(())] == list(asked.tasks) == ["faces", "denoise"]
    assert asked.choose(())[0].dials == {"fidelity": 0.3} and asked.asked == frozenset()


def test_where_a_chain_has_none_they_come_last_but_before_it_enlarges(tmp_path: Path) -> None:
    chain = find(written(tmp_path, "- denoise\n- upscale: {scale: 2}\n"))
    assert with_faces(chain, fidelity=1.0).tasks == ("denoise", "faces", "upscale")
    assert with_faces(find("night-camera"), fidelity=1.0).tasks[-1] == "faces"
