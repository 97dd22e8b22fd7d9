"""ganvas trains, judges and applies adversarial image models.

Everything public is reached as ``ganvas.NAME`` and loaded when it is first used, so that importing the package is free.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ganvas.api.generate import generate, interpolate
    from ganvas.api.info import info, models
    from ganvas.api.inpaint import inpaint
    from ganvas.api.judge import evaluate
    from ganvas.api.load import Model, load
    from ganvas.api.options import Options
    from ganvas.api.restore import examine, restore
    from ganvas.api.train import train
    from ganvas.api.verbs import (
        brighten,
        colorize,
        deblur,
        dehaze,
        dejpeg,
        denoise,
        despeckle,
        enhance,
        upscale,
    )
    from ganvas.core.errors import GanvasError

__version__ = "0.1.0"
__all__ = [
    "GanvasError",
    "Model",
    "Options",
    "__version__",
    "brighten",
    "colorize",
    "deblur",
    "dehaze",
    "dejpeg",
    "denoise",
    "despeckle",
    "enhance",
    "evaluate",
    "examine",
    "generate",
    "info",
    "inpaint",
    "interpolate",
    "load",
    "models",
    "restore",
    "train",
    "upscale",
]

_HOME = {
    "GanvasError": "ganvas.core.errors",
    "Model": "ganvas.api.load",
    "Options": "ganvas.api.options",
    "brighten": "ganvas.api.verbs",
    "colorize": "ganvas.api.verbs",
    "deblur": "ganvas.api.verbs",
    "dehaze": "ganvas.api.verbs",
    "dejpeg": "ganvas.api.verbs",
    "denoise": "ganvas.api.verbs",
    "despeckle": "ganvas.api.verbs",
    "enhance": "ganvas.api.verbs",
    "evaluate": "ganvas.api.judge",
    "examine": "ganvas.api.restore",
    "generate": "ganvas.api.generate",
    "info": "ganvas.api.info",
    "inpaint": "ganvas.api.inpaint",
    "interpolate": "ganvas.api.generate",
    "load": "ganvas.api.load",
    "models": "ganvas.api.info",
    "restore": "ganvas.api.restore",
    "train": "ganvas.api.train",
    "upscale": "ganvas.api.verbs",
}


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'ganvas' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)


class _Package(ModuleType):
    """Keeps ``ganvas.train`` and ``ganvas.evaluate`` the functions they are.

    There are sub-packages of these names too, and Python binds a sub-package to its parent when it is first imported,
    so that a second ``ganvas.evaluate(...)`` would call a module.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
