"""Applying a model to one picture, whatever kind it comes in; the same kind comes out."""

from __future__ import annotations

import io
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from ganvas.api import arrays, catalog
from ganvas.api.formats import Formats, checked_format
from ganvas.api.job import Job
from ganvas.api.load import Model
from ganvas.api.outcome import Observer, Outcome, Status, Summary, reason_of
from ganvas.api.render import Progress, render
from ganvas.api.work import prepare
from ganvas.core.errors import SettingsError, UnsafeOutput

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["Kind", "apply", "apply_file", "apply_stream", "apply_to", "goes_to_file"]

Kind = Any  # str | Path | bytes | PIL.Image.Image | np.ndarray, and the same kind back


def apply(
    model: Model,
    image: Kind,
    *,
    scale: float | None,
    strength: float,
    controls: Mapping[str, float],
    output: str | Path | None,
    overwrite: bool,
) -> Kind:
    """Returns the picture by a loaded model, as its own task does it."""
    work = prepare(catalog.task(model.card.task), model=model, scale=scale, strength=strength, controls=controls)
    return apply_to(work, image, output=output, overwrite=overwrite)


def apply_to(job: Job, image: Kind, *, output: str | Path | None, overwrite: bool) -> Kind:
    """Returns the picture by the job, of the kind that was given; with ``output`` the path of the file written.

    Raises:
        GanvasError: the picture, the model or the settings do not allow it.
        OSError: ``output`` cannot be written.
    """
    from ganvas.io.picture import open_picture

    if isinstance(image, str | Path):
        if output is None:
            return _to_pil(job, Path(image).expanduser())
        target = Path(output).expanduser()
        _write(job, Path(image).expanduser(), target, overwrite=overwrite)
        return target
    if output is not None:
        raise SettingsError("An output file is only for a picture given by its path: save the result yourself.")
    if isinstance(image, bytes | bytearray | memoryview):
        target_bytes = io.BytesIO()
        with open_picture(bytes(image), limits=job.options.limits()) as picture:
            render(job, picture, target_bytes, format=Formats(job.options.format).choose(picture.info))
        return target_bytes.getvalue()
    if isinstance(image, np.ndarray):
        return arrays.apply(job, image)
    if arrays.is_pil(image):
        return arrays.apply_pil(job, image)
    raise SettingsError(f"A {type(image).__name__} is no picture: give a path, bytes, a PIL image or a numpy array.")


def _to_pil(job: Job, path: Path) -> Image:
    """The result as a PIL image that holds what its file would."""
    from PIL import Image

    from ganvas.io.picture import open_picture

    target = io.BytesIO()
    with open_picture(path, limits=job.options.limits()) as picture:
        # PNG keeps every pixel; float pictures need TIFF.
        render(job, picture, target, format="tiff" if picture.info.bits == 32 else "png")
    target.seek(0)
    image = Image.open(target)
    image.load()
    return image


def goes_to_file(paths: Sequence[Path], output: Path) -> bool:
    """Returns whether OUT is the name of one file: there is one picture, and OUT ends like a picture's name.

    Raises:
        SettingsError: OUT ends like a picture's name, but several would have to go there.
    """
    from ganvas.io.info import format_of_name

    if output.is_dir() or format_of_name(output.name) is None:
        return False
    if len(paths) == 1 and not paths[0].is_dir():
        return True
    if output.exists() or len(paths) > 1:
        raise SettingsError(f"Several pictures cannot go into one file {output}: name a folder.")
    return False


def apply_file(job: Job, source: Path, output: Path, *, overwrite: bool, dry_run: bool, observer: Observer) -> Summary:
    """Writes the result of one file to another and returns what became of it; errors are told, not raised.

    Args:
        overwrite: the output may be the original itself. Another file of that name, being named, is replaced anyway.
    """
    start = time.perf_counter()
    observer.began(1)
    status: Status = "planned"
    error: Exception | None = None
    notes: list[str] = []
    try:
        _check_output(source, output, overwrite=overwrite)
        if not source.exists():
            raise FileNotFoundError(2, "there is no such file", str(source))
        if not dry_run:
            notes = _write(job, source, output, overwrite=overwrite, progress=observer.advanced)
            status = "done"
    except Exception as raised:
        status, error = "failed", raised
    outcome = Outcome(
        input=str(source),
        output=None if error else str(output),
        status=status,
        reason=reason_of(error) if error else "",
        seconds=time.perf_counter() - start,
        notes=tuple(notes),
        error=error,
    )
    observer.ended(outcome)
    report = job.report if status == "done" else {}
    return Summary(outcomes=(outcome,), seconds=outcome.seconds, report=report)


def apply_stream(job: Job, source: BinaryIO | Path, target: BinaryIO | Path, *, overwrite: bool) -> Summary:
    """Writes the result of a stream or file to a stream or file.

    Raises:
        GanvasError: the picture, the model or the settings do not allow it.
        OSError: the target cannot be written.
    """
    from ganvas.io.picture import open_picture

    start = time.perf_counter()
    if isinstance(target, Path):
        if isinstance(source, Path):
            _check_output(source, target, overwrite=overwrite)
        chosen = _format_for(target, job.options.format)
    else:
        chosen = "auto"
    with open_picture(source, limits=job.options.limits()) as picture:
        if chosen == "auto":
            chosen = Formats(job.options.format).choose(picture.info)
        notes = render(job, picture, target, format=chosen)
    outcome = Outcome(
        input=str(source) if isinstance(source, Path) else "-",
        output=str(target) if isinstance(target, Path) else "-",
        status="done",
        seconds=time.perf_counter() - start,
        notes=tuple(notes),
    )
    return Summary(outcomes=(outcome,), seconds=outcome.seconds, report=job.report)


def _write(job: Job, source: Path, target: Path, *, overwrite: bool, progress: Progress | None = None) -> list[str]:
    from ganvas.io.picture import open_picture

    _check_output(source, target, overwrite=overwrite)
    chosen = _format_for(target, job.options.format)
    with open_picture(source, limits=job.options.limits()) as picture:
        target.parent.mkdir(parents=True, exist_ok=True)
        return render(job, picture, target, format=chosen, progress=progress)


def _check_output(source: Path, target: Path, *, overwrite: bool) -> None:
    if target.is_dir():
        raise UnsafeOutput(f"{target} is a folder: name the file to write.")
    if not overwrite and target.exists() and source.exists() and target.samefile(source):
        raise UnsafeOutput(f"{target} is the original itself: name another file, or allow it with --overwrite.")


def _format_for(target: Path, requested: str) -> str:
    """The format of a named output: what its name says, which a format asked for must not contradict."""
    from ganvas.io.info import OUTPUT_FORMATS, format_of_name

    named, asked = format_of_name(target.name), checked_format(requested)
    if named is not None and asked not in ("auto", named):
        raise SettingsError(f"{target.name} names another format than --format {asked}: change one of them.")
    if asked == "auto" and named is not None and named not in OUTPUT_FORMATS:
        raise SettingsError(f"Cannot write {named} pictures: choose one of {', '.join(OUTPUT_FORMATS)}.")
    return named or asked
