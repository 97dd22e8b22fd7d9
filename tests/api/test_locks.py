"""Locks: exclusive between openings and processes, gone with their owner."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from ganvas.api.locks import LockFile

_HOLD = "import sys,time; from pathlib import Path; from ganvas.api.locks import LockFile\n\
lock = LockFile(Path(sys.argv[1])); print(lock.claim('a'), flush=True); time.sleep(60)"


def test_a_name_has_one_holder_and_others_are_free(tmp_path: Path) -> None:
    first, second = LockFile(tmp_path / "lock"), LockFile(tmp_path / "lock")
    assert first.claim("a")
    assert not second.claim("a")
    assert second.claim("b")
    first.release("a")
    assert second.claim("a")
    second.close()
    assert first.claim("a") and first.claim("b")
    first.close()


def test_a_killed_process_leaves_no_lock(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", _HOLD, str(tmp_path / "lock")], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None and child.stdout.readline() == "True\n"
    lock = LockFile(tmp_path / "lock")
    assert not lock.claim("a")
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert lock.claim("a")
    lock.close()


def test_held_waits_for_its_turn(tmp_path: Path) -> None:
    first, second = LockFile(tmp_path / "lock"), LockFile(tmp_path / "lock")
    order: list[str] = []

    def later() -> None:
        with second.held("a"):
            order.append("second")

    with first.held("a"):
        thread = threading.Thread(target=later)
        thread.start()
        time.sleep(0.05)
        order.append("first")
    thread.join(5)
    assert order == ["first", "second"]
    first.close()
    second.close()
