"""``ganvas models`` and ``ganvas info``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

Main = Callable[..., tuple[int, str, str]]


def test_the_list(ganvas_main: Main) -> None:
    status, out, _ = ganvas_main("models")
    assert status == 0 and out.startswith("name")
    for name in ("classical/bicubic", "classical/nlm", "classical/tv"):
        assert f"\n{name} " in out


def test_the_list_as_json(ganvas_main: Main) -> None:
    found = {model["name"]: model for model in json.loads(ganvas_main("models", "--json")[1])}
    assert found["classical/tv"]["task"] == "denoise" and found["classical/bicubic"]["scale"] == 4
    assert all(model["licence"] and model["data"] and model["card"] for model in found.values())


def test_info_of_weights(ganvas_main: Main, tiny_models: dict[str, Path]) -> None:
    told = json.loads(ganvas_main("info", tiny_models["upscale"], "--json")[1])
    assert (told["kind"], told["name"], told["scale"]) == ("model", "tiny-upscale", 4)
    assert told["settings"]["generator"]["features"] == 4 and told["metrics"] == {"psnr": 1.25}
    status, out, _ = ganvas_main("info", tiny_models["upscale"])
    assert status == 0 and "licence: CC0" in out and "  generator:\n" in out


def test_info_of_a_picture(ganvas_main: Main, photo: Path) -> None:
    told = json.loads(ganvas_main("info", photo, "--json")[1])
    assert (told["kind"], told["format"], told["width"], told["height"]) == ("picture", "png", 10, 12)
    assert told["provenance"] is None
    out = photo.parent / "b.png"
    ganvas_main("upscale", photo, "-o", out, "-n", "classical/bicubic")
    text = ganvas_main("info", out)[1]
    assert "model: classical/bicubic" in text and "source type: algorithmicallyEnhanced" in text


def test_info_of_what_is_neither(ganvas_main: Main, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("words")
    (tmp_path / "a.safetensors").write_text("words")
    for name, words in (("a.png", "a.png"), ("a.safetensors", "not a safetensors file"), ("no.png", "does not exist")):
        status, out, err = ganvas_main("info", tmp_path / name)
        assert (status, out) == (1, "") and words in err and err.count("\n") == 1
    assert "is a folder" in ganvas_main("info", tmp_path)[2]
