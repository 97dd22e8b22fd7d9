"""What is particular to each kind of damage."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from ganvas.core.errors import ImageError, SettingsError
from ganvas.degrade.damage.canvas import Canvas, along, wandering
from ganvas.degrade.damage.dust import Dust
from ganvas.degrade.damage.folds import Folds
from ganvas.degrade.damage.holes import Borders, Boxes, Holes, MaskFiles, Strokes
from ganvas.degrade.damage.scratches import Scratches
from ganvas.degrade.damage.specks import Specks
from ganvas.degrade.damage.stains import Stains
from ganvas.degrade.damage.torn import Torn

MIDDLE = np.full((120, 160, 3), 0.5, np.float32)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("width", [0.5, 1.0, 2.0, 5.0])
def test_a_line_covers_its_width_wherever_it_lies(width: float) -> None:
    for y in (10.0, 10.33, 10.67):
        canvas = Canvas((20, 50))
        canvas.line(np.array([[-5.0, y], [55.0, y]]), np.full(2, width), np.ones(2))
        assert canvas.cover()[:, 25].sum() == pytest.approx(width, abs=0.35)
        middle = (canvas.cover()[:, 25] * np.arange(20)).sum() / canvas.cover()[:, 25].sum()
        assert middle == pytest.approx(y, abs=0.35)


def test_a_shape_covers_its_area() -> None:
    canvas = Canvas((20, 20))
    canvas.shape(np.array([[4.5, 4.5], [11.5, 4.5], [11.5, 9.5], [4.5, 9.5]]), 0.5)
    assert canvas.cover().sum() == pytest.approx(0.5 * 7 * 5, rel=0.25)
    assert canvas.cover().max() == pytest.approx(0.5, abs=0.01)


def test_a_path_has_its_length_and_ends_where_it_bends_to() -> None:
    path = wandering(rng(), start=(3, 4), angle=0.0, length=300, bend=np.pi, unrest=0)
    assert np.hypot(*np.diff(path, axis=0).T).sum() == pytest.approx(300)
    assert tuple(path[-1]) == pytest.approx((3, 4 + 2 * 300 / np.pi), abs=3)  # half a circle
    values = along(rng(), 4000, 10)
    assert 0.6 < values.std() < 1.1 and np.corrcoef(values[:-1], values[1:])[0, 1] > 0.95


def test_scratches_are_thin_and_long_bright_or_dark() -> None:
    for dark in (0.0, 1.0):
        settings = Scratches(count=(1, 1), length=(0.9, 0.9), broken=0, bundle=0, bend=0, relief=0, dark=dark)
        long = 0
        for seed in range(10):
            damaged, mask = settings.damage(MIDDLE, rng(seed))
            middle = damaged[mask].mean()
            assert not mask.any() or (middle < 0.35 if dark else middle > 0.65)
            thick = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3).max()
            assert thick < 4
            long += max(np.ptp(np.nonzero(mask)), 0) > 60 if mask.any() else 0
        assert long >= 5


def test_the_share_of_damage_stays_small() -> None:
    shares = {
        type(damage).__name__: np.mean([damage.damage(MIDDLE, rng(seed))[1].mean() for seed in range(20)])
        for damage in (Scratches(), Dust(), Specks(), Folds())
    }
    assert all(0.001 < share < 0.06 for share in shares.values()), shares


def test_dust_and_specks_come_by_the_megapixel() -> None:
    settings = Specks(count=(1000, 1000), cluster=0, radius=(1.5, 1.5), dark=0)
    counted = [
        cv2.connectedComponents(settings.damage(np.zeros((side, side, 1), np.float32), rng(1))[1].astype(np.uint8))[0]
        for side in (100, 200)
    ]
    assert counted[0] - 1 == pytest.approx(10, abs=2) and counted[1] - 1 == pytest.approx(40, abs=6)
    dust = Dust(fibres=(0, 0), grains=(5000, 5000), grain=(1.5, 1.5), dark=1.0).damage(MIDDLE, rng())[0]
    assert dust.min() < 0.4 and dust.max() < 0.51


def test_stains_take_light_and_blue_first() -> None:
    stained, mask = Stains(count=(2, 2), spots=(0, 0), rim=(0.0, 0.0), depth=(0.2, 0.2)).damage(MIDDLE, rng(2))
    assert (stained <= MIDDLE + 1 / 255).all()
    means = stained.mean(axis=(0, 1))
    assert means[0] > means[1] > means[2]
    assert not mask.any()
    _, opaque = Stains(depth=(3.0, 3.0), radius=(0.3, 0.3)).damage(MIDDLE, rng(2))
    assert 0.02 < opaque.mean() < 0.9


def test_a_fold_goes_from_border_to_border_and_shades_both_sides() -> None:
    whole = Folds(count=(1, 1), ends=0, cracked=(1.0, 1.0), crack=(2.0, 2.0), shade=(0.2, 0.2))
    damaged, mask = whole.damage(MIDDLE, rng(1))
    assert sum(edge.any() for edge in (mask[0], mask[-1], mask[:, 0], mask[:, -1])) >= 2
    assert damaged[~mask].max() > 0.54 and damaged[~mask].min() < 0.48
    uncracked = Folds(cracked=(0.0, 0.0)).damage(MIDDLE, rng(1))[1]
    assert uncracked.mean() < 0.002


def test_a_corner_is_gone_and_paper_lies_along_the_tear() -> None:
    settings = Torn(corners=(1, 1), sides=0, size=(0.3, 0.3), beneath=(0.0,), fibres=(4.0, 4.0))
    for seed in range(4):
        damaged, mask = settings.damage(MIDDLE, rng(seed))
        corners = mask[[0, 0, -1, -1], [0, -1, 0, -1]]
        assert corners.sum() == 1
        assert mask.mean() == pytest.approx((36 * 36 / 2 + 4 * 51) / MIDDLE[:, :, 0].size, rel=0.35)
        assert (damaged[mask] < 0.05).any() and (damaged[mask] > 0.8).any()
    assert not Torn(corners=(0, 0), sides=0).damage(MIDDLE, rng())[1].any()


@pytest.mark.parametrize("share", [0.05, 0.15, 0.3])
def test_strokes_miss_the_share_that_was_asked_for(share: float) -> None:
    shares = [Strokes(share=(share, share)).mask((256, 256), rng(seed)).mean() for seed in range(10)]
    assert all(share <= got < share + 0.04 for got in shares)
    assert not Strokes(share=(0.0, 0.0)).mask((64, 64), rng()).any()


def test_the_centred_box_of_half_the_side_is_the_centre_quarter() -> None:
    mask = Boxes(count=(1, 1), side=(0.5, 0.5), centred=True).mask((64, 64), rng())
    assert mask[16:48, 16:48].all() and mask.sum() == 32 * 32


def test_borders_touch_as_many_sides_as_drawn_and_leave_the_middle() -> None:
    for count in (1, 2, 3, 4):
        mask = Borders(sides=(count, count), depth=(0.1, 0.4)).mask((50, 70), rng(count))
        assert sum(edge.all() for edge in (mask[0], mask[-1], mask[:, 0], mask[:, -1])) == count
        assert not mask[25, 35]


def test_holes_draw_their_kinds_by_share() -> None:
    kinds = (Boxes(count=(1, 1), side=(0.5, 0.5), centred=True), Borders(depth=(0.1, 0.1), sides=(1, 1)))
    masks = [Holes(kinds=kinds, shares=(0.75, 0.25)).mask((20, 20), rng(seed)) for seed in range(200)]
    assert 0.65 < np.mean([mask[10, 10] for mask in masks]) < 0.85


def test_mask_files_are_white_where_it_is_missing(tmp_path: Path) -> None:
    levels = np.zeros((8, 8), np.uint8)
    levels[:4], levels[4, 0], levels[4, 1] = 255, 128, 127
    cv2.imwrite(str(tmp_path / "mask.png"), levels)
    hole = MaskFiles(folder=tmp_path)
    seen = {hole.mask((8, 8), rng(seed)).tobytes() for seed in range(60)}
    whole = levels >= 128
    assert seen == {np.rot90(flip, k).tobytes() for flip in (whole, whole[::-1]) for k in range(4)}
    large = hole.mask((80, 160), rng())
    assert large.shape == (80, 160) and large.mean() == pytest.approx(whole.mean())


def test_wrong_folders_and_settings_are_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="no masks"):
        MaskFiles(folder=tmp_path).mask((8, 8), rng())
    other = tmp_path / "other"
    other.mkdir()
    (other / "bad.png").write_bytes(b"no picture")
    with pytest.raises(ImageError, match=r"bad\.png"):
        MaskFiles(folder=other).mask((8, 8), rng())
    for wrong in (
        lambda: Strokes(share=(0.5, 1.0)),
        lambda: Boxes(side=(0.0, 0.5)),
        lambda: Borders(sides=(0, 2)),
        lambda: Holes(kinds=(Boxes(),), shares=(0.5, 0.5)),
    ):
        with pytest.raises(SettingsError):
            wrong()
