"""Products in small pieces are the product."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ganvas.infer.products import Across, product


@given(m=st.integers(1, 70), k=st.integers(1, 150), n=st.integers(1, 3000))
def test_a_product_in_pieces_is_the_product(m: int, k: int, n: int) -> None:
    random = np.random.default_rng(m * 10_000 + k)
    left, right = random.random((m, k)), random.random((k, n), dtype=np.float32)
    np.testing.assert_allclose(product(left, right), left @ right, rtol=1e-4)


@given(n=st.integers(1, 80), w=st.integers(1, 90), new=st.integers(1, 200), c=st.sampled_from([1, 3]))
def test_a_banded_matrix_is_applied_along_the_width(n: int, w: int, new: int, c: int) -> None:
    random = np.random.default_rng(n * 10_000 + new)
    matrix, rows = random.random((new, w)), random.random((n, w, c), dtype=np.float32)
    across = Across.of(new, lambda start, stop: (0, w, matrix[start:stop]))
    np.testing.assert_allclose(across(rows), np.einsum("xw,nwc->nxc", matrix, rows), rtol=1e-4)
