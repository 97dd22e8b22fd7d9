"""What happens when memory runs out or values are not finite."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from ganvas.core.errors import ModelError, OutOfMemory
from ganvas.infer.runner import TileRunner
from ganvas.infer.session import ApplyOptions, Session

Make = Callable[..., Any]


def runner(backend: Any, model: Any, **settings: Any) -> TileRunner:
    return TileRunner(backend, model.card, model.name, **settings)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError,
        lambda: torch.OutOfMemoryError("CUDA out of memory"),
        lambda: RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9"),
    ],
)
@pytest.mark.parametrize("tiling", [2, "blend"])
def test_batch_then_tile_shrink_and_the_result_is_the_same(
    make_backend: Make, make_model: Make, error: Any, tiling: Any
) -> None:
    tiles = np.random.default_rng(0).random((4, 100, 140, 3), dtype=np.float32)
    backend = make_backend(scale=2, largest=60 * 75, error=error)
    work = runner(backend, make_model(scale=2, tiling=tiling), batch=4)
    result = work.run(tiles)
    np.testing.assert_allclose(result, tiles.repeat(2, axis=1).repeat(2, axis=2), atol=1e-6)
    assert [word.split()[0] for word in work.shrunk] == ["batch", "batch", "tile"]
    # What was learnt is kept: the next tiles do not run into the limit again.
    seen = len(backend.calls)
    work.run(tiles)
    assert all(np.prod(shape[:3]) <= 60 * 75 for _, shape in backend.calls[seen:])


def test_precision_gives_way_last_and_then_there_is_one_clear_error(make_backend: Make, make_model: Make) -> None:
    tiles = np.zeros((2, 64, 64, 3), np.float32)
    work = runner(make_backend(largest=10), make_model(), batch=2)
    with pytest.raises(OutOfMemory, match="fake runs out of memory with one tile of") as caught:
        work.run(tiles)
    assert work.shrunk == ["batch 1", "tile 32", "precision bf16"]
    assert caught.value.__cause__ is None
    firm = runner(make_backend(largest=10), make_model(), may_round=False)
    with pytest.raises(OutOfMemory):
        firm.run(tiles)
    assert "precision bf16" not in firm.shrunk


def test_a_model_that_cannot_be_tiled_is_not_cut(make_backend: Make, make_model: Make) -> None:
    work = runner(make_backend(largest=10), make_model(tiling="never"), may_round=False)
    with pytest.raises(OutOfMemory):
        work.run(np.zeros((1, 64, 64, 3), np.float32))
    assert work.shrunk == []


@pytest.mark.parametrize("text", ["CUDA error: illegal memory access", "cannot allocate a plan"])
def test_other_errors_that_mention_memory_are_not_swallowed(make_backend: Make, make_model: Make, text: str) -> None:
    work = runner(make_backend(largest=10, error=lambda: RuntimeError(text)), make_model(), batch=4)
    with pytest.raises(RuntimeError, match=text.split(maxsplit=1)[0]):
        work.run(np.zeros((4, 64, 64, 3), np.float32))
    assert work.shrunk == []


def test_memory_that_runs_out_midway_loses_and_repeats_nothing(make_backend: Make, make_model: Make) -> None:
    # From the fourth strip on there is less memory: a stale or missing tile would show.
    image = np.random.default_rng(1).random((400, 150, 3), dtype=np.float32)
    count = 0

    def tired(output: np.ndarray, precision: str) -> np.ndarray:
        nonlocal count
        count += 1
        if count > 3 and output.shape[1] > 60:
            raise MemoryError
        return output

    session = Session.on(make_backend(scale=2, spoil=tired), make_model(scale=2, tiling=2), ApplyOptions(tile=64))
    result = session.array(image)
    np.testing.assert_allclose(result, image.repeat(2, axis=0).repeat(2, axis=1), atol=1e-6)
    assert session.report.shrunk


def test_a_tile_that_is_not_finite_is_redone_in_float32(make_backend: Make, make_model: Make) -> None:
    def overflow(output: np.ndarray, precision: str) -> np.ndarray:
        if precision == "bf16":
            output[0, 0, 0] = np.inf
            output[-1, 1, 1] = np.nan
        return output

    tiles = np.random.default_rng(2).random((3, 16, 16, 3), dtype=np.float32)
    backend = make_backend(spoil=overflow, precision="bf16")
    work = runner(backend, make_model(), batch=3)
    np.testing.assert_array_equal(work.run(tiles), tiles)
    assert work.redone == 2
    assert [shape[0] for precision, shape in backend.calls if precision == "f32"] == [1, 1]


def test_a_model_that_is_not_finite_in_float32_is_named(make_backend: Make, make_model: Make) -> None:
    work = runner(make_backend(spoil=lambda output, precision: output * np.nan), make_model())
    with pytest.raises(ModelError, match="The model fake gives values that are not finite"):
        work.run(np.ones((1, 8, 8, 3), np.float32))
