"""The target docs writes the site without a warning: guides, notebooks and the references of both languages."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(
    shutil.which("doxygen") is None or shutil.which("cmake") is None, reason="there is no doxygen or no cmake"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    build = tmp_path_factory.mktemp("site")
    for command in (
        ["cmake", "-S", ROOT, "-B", build, "-DPLSTM_GRAPH_ONLY=ON", "-DPLSTM_DOCS_RUN_NOTEBOOKS=OFF",
         f"-DPLSTM_DOCS_PYTHON={sys.executable}"],
        ["cmake", "--build", build, "--target", "docs"],
    ):  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return build / "docs" / "html"


def text_of(page: Path) -> str:
    return re.sub(r"<[^>]*>", "", page.read_text())


def test_the_main_page_leads_to_all_others(site):
    linked = set(re.findall(r'href="([\w-]+)\.html"', (site / "index.html").read_text()))
    guides = {path.stem for path in (ROOT / "docs").glob("*.md")} - {"README"}
    notebooks = {f"notebook-{path.stem}" for path in (ROOT / "python" / "notebooks").glob("*.ipynb")}
    assert guides | notebooks | {"python-reference", "annotated", "files"} <= linked


def test_links_lead_to_pages_and_headings(site):
    pages = [*site.glob("python*.html"), *site.glob("notebook-*.html"), *(site / f"{path.stem}.html" for path in (
        ROOT / "docs").glob("*.md") if path.stem != "README"), site / "index.html"]  # fmt: skip
    names = {}
    for page in pages:
        for name, anchor in re.findall(r'<a class="el" href="([^"#:]+)#?([^"]*)"', page.read_text()):
            assert (site / name).is_file(), f"{page.name} links to {name}"
            if name not in names:
                names[name] = set(re.findall(r'id="([^"]+)"', (site / name).read_text()))
            assert not anchor or anchor in names[name], f"{page.name} links to {name}#{anchor}"


def test_both_languages_are_there(site):
    assert "predict_interval" in text_of(site / "python-plstm-MoleculeRegressor.html")
    assert "graph_operator" in text_of(site / "python-plstm-torch.html")
    assert (site / "classplstm_1_1Dag.html").is_file()
    assert "without running notebooks" in text_of(site / "notebook-workflows.html")
