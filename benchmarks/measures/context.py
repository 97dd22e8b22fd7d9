"""Runs protocols over bundled models and classical methods, and keeps the rows that do not change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import ganvas
from ganvas.evaluate.protocol import INPUT, Model
from ganvas.evaluate.table import EvaluationTable, Row
from ganvas.zoo.models import find, list_models

__all__ = ["Context", "Kept", "Method", "methods"]

_SHARED = (
    *(f"evaluate/{name}.py" for name in ("files", "protocol", "shift")),
    *(f"metrics/{name}.py" for name in ("ciede2000", "colour", "gmsd", "psnr", "ssim")),
    "degrade/degradation.py",
)
_PACKAGE = Path(ganvas.__file__).parent


@dataclass(frozen=True)
class Method:
    """A classical model ``classical/NAME`` with settings."""

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, image: np.ndarray, **told: Any) -> np.ndarray:
        """Returns the result."""
        function = find(f"classical/{self.name}").function
        assert function is not None
        return function()(image, **self.settings, **told)

    def code(self) -> list[Path]:
        """Returns the files that the result depends on."""
        folder = _PACKAGE / "zoo/classical"
        return [folder / f"{self.name}.py", *sorted(folder.glob("_[a-z]*.py"))]


def methods(*names: str, **variants: Sequence[Mapping[str, Any]]) -> dict[str, Model]:
    """Returns classical methods by title: with their defaults, and with the settings of each variant."""
    found: dict[str, Model] = {}
    for name in dict.fromkeys((*names, *variants)):
        if name in names:
            found[f"classical/{name}"] = Method(name)
        for settings in variants.get(name, ()):
            told = ", ".join(f"{key}={value:g}" for key, value in settings.items())
            found[f"classical/{name} {told}"] = Method(name, settings)
    return found


@dataclass(frozen=True)
class Kept:
    """Rows of classical methods, kept in a file by what they depend on."""

    path: Path

    def rows(self, key: str, compute: Callable[[], Sequence[Row]]) -> list[Row]:
        """Returns the rows of the key, computed where they are not kept yet."""
        held = json.loads(self.path.read_text()) if self.path.is_file() else {}
        if key not in held:
            held[key] = [vars(row) for row in compute()]
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(json.dumps(held))
        return [Row(**values) for values in held[key]]


@dataclass(frozen=True, kw_only=True)
class Context:
    """What all sections are measured with.

    Attributes:
        data: folder with ``test`` and ``tasks``.
        limit: only the first images of each set.
        kept: rows of classical methods.
        extra: weights files that are not bundled, by the name they go by.
    """

    data: Path
    limit: int | None
    kept: Kept
    extra: Mapping[str, Path] = field(default_factory=dict)

    def models(self, task: str, *, scale: int = 1) -> dict[str, Model]:
        """Returns the bundled models of a task and scale, then the extra ones, with the defaults that a user gets."""
        found: dict[str, Model] = {}
        for name, place in self.places().items():
            card = find(place).card
            if card.task == task and card.scale == scale:
                found[name] = ganvas.load(place).session.array
        return found

    def told_kernels(self) -> dict[str, Model]:
        """Returns what ``ganvas deblur --kernel`` does, as functions that take the kernel."""
        from ganvas.api.kernel import with_kernel

        def deconvolve(image: np.ndarray, *, kernel: np.ndarray) -> np.ndarray:
            return with_kernel(None, kernel).session.array(image)

        return {"deblur --kernel": deconvolve}

    def model(self, name: str) -> Model | None:
        """Returns the bundled or extra model of that name; None where there is none yet, or it needs a mask."""
        place = self.places().get(name)
        if place is None or "mask" in find(place).card.needs:
            return None
        return ganvas.load(place).session.array

    def places(self) -> dict[str, str | Path]:
        """Returns the names of bundled and extra models, and what each is loaded by."""
        bundled = {name: name for name in list_models() if not name.startswith("classical/")}
        return {**bundled, **self.extra}

    def table(
        self,
        protocol: ModuleType,
        place: str,
        *,
        dataset: str,
        classical: Mapping[str, Model],
        models: Mapping[str, Model],
        main: str,
        code: Sequence[str] = (),
        **settings: Any,
    ) -> EvaluationTable:
        """Returns the input, classical methods (kept) and models on one set.

        Args:
            protocol: module of ``ganvas.evaluate``.
            place: folder of the set inside the data.
            dataset: what the set is called.
            classical: methods whose rows do not change from run to run; absent ones are skipped.
            models: ours.
            main: the model that the table is about; the last one where it is not there.
            code: further files of the package that the kept rows depend on.
            settings: of the protocol.
        """
        folder = self.data / place

        def run(model: Model, name: str, beside: Mapping[str, Model]) -> EvaluationTable:
            return protocol.run(
                model, folder, name=name, dataset=dataset, baselines=beside, limit=self.limit, **settings
            )

        def unchanged(image: np.ndarray, **_: Any) -> np.ndarray:
            return image

        about = main if main in models else next(reversed(models), INPUT)
        table = run(models.get(about, unchanged), about, {n: m for n, m in models.items() if n != about})
        own = _code_of(protocol, code)
        rows = [row for row in table.rows if row.entrant == INPUT]
        for name, model in classical.items():
            if isinstance(model, Method) and f"classical/{model.name}" not in list_models():
                continue

            def compute(name: str = name, model: Model = model) -> list[Row]:
                return [row for row in run(model, name, {}).rows if row.entrant == name]

            digest = _digest(folder, own + (model.code() if isinstance(model, Method) else []))
            rows += self.kept.rows(f"{digest} {name} {sorted(settings.items())} {self.limit}", compute)
        rows += [row for name in models for row in table.rows if row.entrant == name]
        return replace(table, rows=rows, model=about)


def _code_of(protocol: ModuleType, code: Sequence[str]) -> list[Path]:
    assert protocol.__file__ is not None
    return [Path(protocol.__file__), *(_PACKAGE / name for name in (*_SHARED, *code))]


def _digest(folder: Path, code: Sequence[Path]) -> str:
    """Returns a digest of the images and of the code that treats and judges them."""
    digest = hashlib.sha256()
    for path in (*code, *sorted(p for p in folder.rglob("*") if p.is_file())):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()
