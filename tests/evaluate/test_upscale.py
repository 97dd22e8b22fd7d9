"""The x4 protocol: its reduction, its border and luma, its control row, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from ganvas.core.errors import ImageError, ModelError, SettingsError
from ganvas.evaluate import upscale
from ganvas.metrics.colour import luma
from ganvas.metrics.psnr import psnr
from ganvas.ops.resample import resample, resize_matrix

TRUTH = data.astronaut()[20:150, 150:277]  # 130 x 127: no multiple of 4


def lanczos(image: np.ndarray) -> np.ndarray:
    return resample(image, (image.shape[0] * 4, image.shape[1] * 4), kind="lanczos3")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Image.fromarray(TRUTH).save(tmp_path / "astronaut.png")
    Image.fromarray(data.coffee()[100:180, 200:300]).save(tmp_path / "coffee.png")
    return tmp_path


def test_figures_are_those_of_the_protocol_written_out(folder: Path) -> None:
    table = upscale.run(lanczos, folder, name="lanczos")
    truth = TRUTH[:128, :124].astype(float)
    rows, columns = resize_matrix(128, 32), resize_matrix(124, 31)
    small = np.clip(np.rint(np.einsum("Hh,hwc,Ww->HWc", rows, truth, columns)), 0, 255)
    big = np.einsum("Hh,hwc,Ww->HWc", resize_matrix(32, 128), small, resize_matrix(31, 124))
    result = np.clip(np.rint(big), 0, 255)
    expected = psnr(luma(result)[4:-4, 4:-4], luma(truth)[4:-4, 4:-4])
    found = {(row.entrant, row.image): row.values["psnr_y"] for row in table.rows}
    # float32 inside the model rounds a few pixels the other way.
    assert found["classical/bicubic", "astronaut"] == pytest.approx(expected, abs=2e-3)
    mean = (found["lanczos", "astronaut"] + found["lanczos", "coffee"]) / 2
    assert table.mean("lanczos", "psnr_y") == pytest.approx(mean)


def test_reduction_of_a_constant_is_the_constant() -> None:
    white = np.full((16, 24, 3), 255, np.uint8)
    np.testing.assert_array_equal(upscale.reduced(white, 4), white[:4, :6])


def test_the_true_image_scores_without_limit_and_json_stays_valid(tmp_path: Path) -> None:
    pixels = np.full((40, 40, 3), 77, np.uint8)
    Image.fromarray(pixels).save(tmp_path / "flat.png")
    table = upscale.run(lambda image: np.full((40, 40, 3), 77 / 255, np.float32), tmp_path, name="exact")
    values = json.loads(json.dumps(table.to_json(), allow_nan=False))
    assert values["mean"]["exact"] == {"psnr_y": None, "ssim_y": 1.0}
    assert "inf" in table.to_markdown()


def test_sharp_models_get_their_columns_and_the_noise_control(folder: Path) -> None:
    table = upscale.run(lanczos, folder, name="lanczos", sharp=True, noise_on="classical/bicubic")
    control = "classical/bicubic" + upscale.NOISE_SUFFIX
    assert table.entrants() == ["classical/bicubic", control, "lanczos"]
    distances = [table.mean(name, "spectrum_distance") for name in table.entrants()]
    assert distances[1] < distances[0] / 3 and distances[1] < distances[2] / 3
    assert table.mean(control, "psnr_y") < table.mean("classical/bicubic", "psnr_y")
    again = upscale.run(lanczos, folder, name="lanczos", sharp=True, noise_on="classical/bicubic")
    assert again.mean(control, "gmsd") == table.mean(control, "gmsd")


def test_gray_images_are_measured_both_ways(tmp_path: Path) -> None:
    Image.fromarray(data.camera()[100:180, 200:280]).save(tmp_path / "camera.png")
    table = upscale.run(lanczos, tmp_path, name="lanczos")
    gap = table.mean("lanczos", "psnr_y") - table.mean("lanczos", "psnr_native")
    assert gap == pytest.approx(20 * np.log10(255 / 219), abs=0.02)
    assert "219/255" in table.protocol


def test_limit_and_dataset_name(folder: Path) -> None:
    table = upscale.run(lanczos, folder, name="lanczos", dataset="Two", limit=1)
    assert {row.image for row in table.rows} == {"astronaut"}
    assert table.to_markdown().startswith("**Two.** x4, 1 images")


def test_models_of_another_task_are_refused(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"id returned shape \(32, 31, 3\) for astronaut"):
        upscale.run(lambda image: image, folder, name="id")
    with pytest.raises(ModelError, match="not finite"):
        upscale.run(lambda image: lanczos(image) * np.nan, folder, name="nan")


def test_wrong_folders_and_names_are_refused(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(SettingsError, match="no 'x' to add noise to"):
        upscale.run(lanczos, folder, name="lanczos", noise_on="x")
    Image.fromarray(TRUTH[:8, :40]).save(tmp_path / "aaa.png")
    with pytest.raises(ImageError, match="no inside"):
        upscale.run(lanczos, tmp_path, name="lanczos")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ImageError, match="holds no images"):
        upscale.run(lanczos, tmp_path / "empty", name="lanczos")


def test_a_model_cannot_change_what_the_next_one_sees(folder: Path) -> None:
    def vandal(image: np.ndarray) -> np.ndarray:
        result = lanczos(image)
        image[:] = 0
        return result

    table = upscale.run(lanczos, folder, name="lanczos", baselines={"vandal": vandal})
    assert table.mean("lanczos", "psnr_y") == table.mean("vandal", "psnr_y")


def test_spoilt_images_are_seeded_and_gmsd_is_measured(folder: Path) -> None:
    first, again = (upscale.run(lanczos, folder, name="lanczos", spoilt=True) for _ in range(2))
    clean = upscale.run(lanczos, folder, name="lanczos")
    assert [row.values for row in first.rows] == [row.values for row in again.rows]
    assert first.mean("classical/bicubic", "psnr_y") < clean.mean("classical/bicubic", "psnr_y") - 0.5
    assert [column.key for column in first.columns] == ["psnr_y", "ssim_y", "gmsd"]
    assert "second-order chain" in first.protocol and "bicubic" not in first.protocol
