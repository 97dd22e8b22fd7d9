"""Chains from YAML files: what they say, and what is said of mistakes in them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ganvas.core.errors import MissingExtra, SettingsError
from ganvas.pipelines.pipeline import Step
from ganvas.pipelines.registry import find

WHOLE = """
# for the albums of the attic
- inpaint
- denoise:
- dejpeg: {strength: 1}
- enhance:
    model: classical/auto_levels
    strength: 0.5
    saturation: 1.2
- upscale: {scale: 2, asked: true}
"""


def _written(folder: Path, text: str) -> Path:
    path = folder / "attic.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_steps_are_those_of_the_file_in_its_order(tmp_path: Path) -> None:
    chain = find(_written(tmp_path, WHOLE))
    assert chain.name == "attic" and chain.fixed
    assert chain.choose(()) == (
        Step(task="inpaint"),
        Step(task="denoise", damage="noise"),
        Step(task="dejpeg"),
        Step(task="enhance", strength=0.5, dials={"saturation": 1.2}),
        Step(task="upscale", dials={"scale": 2.0}),
    )
    assert chain.models == {"enhance": "classical/auto_levels"} and chain.asked == {"upscale"}
    assert chain.source == WHOLE


def test_a_model_beside_the_file_is_found_there(tmp_path: Path) -> None:
    (tmp_path / "mine.safetensors").write_bytes(b"")
    chain = find(_written(tmp_path, "- denoise: {model: mine.safetensors}"))
    assert chain.models == {"denoise": str(tmp_path / "mine.safetensors")}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("- inpaint\n- denoize\n", r"attic.yaml, line 2: there is no step 'denoize': did you mean denoise\?"),
        ("- inpaint\n\n- sing: {}\n", "line 3: there is no step 'sing': choose one of brighten"),
        ("- denoise\n- inpaint\n- denoise\n", "line 3: denoise stands in line 1 already"),
        ("- denoise:\n    force: 1\n", "line 2: denoise has no setting 'force': it takes strength, model, asked"),
        ("- denoise: {strength: 2}\n", r"line 1: strength cannot be 2: use 0 \(the input\) to 1"),
        ("- denoise: {strength: true}\n", "line 1: strength cannot be True"),
        ("- denoise: {strength: .nan}\n", "line 1: strength cannot be nan"),
        ("- upscale: {scale: 1000}\n", "line 1: scale cannot be 1000: use a number above 0, up to 64"),
        ("- upscale: {asked: 3}\n", "line 1: asked cannot be 3: use true or false"),
        ("- denoise: {model: [a]}\n", "line 1: the settings of denoise are names and values"),
        ("- denoise: 0.5\n", "line 1: the settings of denoise are names and values"),
        ("- [denoise]\n", "line 1: a step is one task"),
        ("- {denoise: {}, inpaint: {}}\n", "line 1: a step is one task"),
        ("steps: [denoise]\n", "is no list of steps: start each with a dash"),
        ("", "is no list of steps"),
        ("- denoise: {strength: 1\n- inpaint\n", "line 3 is no YAML"),
        ("- !!python/object/apply:os.system [ls]\n", "line 1: a step is one task"),
        ("- denoise: !!python/name:os.system\n", "line 1: the settings of denoise are names and values"),
        ("- denoise: {strength: !!python/name:os.system ''}\n", "line 1: strength cannot be read"),
        ("- denoise\n# " + "x" * 100_000, "is too large for a list of steps"),
        ("- deno\x00ise", "is no YAML"),
    ],
)
def test_a_mistake_is_one_sentence_with_file_and_line(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence) as caught:
        find(_written(tmp_path, text))
    assert "attic.yaml" in str(caught.value) and "\n" not in str(caught.value)


def test_what_is_no_text_or_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="Cannot read .*none.yml"):
        find(tmp_path / "none.yml")
    (tmp_path / "attic.yaml").write_bytes(b"\xff\xfe\x00- denoise")
    with pytest.raises(SettingsError, match="is no text"):
        find(tmp_path / "attic.yaml")


def test_a_missing_reader_is_said_with_the_command_that_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(MissingExtra, match="pip install pyyaml"):
        find(_written(tmp_path, WHOLE))


def test_the_example_of_the_documentation_is_one(tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs/pipelines.md"
    if not page.is_file():
        pytest.skip("the documentation is not beside these tests")
    text = page.read_text(encoding="utf-8")
    chain = find(_written(tmp_path, text.partition("```yaml\n")[2].partition("```")[0]))
    assert chain.tasks == ("inpaint", "denoise", "dejpeg", "enhance", "faces", "upscale")
    assert chain.asked == {"upscale"} and chain.models == {"enhance": "classical/auto_levels"}
