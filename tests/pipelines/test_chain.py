"""Chains with models that are handed in: order, what is left out, and what is taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from skimage import data

from ganvas.core.errors import SettingsError
from ganvas.measure.judge import Finding
from ganvas.pipelines.chain import Apply, plan, run
from ganvas.pipelines.pipeline import TASK_OF, Done, Pipeline, Step, fixed
from ganvas.pipelines.registry import find, names


def _findings(*found: str) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            damage=damage,
            measure=damage,
            value=1.0,
            unit="",
            score=9.0 if damage in found else -9.0,
            threshold=0.5,
            reasons=(),
        )
        for damage in TASK_OF
    )


@pytest.fixture(scope="module")
def noisy() -> np.ndarray:
    drawn = np.random.default_rng(0).standard_normal((256, 256, 3), dtype=np.float32)
    return np.clip(data.astronaut()[:256, 100:356].astype(np.float32) / 255 + drawn * np.float32(0.12), 0, 1)


def test_every_pipeline_is_found_by_the_name_of_its_file() -> None:
    assert {"restore", "night-camera"} <= set(names())
    for name in names():
        pipeline = find(name)
        assert pipeline.name == name and find(name.replace("-", "_")) == pipeline
        steps = [step.task for step in pipeline.choose(_findings(*TASK_OF))]
        assert steps == [task for task in pipeline.tasks if task in steps]


def test_an_unknown_pipeline_is_named_with_those_there_are() -> None:
    with pytest.raises(SettingsError, match="choose one of night-camera, old-photo, restore"):
        find("day-camera")


def test_restore_takes_what_was_found_in_its_order() -> None:
    told = [step.task for step in plan(find("restore"), _findings("haze", "noise", "blocks"))]
    assert told == ["dejpeg", "denoise", "dehaze"]
    assert plan(find("restore"), _findings()) == ()


def test_restore_sharpens_less_in_company() -> None:
    (alone,) = plan(find("restore"), _findings("blur"))
    first, last = plan(find("restore"), _findings("blur", "noise"))
    assert first.strength == 1.0
    assert 0 < last.strength < alone.strength < 1


def test_restore_clears_less_in_the_dark() -> None:
    (alone,) = plan(find("restore"), _findings("haze"))
    _, dark = plan(find("restore"), _findings("haze", "darkness"))
    assert dark.strength < alone.strength
    doubtful = [replace(f, score=0.0, threshold=0.8) if f.damage == "darkness" else f for f in _findings("haze")]
    (doubted,) = plan(find("restore"), doubtful)
    assert 0 < doubted.strength < dark.strength


def test_night_camera_always_brightens_and_denoises() -> None:
    assert [step.task for step in plan(find("night-camera"), _findings())] == ["brighten", "denoise"]
    told = [step.task for step in plan(find("night-camera"), _findings("blur", "haze"))]
    assert told == ["brighten", "denoise", "dehaze", "deblur"]


def test_a_task_can_be_left_out() -> None:
    told = [step.task for step in plan(find("restore"), _findings("noise", "blur"), without=["denoise"])]
    assert told == ["deblur"]


def _smooth(step: Step, image: np.ndarray) -> Done:
    import cv2

    return Done(image=cv2.medianBlur(image, 5))


def _by(change: Callable[[np.ndarray], np.ndarray]) -> Apply:
    """A step that does the same whatever its task."""
    return lambda step, image: Done(image=change(image))


def test_the_result_of_a_good_step_is_kept_and_told(noisy: np.ndarray) -> None:
    kept: list[tuple[int, str]] = []
    result, course = run(find("restore"), noisy, _smooth, kept=lambda n, step, image: kept.append((n, step.task)))
    assert kept[0] == (1, "denoise")
    assert course.steps[0].after < course.steps[0].before
    assert not np.array_equal(result, noisy)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (np.copy, "nothing that can be seen"),
        (lambda image: np.clip(2.5 * (image - 0.5) + 0.5, 0, 1), "more noise"),
    ],
)
def test_a_step_that_does_no_good_is_taken_back(
    noisy: np.ndarray, change: Callable[[np.ndarray], np.ndarray], why: str
) -> None:
    result, course = run(find("restore"), noisy, _by(change), without=["dejpeg", "deblur", "dehaze", "brighten"])
    assert [taken.step.task for taken in course.steps] == ["denoise"]
    assert why in course.steps[0].dropped
    assert course.kept == () and result is noisy


@pytest.mark.parametrize(("rise", "kept"), [(-1.0, True), (3.0, True), (7.0, False)])
def test_the_verdict_on_blur_may_rise_by_what_it_errs(monkeypatch: pytest.MonkeyPatch, rise: float, kept: bool) -> None:
    photo = data.astronaut()[:256, :256].astype(np.float32) / 255
    verdicts = iter([9.0, 9.0 + rise])

    def judged(_: np.ndarray) -> tuple[Finding, ...]:
        score = next(verdicts)
        return tuple(replace(f, score=score) if f.found else f for f in _findings("blur"))

    monkeypatch.setattr("ganvas.pipelines.chain.examine", judged)
    result, course = run(find("restore"), photo, _smooth)
    assert (len(course.kept) == 1) is kept
    assert (result is photo) is not kept


def _veil(image: np.ndarray) -> np.ndarray:
    far = np.linspace(1, 0.4, len(image), dtype=np.float32)[:, None, None]
    clear = np.exp(-1.4 * far)
    return image * clear + np.float32(0.85) * (1 - clear)


def _hazy(score: float) -> tuple[Finding, ...]:
    return tuple(replace(f, score=score) if f.damage == "haze" else f for f in _findings("haze"))


def _darker(step: Step, image: np.ndarray) -> Done:
    """Goes on for ever: each time it takes the same part of the light away."""
    return Done(image=image * np.float32(1 - 0.4 * step.strength))


def _settled(step: Step, image: np.ndarray) -> Done:
    """Takes light away once: what is darker than half stays."""
    return Done(image=image + np.float32(step.strength) * (np.minimum(image, 0.5) - image))


@pytest.mark.parametrize(("model", "tried"), [(_settled, True), (_darker, False)])
def test_clearing_that_would_go_on_is_not_tried(monkeypatch: pytest.MonkeyPatch, model: Apply, tried: bool) -> None:
    photo = _veil(data.astronaut()[:300, :400].astype(np.float32) / 255)
    verdicts = iter([9.0, 1.0])
    monkeypatch.setattr("ganvas.pipelines.chain.examine", lambda _: _hazy(next(verdicts)))
    result, course = run(find("restore"), photo, model)
    (taken,) = course.steps
    assert (len(course.kept) == 1) is tried
    assert (result is photo) is not tried
    if not tried:
        assert "change its own result again" in taken.dropped and taken.step.strength > 0


def test_the_look_is_at_a_small_copy_and_other_steps_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    photo = _veil(data.astronaut().astype(np.float32) / 255)
    seen: list[tuple[str, tuple[int, ...], float]] = []

    def watched(step: Step, image: np.ndarray) -> Done:
        seen.append((step.task, image.shape, step.strength))
        return _settled(step, image)

    for damage in ("haze", "noise"):
        monkeypatch.setattr("ganvas.pipelines.chain.examine", lambda _, damage=damage: _findings(damage))
        run(find("restore"), photo, watched)
    small, again, whole, denoised = seen
    assert small == again == ("dehaze", (160, 160, 3), 1.0)
    assert whole[:2] == ("dehaze", photo.shape) and 0 < whole[2] < 1
    assert denoised == ("denoise", photo.shape, 1.0)


def test_a_doubtful_guess_does_little_and_a_sure_one_much() -> None:
    strengths = []
    for score in (0.5, 1.5, 3.0, 5.0, 9.0):
        (step,) = plan(find("restore"), _hazy(score))
        strengths.append(step.strength)
    assert strengths == sorted(strengths) and strengths[-1] == strengths[-2] == 0.7
    assert 0 < strengths[0] < 0.05 and strengths[1] < 0.15
    (sharpened,) = plan(find("restore"), [replace(f, score=0.1) if f.found else f for f in _findings("blur")])
    assert sharpened.strength > 0.4  # no guess: half of it from the start


def test_where_nothing_is_found_no_model_is_called() -> None:
    def never(step: Step, image: np.ndarray) -> Done:
        raise AssertionError(step.task)

    photo = data.astronaut().astype(np.float32) / 255
    result, course = run(find("restore"), photo, never)
    assert result is photo and course.steps == ()


@pytest.mark.parametrize("shape", [(1, 1, 3), (40, 500, 1)])
def test_a_picture_too_small_to_be_judged_comes_back(shape: tuple[int, int, int]) -> None:
    image = np.full(shape, 0.01, np.float32)
    result, course = run(find("night-camera"), image, _smooth)
    assert result is image and course.findings == ()


def _always(*steps: Step, asked: tuple[str, ...] = ()) -> Pipeline:
    return fixed("mine", "For a test.", steps, models={}, asked=asked)


def test_a_fixed_chain_does_every_step_in_its_order_and_notes_what_they_say(noisy: np.ndarray) -> None:
    seen: list[tuple[str, float]] = []

    def apply(step: Step, image: np.ndarray) -> Done:
        seen.append((step.task, step.strength))
        if step.task == "upscale":
            return Done(image=np.repeat(np.repeat(image, 2, 0), 2, 1))
        if step.task == "faces":
            return Done(image=None, note="no face was found")
        return replace(_smooth(step, image), note=f"{step.task} was here")

    steps = (Step(task="inpaint"), Step(task="denoise", damage="noise"), Step(task="faces"), Step(task="upscale"))
    kept: list[tuple[int, str, tuple[int, ...]]] = []
    result, course = run(
        _always(*steps), noisy, apply, kept=lambda n, step, image: kept.append((n, step.task, image.shape))
    )
    assert [task for task, _ in seen] == ["inpaint", "faces", "upscale"]  # after the median, no noise is left
    assert kept == [(1, "inpaint", noisy.shape), (2, "upscale", (512, 512, 3))] and result.shape == (512, 512, 3)
    inpaint, denoise, faces, upscale = course.steps
    assert inpaint.note == "inpaint was here" and inpaint.before is None
    assert denoise.skipped.startswith("too little noise was found") and faces.skipped == "no face was found"
    assert course.kept == (inpaint.step, upscale.step)


def test_a_fixed_chain_works_against_a_damage_as_strongly_as_it_shows(noisy: np.ndarray) -> None:
    step = Step(task="denoise", damage="noise", strength=0.5)
    _, course = run(_always(step), noisy, _smooth)
    (taken,) = course.steps
    assert taken.step.strength == pytest.approx(0.5) and taken.after is not None and taken.before is not None
    assert taken.after < taken.before and not taken.dropped


def test_steps_of_a_fixed_chain_can_be_left_out_and_those_that_change_nothing_are(noisy: np.ndarray) -> None:
    chain = _always(Step(task="inpaint"), Step(task="enhance"))
    result, course = run(chain, noisy, _by(np.copy), without=["inpaint"])
    (taken,) = course.steps
    assert taken.step.task == "enhance" and "nothing that can be seen" in taken.dropped
    assert result is noisy and [step.task for step in course.planned] == ["inpaint", "enhance"]


def test_a_fixed_chain_also_takes_pictures_that_are_too_small_to_be_judged() -> None:
    image = np.full((20, 30, 3), 0.5, np.float32)
    chain = _always(Step(task="denoise", damage="noise"), Step(task="enhance"))
    result, course = run(chain, image, _by(lambda given: given * np.float32(0.5)))
    assert course.steps[0].skipped == "the picture is too small to be judged"
    assert float(result.max()) == 0.25 and course.kept == (Step(task="enhance"),)


@pytest.mark.parametrize(("change", "share"), [(0.03, None), (0.06, 0.5), (0.2, 1.0)])
def test_a_small_correction_of_tones_is_trusted_less(change: float, share: float | None) -> None:
    image = np.full((70, 80, 3), 0.5, np.float32)
    chain = _always(Step(task="enhance", trusted=(0.04, 0.08)))
    result, course = run(chain, image, _by(lambda given: given + np.float32(change)))
    (taken,) = course.steps
    if share is None:
        assert "would hardly change it (by 7.6/255)" in taken.skipped and result is image
    else:
        assert taken.step.strength == pytest.approx(share, abs=0.01) and not taken.skipped
        assert result == pytest.approx(0.5 + share * change, abs=1e-3) and float(image.max()) == 0.5
