"""Notebooks are committed without outputs, and run."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "python" / "notebooks").glob("*.ipynb"))

# What their cells must say, whatever the machine computes.
SAID = {
    "activities": ["1017 molecules", "lie in their interval", "ring 1 at character 2 is never closed", "True"],
    "operator": ["[1.0, 1.0, 1.0, 2.0, 2.0]", "True", "accuracy 1.000 at 20 nodes"],
    "workflows": ["Graph(num_nodes=6, num_edges=", "network ", "task  0: "],
}

spec = importlib.util.spec_from_file_location("notebook_pages", ROOT / "docs" / "notebook_pages.py")
pages = importlib.util.module_from_spec(spec)
spec.loader.exec_module(pages)

each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(path: Path) -> list[dict]:
    return json.loads(path.read_text())["cells"]


def test_there_are_notebooks():
    assert [path.stem for path in NOTEBOOKS] == sorted(SAID)


@each
def test_outputs_are_not_committed(path):
    for cell in cells(path):
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [] and cell["execution_count"] is None, "clear all outputs"


@each
def test_a_text_stands_before_each_piece_of_code(path):
    kinds = [cell["cell_type"] for cell in cells(path)]
    assert kinds[0] == "markdown"
    assert all(not (a == b == "code") for a, b in zip(kinds, kinds[1:]))


@each
def test_a_notebook_runs(path, monkeypatch):
    missing = pages.lacks(json.loads(path.read_text()))
    if missing:
        pytest.skip(f"there is no {missing}")
    notebook = pages.run(path)
    text = pages.page(notebook, path.stem, Path(), "")
    for said in SAID[path.stem]:
        assert said in text


@each
def test_a_page_without_outputs_says_why(path, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(pages, "RUNNERS", ["no_such_package"])
    monkeypatch.setattr(sys, "argv", ["notebook_pages.py", str(tmp_path), str(path)])
    assert pages.main() == 0
    assert "no_such_package" in capsys.readouterr().out
    text = (tmp_path / f"notebook-{path.stem}.md").read_text()
    assert text.startswith("# Notebook: ") and "without no_such_package" in text
    assert text.count("```python\n") == sum(cell["cell_type"] == "code" for cell in cells(path))


def test_outputs_become_text_and_pictures(tmp_path):
    printed = {"output_type": "stream", "name": "stdout", "text": ["a\n"]}
    picture = {"output_type": "display_data", "data": {"image/png": "aGVsbG8=", "text/plain": "<Figure>"}}
    code = {"cell_type": "code", "source": "draw()", "outputs": [printed, printed, picture]}
    text = pages.page({"cells": [code]}, "notebook-x", tmp_path, "")
    assert "```\na\na\n```" in text and "![](notebook-x-0-1.png)" in text
    assert (tmp_path / "notebook-x-0-1.png").read_bytes() == b"hello"
