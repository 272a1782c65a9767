"""Models of plstm-mol that read or predict something else than one molecule."""

import csv
import json
import subprocess

import numpy as np
import pytest

import plstm


def train(plstm_mol, folder, header, rows, *flags) -> None:
    with open(folder / "in.csv", "w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    command = [plstm_mol, "train", "-i", folder / "in.csv", "-o", folder / "run", *flags, "--epochs", "2",
               "--ensemble-size", "1", "--hidden-dim", "16", "--quiet"]  # fmt: skip
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def predicted(plstm_mol, folder, header, rows) -> list[dict[str, str]]:
    """What plstm-mol says."""
    with open(folder / "new.csv", "w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    command = [
        plstm_mol,
        "predict",
        "-i",
        folder / "new.csv",
        "--model-paths",
        folder / "run",
        "-o",
        folder / "out.csv",
    ]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with open(folder / "out.csv", newline="") as file:
        return list(csv.DictReader(file))


def test_columns_beside_molecules(plstm_mol, smiles, numbers, tmp_path):
    heat = np.linspace(10, 90, 20)
    train(plstm_mol, tmp_path, ["smiles", "heat", "y"], zip(smiles, heat, numbers + heat / 10), "--target-columns", "y",
          "--descriptors-columns", "heat")  # fmt: skip
    model = plstm.load(tmp_path / "run")
    wanted = [float(row["y"]) for row in predicted(plstm_mol, tmp_path, ["smiles", "heat"], zip(smiles, heat))]
    for columns in (heat, heat.tolist(), heat.reshape(-1, 1)):
        assert model.predict(smiles, columns=columns) == pytest.approx(wanted, rel=1e-5)
    assert model.predict(smiles, columns=heat[::-1]) != pytest.approx(wanted, rel=1e-5)
    low, high = model.predict_interval(smiles, 0.5, columns=heat).T
    assert (low <= high).all()
    assert np.isfinite(model.score(smiles, numbers, columns=heat))
    assert np.isfinite(model.fingerprint(smiles, columns=heat)).all()
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"other": numbers, "heat": heat})
    assert model.predict(smiles, columns=table) == pytest.approx(wanted, rel=1e-5)
    with pytest.raises(plstm.ConfigError, match="heat"):
        model.predict(smiles)
    for bad in (heat[:-1], np.ones((20, 2)), 3.0):
        with pytest.raises(plstm.ShapeError, match="columns"):
            model.predict(smiles, columns=bad)
    with pytest.raises(TypeError):
        model.predict(smiles, columns=["a"] * 20)
    with pytest.raises(plstm.ConfigError):
        model.explain(smiles)


def test_no_columns_are_read_where_there_are_none(regressor, smiles):
    with pytest.raises(plstm.ConfigError, match="no columns"):
        regressor.predict(smiles, columns=[1.0] * 20)


def test_several_molecules_a_row(plstm_mol, smiles, numbers, tmp_path):
    pairs = list(zip(smiles, smiles[::-1]))
    rows = [(*pair, y) for pair, y in zip(pairs, numbers)]
    train(plstm_mol, tmp_path, ["a", "b", "y"], rows, "--target-columns", "y", "--smiles-columns", "a", "b")
    model = plstm.load(tmp_path / "run")
    wanted = [float(row["y"]) for row in predicted(plstm_mol, tmp_path, ["a", "b"], pairs)]
    for given in (pairs, [list(pair) for pair in pairs], np.array(pairs), np.array(pairs, dtype=object)):
        assert model.predict(given) == pytest.approx(wanted, rel=1e-5)
    with pytest.warns(plstm.MoleculeWarning, match="row 1"):
        values = model.predict([pairs[0], ("?", "C"), (None, "C")])
    assert np.isnan(values).tolist() == [False, True, True]
    assert set(model.last_errors) == {1, 2}
    for bad in (smiles, [("C", "C", "C")], ["CC", "CC"], [("C", "C"), ("C",)]):
        with pytest.raises(plstm.ShapeError, match="expected 2 SMILES"):
            model.predict(bad)
    with pytest.raises(TypeError):
        model.predict("CC")
    assert model.predict([]).shape == (0,)


@pytest.mark.parametrize("things", ["atom", "bond"])
def test_values_of_atoms_and_bonds(plstm_mol, smiles, things, tmp_path):
    """One array for each molecule, in the order of its SMILES."""
    smiles = [text for text in smiles if text not in ("C",)]
    flag = f"--{things}-target-columns"
    counts = {"CCO": (3, 2), "c1ccncc1": (6, 6), "C": (1, 0)}

    def values_of(text):
        from_text = sum(letter.isalpha() and letter.lower() != "l" for letter in text)
        rings = sum(letter.isdigit() for letter in text) // 2
        return from_text if things == "atom" else from_text - 1 + rings

    rows = [(text, str([float(i) for i in range(values_of(text))])) for text in smiles]
    train(plstm_mol, tmp_path, ["smiles", "y"], rows, flag, "y", "--task-type", "regression")
    model = plstm.load(tmp_path / "run")
    assert model.level_ == ("node" if things == "atom" else "edge")
    with pytest.warns(plstm.MoleculeWarning, match="row 3"):
        values = model.predict([*counts, "?"])
    assert [len(part) for part in values[:3]] == [pair[things == "bond"] for pair in counts.values()]
    assert values[3] is None
    assert all(np.isfinite(part).all() for part in values[:3])
    with pytest.raises(plstm.ConfigError, match="atom|bond"):
        model.predict_interval(["CCO"])
    assert model.predict([]) == []
    said = predicted(plstm_mol, tmp_path, ["smiles"], [["CCO"], ["c1ccncc1"]])
    wanted = [number for row in said for number in json.loads(row["y"])]
    assert np.concatenate(values[:2]) == pytest.approx(wanted, rel=1e-5)
