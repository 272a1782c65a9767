"""The blocks of Python on pages run, section by section, and lines that end in "# -> value" give this value."""

import ast
import importlib.util
import re
import warnings
from pathlib import Path

import pytest
from conftest import SMILES

import plstm

ROOT = Path(__file__).parents[2]


def sections(page: str) -> list[tuple[str, list[str]]]:
    """Titles of sections, and the blocks of those that have some."""
    parts = re.split(r"(?m)^## (.*)\n", "\n" + (ROOT / page).read_text())
    parts[0:1] = ["", parts[0]]
    found = [(title, re.findall(r"(?ms)^```python\n(.*?)^```$", text)) for title, text in zip(parts[::2], parts[1::2])]
    return [(title, blocks) for title, blocks in found if blocks]


def imports(code: str) -> set[str]:
    """Names of the packages that a block imports."""
    names = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module)
    packages = {name.split(".")[0] for name in names}
    return packages | ({"torch"} if "plstm.torch" in names else set())


def run(code: str, names: dict) -> None:
    """Runs a block and checks the values that it states."""
    lines = code.splitlines()
    for node in ast.parse(code).body:
        stated = re.fullmatch(r".*?  # -> (.*)", lines[node.end_lineno - 1])
        if isinstance(node, ast.Expr) and stated:
            value = eval(compile(ast.Expression(node.value), "block", "eval"), names)
            assert repr(value) == stated[1], lines[node.end_lineno - 1]
        else:
            exec(compile(ast.Module([node], []), "block", "exec"), names)


# What the block of README.md takes for granted.
GIVEN = {"README.md": {"smiles": SMILES, "y": list(range(len(SMILES)))}}


def cases() -> list:
    return [
        pytest.param(page, blocks, id=f"{page}: {title.partition(' (')[0]}")
        for page in ("README.md", "python/README.md", "docs/python.md")
        for title, blocks in sections(page)
    ]


@pytest.mark.parametrize(("page", "blocks"), cases())
def test_the_blocks_of_a_section_run(page, blocks, tmp_path, monkeypatch):
    missing = [name for name in imports("\n".join(blocks)) if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"there is no {', '.join(sorted(missing))}")
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "guide", **GIVEN.get(page, {})}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", plstm.MoleculeWarning)
        for block in blocks:
            run(block, names)


def test_every_page_has_blocks():
    assert {case.values[0] for case in cases()} == {"README.md", "python/README.md", "docs/python.md"}


def test_a_wrong_value_is_found():
    with pytest.raises(AssertionError):
        run("x = 1\nx + 1  # -> 3\n", {})
