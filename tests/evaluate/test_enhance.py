"""The protocol of enhancing: pairs by the names of several data sets, seeded tone loss, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import color, data

from ganvas.core.errors import ImageError, ModelError
from ganvas.evaluate import enhance

TRUTH = data.astronaut()[20:84, 150:230]
DULL = np.rint(TRUTH * 0.6 + np.array([10, 30, 50])).astype(np.uint8)


def mend(image: np.ndarray) -> np.ndarray:
    return np.clip((image - np.array([10, 30, 50], np.float32) / 255) / 0.6, 0, 1)


def save(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


@pytest.mark.parametrize(
    ("dull", "truth"),
    [("A/1.png", "GTr_A/1.png"), ("raw/1.png", "reference/1.png"), ("1_input.png", "1_target.png")],
)
def test_pairs_are_measured_in_three_ways(tmp_path: Path, dull: str, truth: str) -> None:
    save(tmp_path / dull, DULL)
    save(tmp_path / truth, TRUTH)
    table = enhance.run(mend, tmp_path, name="mend", baselines={})
    expected = color.deltaE_ciede2000(color.rgb2lab(DULL), color.rgb2lab(TRUTH)).mean()
    assert table.mean("input", "ciede2000") == pytest.approx(expected, abs=1e-3)
    assert table.mean("mend", "ciede2000") < 1 < table.mean("input", "ciede2000")
    assert table.mean("mend", "psnr") > 40 and table.protocol.startswith("Pairs")


def test_clean_images_lose_their_tones_by_seed(tmp_path: Path) -> None:
    for name in "ab":
        save(tmp_path / f"{name}.png", TRUTH)
    first, again = (enhance.run(mend, tmp_path, name="mend", baselines={}) for _ in range(2))
    losses = [row.values["psnr"] for row in first.rows if row.entrant == "input"]
    assert max(losses) < 45 and losses[0] != losses[1]
    assert losses == [row.values["psnr"] for row in again.rows if row.entrant == "input"]


def test_refusals(tmp_path: Path) -> None:
    save(tmp_path / "raw" / "1.png", DULL)
    save(tmp_path / "reference" / "1.png", TRUTH)
    with pytest.raises(ModelError, match="half returned shape"):
        enhance.run(lambda image: image[::2], tmp_path, name="half", baselines={})
    save(tmp_path / "raw" / "2.png", DULL)
    with pytest.raises(ImageError, match="such as 2: each degraded image needs the reference one"):
        enhance.run(mend, tmp_path, name="mend")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ImageError, match="holds no images"):
        enhance.run(mend, tmp_path / "empty", name="mend")
