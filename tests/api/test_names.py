"""Names: what is walked, and that no two inputs share an output nor leave the folder."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ganvas.api.names import Source, assign, check_suffix, walk
from ganvas.core.errors import SettingsError


def _touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def _sources(*places: str) -> list[Source]:
    return [Source(Path("/in") / place, PurePosixPath(place), False) for place in places]


def _names(*places: str, suffix: str = "", extension: str = ".png") -> list[str]:
    return [str(p) for p in assign(_sources(*places), suffix=suffix, extension=lambda _: extension)]


def test_plain_names_are_stem_suffix_extension() -> None:
    assert _names("a.png", "b/c.jpg", suffix="_x4") == ["a_x4.png", "b/c_x4.png"]


def test_the_file_that_keeps_its_name_wins_and_the_other_carries_its_old_extension() -> None:
    assert _names("a.jpg", "a.png") == ["a.jpg.png", "a.png"]


def test_names_that_differ_in_case_only_are_kept_apart() -> None:
    names = _names("A.png", "a.png", "a.PNG")
    assert len({name.casefold() for name in names}) == 3


def test_composed_and_decomposed_letters_are_kept_apart() -> None:
    names = _names("\u00e9.png", "e\u0301.png")
    assert "-" in names[0] or "-" in names[1]


def test_a_file_gives_way_to_a_folder_of_its_output_name() -> None:
    names = _names("x.jpg", "x.png/y.png")
    assert names[1] == "x.png/y.png"
    assert names[0] == "x.jpg.png"


def test_the_private_folder_is_never_an_output() -> None:
    assert _names(".ganvas", extension="") != [".ganvas"]


def test_a_long_name_is_cut_and_stays_unique() -> None:
    names = _names("\u00fc" * 120 + "a.png", "\u00fc" * 120 + "b.png")
    assert len(set(names)) == 2
    assert all(len(os.fsencode(name)) < 200 for name in names)


_part = st.text(
    alphabet=st.one_of(
        st.sampled_from("aAbB.~- _\u00e9\u0301e\u00dfs\u0130\ufb01\u017f"),
        st.characters(exclude_characters="/\0", exclude_categories=("Cs",)),
    ),
    min_size=1,
    max_size=8,
).filter(lambda name: name not in (".", ".."))
_place = st.lists(_part, min_size=1, max_size=3).map(lambda parts: PurePosixPath(*parts))
_ending = st.sampled_from([".png", ".jpg", ".PNG", ""])


@given(st.lists(st.tuples(_place, _ending), max_size=12, unique_by=lambda pair: pair[0]), st.sampled_from(["", "_x4"]))
@example([(PurePosixPath("a.png"), ".png"), (PurePosixPath("a.jpg"), ".png"), (PurePosixPath("a.jpg.png"), ".png")], "")
@example([(PurePosixPath("A/b"), ".png"), (PurePosixPath("a/B"), ".png")], "")
def test_no_two_inputs_share_an_output_and_none_leaves_the_folder(
    items: list[tuple[PurePosixPath, str]], suffix: str
) -> None:
    sources = [Source(Path(f"/in/{i}"), place, False) for i, (place, _) in enumerate(items)]
    ending = {source: end for source, (_, end) in zip(sources, items, strict=True)}
    outputs = assign(sources, suffix=suffix, extension=lambda source: ending[source])
    folded = [str(output).casefold() for output in outputs]
    assert len(set(folded)) == len(folded)
    for source, output in zip(sources, outputs, strict=True):
        assert not output.is_absolute()
        assert ".." not in output.parts
        assert output.parent == source.place.parent
        assert output.name.endswith(ending[source])
        # An output is not a folder of another output.
        assert not any(str(other).casefold().startswith(f"{str(output).casefold()}/") for other in outputs)
    shuffled = dict(zip(reversed(sources), assign(sources[::-1], suffix=suffix, extension=ending.get), strict=True))
    assert [shuffled[source] for source in sources] == outputs


def test_a_folder_is_mirrored_in_order_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b.png", "a/c.png", ".hidden.png", ".git/d.png"):
        _touch(tmp_path / "in" / name)
    sources, problems = walk([tmp_path / "in"], output=None)
    assert [str(s.place) for s in sources] == ["a/c.png", "b.png"]
    assert not problems and not any(s.named for s in sources)


def test_several_paths_go_below_their_own_names(tmp_path: Path) -> None:
    _touch(tmp_path / "one" / "a.png")
    _touch(tmp_path / "two" / "a.png")
    _touch(tmp_path / "b.png")
    sources, _ = walk([tmp_path / "one", tmp_path / "two", tmp_path / "b.png"], output=None)
    assert [str(s.place) for s in sources] == ["one/a.png", "two/a.png", "b.png"]
    assert [s.named for s in sources] == [False, False, True]


def test_the_output_folder_inside_the_input_is_not_walked(tmp_path: Path) -> None:
    _touch(tmp_path / "a.png")
    _touch(tmp_path / "out" / "a.png")
    sources, _ = walk([tmp_path], output=tmp_path / "out")
    assert [str(s.place) for s in sources] == ["a.png"]


def test_links_out_of_the_folder_and_loops_are_left_out(tmp_path: Path) -> None:
    secret = _touch(tmp_path / "secret.png")
    root = tmp_path / "in"
    real = _touch(root / "real.png")
    (root / "escape.png").symlink_to(secret)
    (root / "loop").symlink_to(root)
    (root / "again.png").symlink_to(real)
    sources, problems = walk([root], output=None)
    assert len(sources) == 1 and sources[0].path.resolve() == real
    assert not problems


def test_a_path_given_twice_is_done_once(tmp_path: Path) -> None:
    path = _touch(tmp_path / "a.png")
    sources, _ = walk([path, tmp_path / "." / "a.png", tmp_path], output=None)
    assert len(sources) == 1


def test_what_is_missing_or_no_file_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    good = _touch(tmp_path / "a.png")
    os.mkfifo(tmp_path / "pipe")
    sources, problems = walk([tmp_path / "no", tmp_path / "pipe", good, Path("bad\0name")], output=None)
    assert [s.path for s in sources] == [good]
    assert [p.reason.split(":")[0] for p in problems[:2]] == ["does not exist", "is neither a file nor a folder"]
    assert len(problems) == 3


def test_an_unreadable_folder_is_told_and_the_rest_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _touch(tmp_path / "a.png")
    (tmp_path / "closed").mkdir()
    scandir = os.scandir

    def guarded(folder: Path) -> object:
        if Path(folder).name == "closed":
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", guarded)
    sources, problems = walk([tmp_path], output=None)
    assert [str(s.place) for s in sources] == ["a.png"]
    assert "Permission denied" in problems[0].reason


@pytest.mark.parametrize("suffix", ["/../x", "a\\b", "a\0"])
def test_a_suffix_cannot_lead_elsewhere(suffix: str) -> None:
    with pytest.raises(SettingsError, match="suffix"):
        check_suffix(suffix)
    assert check_suffix("_x4") == "_x4"


def test_surrogate_names_from_other_encodings_work() -> None:
    with tempfile.TemporaryDirectory() as folder:
        raw = os.fsencode(folder) + b"/caf\xe9.png"
        with open(raw, "wb") as file:
            file.write(b"x")
        sources, _ = walk([Path(folder)], output=None)
        assert os.fsencode(str(assign(sources, suffix="", extension=lambda _: ".png")[0])) == b"caf\xe9.png"
