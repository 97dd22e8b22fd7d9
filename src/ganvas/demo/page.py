"""One page that compares the pictures: no other file and no network is needed to read it."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Callable, Sequence
from html import escape
from importlib.resources import files
from statistics import mean
from string import Template

from ganvas.demo.cases import PHOTOS, Pixels
from ganvas.demo.restore import Outcome, Picture

__all__ = ["SPOTS", "page"]

_TASKS = {
    "upscale": "Upscale x4",
    "denoise": "Denoise",
    "dejpeg": "Remove JPEG blocks",
    "dehaze": "Dehaze",
    "brighten": "Brighten",
    "enhance": "Enhance",
    "restore": "Restore an old photo",
}
# Where the panes look first, as fractions of width and height: eyes, lettering, edges.
SPOTS = {
    "astronaut": (0.46, 0.22),
    "camera": (0.47, 0.22),
    "chelsea": (0.42, 0.36),
    "coffee": (0.62, 0.45),
    "rocket": (0.49, 0.55),
}


def page(outcomes: Sequence[Outcome], *, version: str, machine: str, seconds: float) -> str:
    """Returns the page as HTML.

    Args:
        outcomes: what was restored.
        version: of ganvas.
        machine: the computer, in words.
        seconds: how long the demo took.
    """
    photos = {PHOTOS[outcome.case.photo].title: PHOTOS[outcome.case.photo] for outcome in outcomes}
    return Template(_read("page.html")).substitute(
        style=_read("page.css"),
        script=_read("page.js"),
        version=escape(version),
        links="".join(f'<a href="#{o.case.name}">{escape(_heading(o))}</a>' for o in outcomes),
        summary=_summary(outcomes),
        summary_note="means over the photos below",
        sections="\n".join(_section(outcome) for outcome in outcomes),
        protocol="RGB, gray photos in gray, over the whole picture",
        machine=escape(machine),
        credits=escape("; ".join(f"{p.title} ({p.credit}, {p.terms})" for p in photos.values())),
        seconds=f"{seconds:.0f}",
    )


def _read(name: str) -> str:
    return files("ganvas.demo").joinpath(name).read_text(encoding="utf-8")


def _heading(outcome: Outcome) -> str:
    return f"{PHOTOS[outcome.case.photo].title}, {_TASKS[outcome.case.task].lower()}"


def _data_uri(pixels: Pixels) -> str:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="webp", lossless=True, method=2)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def _decibels(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) else "identical"


def _row(picture: Picture, best: tuple[float, float]) -> str:
    kind = ' class="ours"' if picture.kind == "ours" else ""
    cells = [
        f'<td class="best">{text}</td>' if value == top else f"<td>{text}</td>"
        for value, top, text in (
            (picture.psnr, best[0], _decibels(picture.psnr)),
            (picture.ssim, best[1], f"{picture.ssim:.3f}"),
        )
    ]
    time = f"{picture.seconds:.2f}" if picture.seconds else ""
    return f'<tr{kind}><th scope="row">{escape(picture.label)}</th>{"".join(cells)}<td>{time}</td></tr>'


def _table(pictures: Sequence[Picture], caption: str) -> str:
    scored = [picture for picture in pictures if picture.kind != "truth"]
    best = (max(picture.psnr for picture in scored), max(picture.ssim for picture in scored))
    rows = "".join(_row(picture, best) for picture in scored)
    head = "".join(f'<th scope="col">{name}</th>' for name in ("", "PSNR, dB", "SSIM", "seconds"))
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _summary(outcomes: Sequence[Outcome]) -> str:
    """One table per task: the mean of each kind of picture."""
    tables = []
    for task, title in _TASKS.items():
        chosen = [outcome for outcome in outcomes if outcome.case.task == task]
        if not chosen:
            continue
        means = [_mean([outcome.pictures[i] for outcome in chosen]) for i in range(len(chosen[0].pictures))]
        tables.append(_table(means, f"{title}, {len(chosen)} photo{'s' * (len(chosen) > 1)}"))
    return "\n".join(tables)


def _mean(pictures: Sequence[Picture]) -> Picture:
    def over(value: Callable[[Picture], float]) -> float:
        return mean(value(picture) for picture in pictures)

    return Picture(
        label=pictures[0].label,
        kind=pictures[0].kind,
        pixels=pictures[0].pixels,
        psnr=over(lambda p: p.psnr),
        ssim=over(lambda p: p.ssim),
        seconds=over(lambda p: p.seconds),
    )


def _section(outcome: Outcome) -> str:
    case, pictures = outcome.case, outcome.pictures
    height, width = pictures[-1].pixels.shape[:2]
    spot = SPOTS.get(case.photo, (0.5, 0.5))
    ours = max(i for i, picture in enumerate(pictures[:-1]) if picture.kind != "input")
    return f"""<section class="case" id="{case.name}" aria-labelledby="{case.name}-title"
 data-width="{width}" data-height="{height}" data-x="{spot[0]}" data-y="{spot[1]}">
<div class="heading"><span class="tag">{_TASKS[case.task]}</span>
<h2 id="{case.name}-title">{escape(PHOTOS[case.photo].title)}</h2><p class="soft">{escape(case.damage)}</p></div>
<div class="columns"><div>
<div class="stage" style="aspect-ratio: {width} / {height}"><img alt="" class="before"><img alt="" class="after">
<div class="window" hidden></div><div class="bar"></div>
<input type="range" min="0" max="100" step="0.5" value="50" aria-label="Divider between before and after"></div>
<div class="picks"><label>Left {_select(pictures, 0)}</label><label>Right {_select(pictures, ours)}</label></div>
</div><div class="scroll">{_table(pictures, f"{width} x {height} pixels")}</div></div>
<div class="zoom"><span class="soft">Linked panes: drag to move, or arrow keys, plus and minus</span>{_zooms()}</div>
<div class="panes">{"".join(_pane(picture, case.task, width, height) for picture in pictures)}</div>
</section>"""


def _select(pictures: Sequence[Picture], chosen: int) -> str:
    options = (
        f'<option value="{i}"{" selected" if i == chosen else ""}>{escape(picture.label)}</option>'
        for i, picture in enumerate(pictures)
    )
    return f"<select>{''.join(options)}</select>"


def _zooms() -> str:
    names = ((0, "Fit"), (1, "100 %"), (2, "200 %"), (4, "400 %"))
    return "".join(f'<button type="button" value="{zoom}">{name}</button>' for zoom, name in names)


def _pane(picture: Picture, task: str, width: int, height: int) -> str:
    small = ' class="pixels"' if picture.kind == "input" and task == "upscale" else ""
    score = f" · {_decibels(picture.psnr)} dB" if picture.kind != "truth" else ""
    label = escape(picture.label)
    source = _data_uri(picture.pixels)
    image = f'<img{small} alt="{label}" width="{width}" height="{height}" src="{source}">'
    caption = f"<figcaption>{label}{score}</figcaption>"
    return f'<figure><div class="pane" aria-label="{label}">{image}</div>{caption}</figure>'
