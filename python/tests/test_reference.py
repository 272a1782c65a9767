"""Every public name has a docstring, and the reference is written of them."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

import plstm

SCRIPT = Path(__file__).parents[2] / "docs" / "python_reference.py"


@pytest.fixture(scope="module")
def reference():
    spec = importlib.util.spec_from_file_location("python_reference", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where its data classes look for their module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("pages")
    subprocess.run([sys.executable, SCRIPT, folder], check=True)
    return {path.stem: path.read_text() for path in folder.glob("*.md")}


def test_every_public_name_has_a_docstring(reference):
    assert reference.undocumented(reference.read_modules()) == []


def test_all_public_names_are_there(reference):
    ours, ours_in_torch = reference.read_modules()
    assert sorted(item.name for item in [*ours.classes, *ours.errors, *ours.functions]) == sorted(plstm.__all__)
    assert {"GraphLayer", "OperatorGraph"} <= {item.name for item in ours_in_torch.classes}
    assert "graph_operator" in {item.name for item in ours_in_torch.functions}


def test_a_missing_docstring_is_found(reference):
    modules = reference.read_modules()
    by_name = {item.name: item for item in modules[0].classes}
    by_name["Dag"].doc = ""
    by_name["MoleculeRegressor"].members[0].doc = ""
    name = by_name["MoleculeRegressor"].members[0].name
    assert sorted(reference.undocumented(modules)) == ["plstm.Dag", f"plstm.MoleculeRegressor.{name}"]


def test_pages_have_signatures_types_and_texts(pages):
    dag = pages["python-plstm-Dag"]
    assert "Dag(edges: object, num_nodes: int | None = None, *, parallel_edges: bool = False)" in dag
    assert "@property\nnum_nodes -> int" in dag
    assert "@staticmethod\nfrom_networkx(graph: object) -> Dag" in dag
    assert "Raises GraphError naming the first edge that is not allowed" in dag
    regressor = pages["python-plstm-MoleculeRegressor"]
    assert "    members: int | None = None,\n" in regressor and "- `members`: networks" in regressor
    for method in ("fit", "predict", "predict_interval", "explain", "fingerprint", "save", "load"):
        assert f"\n## {method}\n" in regressor
    assert "get_params" not in regressor  # those of scikit-learn are not ours
    assert "| `FileError` | `Error`, `OSError` |" in pages["python-plstm"]
    assert "## forward\n\n```python\nforward(x: torch.Tensor, graph: Graphs)" in pages["python-plstm-torch-GraphLayer"]


def test_text_is_not_taken_for_marks(reference):
    assert reference.prose("a < b * c [N, F] max_degree") == "a &lt; b \\* c `[N, F]` `max_degree`"
    assert reference.prose("`<-` of fit() and x[i]") == "`<-` of `fit()` and `x[i]`"
    assert (
        reference.markdown("Says.\n\n    a, b: one\n        more\n    c: two")
        == "Says.\n\n- `a, b`: one more\n- `c`: two"
    )


def test_without_plstm_one_page_says_so(tmp_path):
    """An interpreter that does not find the package, as it sees its own libraries alone."""
    done = subprocess.run(
        [sys.executable, "-S", "-E", SCRIPT, tmp_path], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "left out" in done.stdout and len(done.stdout.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["python-reference.md"]
