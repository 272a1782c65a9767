"""What a plain installation has: NumPy alone."""

import importlib.util
import subprocess
import sys
import textwrap

import pytest

import plstm

HEAVY = ["sklearn", "pandas", "networkx", "torch", "scipy", "tqdm"]


def run(program: str) -> str:
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_importing_imports_nothing_large():
    assert run(f"import sys, plstm; print([name for name in {HEAVY} if name in sys.modules])") == "[]"


def test_all_names_are_there():
    for name in plstm.__all__:
        assert getattr(plstm, name).__doc__, name
        assert name in dir(plstm)
    with pytest.raises(AttributeError, match="nothing"):
        plstm.nothing  # noqa: B018


def test_estimators_work_without_scikit_learn():
    said = run("""
        import sys
        for name in ("sklearn", "pandas", "tqdm"):
            sys.modules[name] = None  # importing it fails
        import pickle
        import plstm
        model = plstm.MoleculeRegressor(members=1, epochs=1, width=8, verbose=1)
        print(model, model.get_params()["epochs"])
        print(model.set_params(width=16).width)
        smiles = ["C" * i for i in range(1, 12)]
        try:
            model.predict(smiles)
        except ValueError as error:
            print("not fitted" in str(error))
        model.fit(smiles, range(1, 12))
        print(pickle.loads(pickle.dumps(model)).predict(smiles).shape)
        try:
            model.set_params(speed=1)
        except ValueError as error:
            print(error)
        labels = plstm.MoleculeClassifier(members=1, epochs=1, width=8).fit(smiles, [0, 1] * 5 + [0])
        print(labels.predict_proba(smiles).shape, labels.score(smiles, [0, 1] * 5 + [0]) >= 0)
    """)
    lines = said.splitlines()
    assert lines[0] == "MoleculeRegressor(epochs=1, members=1, verbose=1, width=8) 1"
    assert lines[1:4] == ["16", "True", "(11,)"]
    assert "speed" in lines[4]
    assert lines[5] == "(11, 2) True"


def test_torch_is_optional():
    if importlib.util.find_spec("torch") is not None:
        pytest.skip("torch is installed")
    with pytest.raises(ImportError):
        import plstm.torch  # noqa: F401


def test_types_are_published():
    from importlib import resources

    assert (resources.files("plstm") / "py.typed").is_file()
    stub = resources.files("plstm") / "_plstm.pyi"
    assert "class ConfigError(Error, ValueError)" in stub.read_text()
    assert "class Dag" in stub.read_text()
