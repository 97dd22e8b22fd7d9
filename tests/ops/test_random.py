"""Random numbers by counter: reproducible, split-independent, and random enough."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ganvas.ops.random import bits, key_of, normal, uniform

INDEX = torch.arange(20_000)
KEY = key_of(0, "test")


def _reference(key: int, sample: int, element: int) -> int:
    """The same hash in Python's whole numbers of any size."""
    mask = (1 << 64) - 1

    def mix(x: int) -> int:
        x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & mask
        x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & mask
        return x ^ (x >> 31)

    gamma = 0x9E3779B97F4A7C15
    row = mix((sample * gamma + key) & mask)
    return mix((mix((row + element * gamma) & mask) + key) & mask)


@given(key=st.integers(0, 2**63 - 1), sample=st.integers(0, 2**62), element=st.integers(0, 5))
def test_words_are_those_of_the_unsigned_reference(key: int, sample: int, element: int) -> None:
    word = bits(key, torch.tensor([sample]), element + 1)[0, element].item()
    assert word % (1 << 64) == _reference(key, sample, element)


def test_keys_are_stable_and_tell_their_parts_apart() -> None:
    assert key_of(0, "d/0", "latent") == 2270709284626907046
    keys = [key_of(1, 23), key_of(12, 3), key_of("1", 23), key_of(123), key_of("a", "b"), key_of("ab")]
    assert len(set(keys)) == len(keys)
    assert all(0 <= key < 1 << 63 for key in keys)


@given(cut=st.integers(1, 63), start=st.integers(0, 2**40))
def test_a_sample_draws_the_same_whatever_the_batch(cut: int, start: int) -> None:
    index = torch.arange(start, start + 64)
    for draw in (uniform, normal):
        whole = draw(KEY, index, (3,))
        assert torch.equal(whole, torch.cat([draw(KEY, index[:cut], (3,)), draw(KEY, index[cut:], (3,))]))
    shuffled = torch.randperm(64, generator=torch.Generator().manual_seed(cut))
    assert torch.equal(normal(KEY, index, (3,))[shuffled], normal(KEY, index[shuffled], (3,)))


def test_no_two_samples_elements_or_keys_draw_the_same() -> None:
    words = bits(KEY, torch.arange(1000), 1000)
    assert len(words.unique()) == words.numel()
    assert not torch.isin(bits(key_of(0, "other"), torch.arange(100), 100), words).any()


@pytest.mark.parametrize(("dtype", "places"), [(torch.float32, 24), (torch.float64, 53)])
def test_uniform_lies_in_the_half_open_interval_on_its_lattice(dtype: torch.dtype, places: int) -> None:
    drawn = uniform(KEY, INDEX, (4,), dtype=dtype)
    assert drawn.dtype == dtype and drawn.shape == (20_000, 4)
    assert drawn.min() >= 0 and drawn.max() < 1
    assert torch.equal(drawn.double() * 2**places, (drawn.double() * 2**places).round())


def test_uniform_passes_kolmogorov_and_smirnov() -> None:
    assert stats.kstest(uniform(KEY, INDEX, (5,)).flatten().numpy(), "uniform").pvalue > 0.01


def test_normal_passes_kolmogorov_and_smirnov() -> None:
    drawn = normal(KEY, INDEX, (5,))
    assert stats.kstest(drawn.flatten().numpy(), "norm").pvalue > 0.01
    # The two halves of a Box-Muller pair, and the elements of one sample, are not related.
    assert np.abs(np.corrcoef(drawn.numpy().T) - np.eye(5)).max() < 4 / math.sqrt(20_000)
    assert abs(stats.kurtosis(drawn.flatten().numpy())) < 0.1


def test_neighbouring_samples_are_not_related() -> None:
    drawn = uniform(KEY, INDEX, ()).numpy()
    for lag in (1, 2, 256):
        assert abs(np.corrcoef(drawn[:-lag], drawn[lag:])[0, 1]) < 4 / math.sqrt(20_000)


def test_every_bit_is_set_half_the_time() -> None:
    words = bits(KEY, INDEX, 1)[:, 0].numpy().view(np.uint64)
    share = [((words >> np.uint64(place)) & np.uint64(1)).mean() for place in range(64)]
    assert np.abs(np.array(share) - 0.5).max() < 4.5 * 0.5 / math.sqrt(20_000)


def test_normal_is_finite_in_every_dtype_and_odd_shape() -> None:
    for dtype in (torch.float32, torch.float64):
        drawn = normal(KEY, INDEX, (1, 3), dtype=dtype)
        assert drawn.shape == (20_000, 1, 3) and drawn.dtype == dtype and drawn.isfinite().all()
    assert normal(KEY, INDEX[:5], ()).shape == (5,)
