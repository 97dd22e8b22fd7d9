"""The settings of the test run do what they say."""

from __future__ import annotations

import socket

import jaxtyping
import pytest
import torch

from ganvas.nets.compact import Compact


def test_a_connection_is_refused() -> None:
    with socket.socket() as connection, pytest.raises(PermissionError, match="without a network"):
        connection.connect(("192.0.2.1", 80))


def test_one_thread_each() -> None:
    assert torch.get_num_threads() == 1


def test_shapes_are_checked_at_run_time() -> None:
    network = Compact(num_feat=4, num_conv=1)
    with pytest.raises(jaxtyping.TypeCheckError):
        network(torch.zeros(3, 8, 8))
    with pytest.raises(jaxtyping.TypeCheckError):
        network(torch.zeros(1, 3, 8, 8, dtype=torch.int64))
