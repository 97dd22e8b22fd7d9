"""Rules about the source text that no linter of the project states."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

LONGEST_FILE = 320
EDGES = {"__main__", "cli", "demo"}

# Running text as code, and every loader that may: torch.load and joblib unpickle, numpy does when allowed to.
FORBIDDEN_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
FORBIDDEN_CALLS = {"eval", "exec", "__import__", "torch.load", "torch.jit.load", "os.system"}


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_every_module_says_what_it_is(sources: list) -> None:
    assert [source.name for source in sources if not ast.get_docstring(source.tree)] == []


def test_no_module_is_long(sources: list) -> None:
    lengths = {source.name: source.text.count("\n") for source in sources}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_every_public_function_and_class_has_a_docstring(sources: list) -> None:
    bare = [
        f"{source.name}.{node.name}"
        for source in sources
        for node in source.tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert bare == []


def test_nothing_loads_code_from_data(sources: list) -> None:
    found = []
    for source in sources:
        roots = {name.split(".")[0] for name in _imported(source.tree)}
        found += [f"{source.name} imports {name}" for name in roots & FORBIDDEN_MODULES]
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Call):
                continue
            # With weights_only torch's own reader names tensors and nothing else.
            restricted = any(
                keyword.arg == "weights_only" and ast.unparse(keyword.value) == "True" for keyword in node.keywords
            )
            if _dotted(node.func) in FORBIDDEN_CALLS and not (restricted and _dotted(node.func) == "torch.load"):
                found.append(f"{source.name}:{node.lineno} calls {_dotted(node.func)}")
            if any(keyword.arg in {"allow_pickle", "shell"} for keyword in node.keywords):
                found.append(f"{source.name}:{node.lineno} passes allow_pickle or shell")
    assert found == []


def test_only_the_edges_print_or_exit(sources: list) -> None:
    found = [
        f"{source.name}:{node.lineno}"
        for source in sources
        if source.floor not in EDGES
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and _dotted(node.func) in {"print", "sys.exit", "exit", "quit", "os._exit"}
    ]
    assert found == []


def test_no_options_are_passed_through_unnamed(sources: list) -> None:
    """``**kwargs`` hides what a function takes; only Python's own class hook needs it."""
    found = [
        f"{source.name}.{node.name}"
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef) and node.args.kwarg and node.name != "__init_subclass__"
    ]
    assert found == []


def test_no_method_is_named_outside_its_file(sources: list) -> None:
    """Discovery is by file name: only recipes, which are a method with settings, name one."""
    classes = {
        node.name: source.name
        for source in sources
        if source.floor == "methods"
        for node in source.tree.body
        if isinstance(node, ast.ClassDef)
    }
    assert len(classes) >= 5, "the methods were not found"
    found = []
    for source in sources:
        if source.floor in {"methods", "recipes"}:
            continue
        names = {node.id for node in ast.walk(source.tree) if isinstance(node, ast.Name)}
        found += [f"{source.name} names {name}" for name in names & set(classes)]
        imports = {name for name in _imported(source.tree) if name.startswith("ganvas.methods.")}
        found += [f"{source.name} imports {name}" for name in imports]
    assert found == []


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX"])
def test_nothing_is_promised(sources: list, word: str) -> None:
    assert [source.name for source in sources if word in source.text] == []


def test_tests_mirror_the_floors(root: Path, sources: list) -> None:
    floors = {source.floor for source in sources} | {"architecture", "contracts", "learn"}
    folders = {path.name for path in (root / "tests").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders <= floors, "a folder of tests/ without its floor in src/ganvas"
