"""A wheel of python/wheel.sh uses its own libraries alone, and does not meet those of an `rdkit` in the same process."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

import plstm

PACKAGE = Path(plstm.__file__).parent

pytestmark = pytest.mark.skipif(
    not (PACKAGE.parent / "plstm.libs").is_dir(), reason="the wheel uses the libraries of the system"
)

NAMES = ("libRDKit", "libtbb", "libboost", "libfmt")

USE_PLSTM = """
import plstm, warnings
warnings.simplefilter("ignore")
smiles = ["C" * n + end for n in range(1, 9) for end in ("", "O", "N", "c1ccccc1", "C(=O)O")]
model = plstm.MoleculeRegressor(members=1, epochs=2, width=16).fit(smiles, [float(len(s)) for s in smiles])
print("values", model.predict(["CCO", "c1ccccc1O", "C[C@H](N)C(=O)O", "?"]).tolist())
print("warnings", model.warnings(["[Xe]"])[0] != "", model.explain(["CCO"])[0].error)
"""

USE_RDKIT = """
from rdkit import Chem, rdBase
from rdkit.Chem import AllChem, Descriptors, Draw
molecule = Chem.AddHs(Chem.MolFromSmiles("C[C@H](N)C(=O)O"))
assert AllChem.EmbedMolecule(molecule, randomSeed=1) == 0
print("rdkit", rdBase.rdkitVersion, Chem.CanonSmiles("OC(=O)[C@@H](N)C"), len(Descriptors.CalcMolDescriptors(molecule)))
assert Chem.MolFromSmiles("C(") is None
try:
    Chem.SanitizeMol(Chem.MolFromSmiles("CN(C)(C)C", sanitize=False))
except Chem.AtomValenceException:
    print("rdkit raises its own exceptions")
molecule.SetProp("name", "alanine")
print(molecule.GetPropsAsDict()["name"], Draw.rdMolDraw2D.MolToSVG(molecule)[:5] if hasattr(Draw, "rdMolDraw2D") else "")
"""

MAPS = """
print("maps", sorted({line.split()[-1] for line in open("/proc/self/maps") if ".so" in line}))
"""


def run(*parts: str, **variables: str) -> dict[str, str]:
    """What the lines of a new process begin with, and the rest of each."""
    kept = {name: value for name, value in os.environ.items() if name not in ("RDBASE", "LD_LIBRARY_PATH")}
    environment = {**kept, **variables}
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", "\n".join(parts)], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)


@pytest.fixture(scope="module")
def alone() -> dict[str, str]:
    return run(USE_PLSTM, MAPS)


def loaded(lines: dict[str, str]) -> list[str]:
    return [path for path in eval(lines["maps"]) if any(Path(path).name.startswith(name) for name in NAMES)]


def test_no_library_of_the_system_is_used(alone):
    libraries = loaded(alone)
    assert any("libRDKit" in path for path in libraries) and any("libtbb" in path for path in libraries)
    assert {Path(path).parent for path in libraries} == {PACKAGE.parent / "plstm.libs"}


def test_data_travel_with_the_wheel():
    assert (PACKAGE / "RDKit" / "Data" / "FragmentDescriptors.csv").stat().st_size > 1000
    assert (PACKAGE / "pretrained" / "molecules.safetensors").stat().st_size > 100_000


def test_data_of_another_rdkit_are_not_read(alone, tmp_path):
    """Features would be others, where its list of functional groups is another one."""
    (tmp_path / "Data").mkdir()
    (tmp_path / "Data" / "FragmentDescriptors.csv").write_text("fr_C\tcarbon\t[#6]\n")
    assert run(USE_PLSTM, RDBASE=str(tmp_path))["values"] == alone["values"]


@pytest.mark.skipif(importlib.util.find_spec("rdkit") is None, reason="there is no rdkit")
@pytest.mark.parametrize("order", ["rdkit first", "plstm first", "in turns"])
def test_beside_another_rdkit(alone, order):
    rdkit = run(USE_RDKIT)
    parts = {
        "rdkit first": ["import rdkit.Chem", "import plstm", USE_RDKIT, USE_PLSTM],
        "plstm first": ["import plstm", USE_PLSTM, USE_RDKIT],
        "in turns": [USE_PLSTM, USE_RDKIT, USE_PLSTM, USE_RDKIT],
    }[order]
    lines = run(*parts, MAPS)
    assert {key: lines[key] for key in rdkit} == rdkit
    assert lines["values"] == alone["values"]
    folders = {Path(path).parent for path in loaded(lines)}
    assert folders == {PACKAGE.parent / "plstm.libs", PACKAGE.parent / "rdkit.libs"}
