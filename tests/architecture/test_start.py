"""The light paths stay light: a child process counts what was imported."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest

HEAVY = {"torch", "openvino", "cv2", "skimage", "scipy", "tensorboard", "matplotlib"}
REPORT = f"; import sys; print('HEAVY', sorted({HEAVY!r} & set(sys.modules)))"
RUN = """
import sys
sys.argv = ["ganvas", *{arguments!r}]
from ganvas.cli.main import main
try:
    main()
except SystemExit:
    pass
"""


def _imported(code: str) -> str:
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return run.stdout.strip().splitlines()[-1]


def test_importing_the_package_is_light() -> None:
    assert _imported("import ganvas" + REPORT) == "HEAVY []"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["upscale", "--help"],
        ["denoise", "--help"],
        ["inpaint", "--help"],
        ["restore", "--help"],
        ["models"],
        ["models", "--json"],
    ],
)
def test_a_command_that_computes_nothing_is_light(arguments: list[str]) -> None:
    assert _imported(RUN.format(arguments=arguments) + REPORT.lstrip("; ")) == "HEAVY []"


def test_help_is_quick() -> None:
    """The bar is 0.5 s; processor time, the best of three, so that a busy neighbour does not decide."""
    code = RUN.format(arguments=["--help"])
    seconds = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(seconds) < 0.5
