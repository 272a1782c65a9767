"""Models move between Python and plstm-mol."""

import csv
import subprocess

import numpy as np
import pytest
from conftest import QUICK

import plstm


def run(*command) -> None:
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def write_table(path, smiles, values) -> None:
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["smiles", "y"])
        writer.writerows(zip(smiles, values))


def read_column(path, name) -> list[str]:
    with open(path, newline="") as file:
        return [row[name] for row in csv.DictReader(file)]


def test_plstm_mol_reads_what_python_saved(plstm_mol, regressor, smiles, numbers, tmp_path):
    regressor.save(tmp_path / "model.safetensors")
    write_table(tmp_path / "in.csv", smiles, numbers)
    run(plstm_mol, "predict", "-i", tmp_path / "in.csv", "--model-paths", tmp_path / "model.safetensors",
        "-o", tmp_path / "out.csv")  # fmt: skip
    said = [float(value) for value in read_column(tmp_path / "out.csv", "target")]
    assert said == pytest.approx(regressor.predict(smiles), rel=1e-5)


def test_python_reads_a_run_of_plstm_mol(plstm_mol, smiles, numbers, tmp_path):
    write_table(tmp_path / "in.csv", smiles, numbers)
    run(plstm_mol, "train", "-i", tmp_path / "in.csv", "-o", tmp_path / "run", "--target-columns", "y", "--epochs", "2",
        "--ensemble-size", "2", "--hidden-dim", "16", "--quiet")  # fmt: skip
    (tmp_path / "new.csv").write_text("\n".join(["smiles", *smiles]) + "\n")
    run(plstm_mol, "predict", "-i", tmp_path / "new.csv", "--model-paths", tmp_path / "run", "-o", tmp_path / "out.csv")
    model = plstm.load(tmp_path / "run")
    assert isinstance(model, plstm.MoleculeRegressor)
    assert model.target_names_ == ["y"]
    said = [float(value) for value in read_column(tmp_path / "out.csv", "y")]
    assert model.predict(smiles) == pytest.approx(said, rel=1e-5)


def test_classes_move_too(plstm_mol, smiles, tmp_path):
    labels = np.array(["toxic", "safe"] * 10)
    model = plstm.MoleculeClassifier(**QUICK).fit(smiles, labels)
    model.save(tmp_path / "model.safetensors")
    write_table(tmp_path / "in.csv", smiles, labels)
    run(plstm_mol, "predict", "-i", tmp_path / "in.csv", "--model-paths", tmp_path / "model.safetensors",
        "-o", tmp_path / "out.csv")  # fmt: skip
    said = [float(value) for value in read_column(tmp_path / "out.csv", "target")]
    assert said == pytest.approx(model.predict_proba(smiles)[:, 1], rel=1e-5)


def test_the_same_training_gives_the_same_model(plstm_mol, smiles, numbers, tmp_path):
    """Of the same rows, split and seed."""
    write_table(tmp_path / "in.csv", smiles, numbers)
    (tmp_path / "split.json").write_text(
        '[{"train": [%s], "val": [0, 1, 2, 3], "test": []}]' % ", ".join(str(i) for i in range(4, 20))
    )
    run(plstm_mol, "train", "-i", tmp_path / "in.csv", "-o", tmp_path / "run", "--target-columns", "y", "--epochs", "2",
        "--ensemble-size", "1", "--hidden-dim", "16", "--quiet", "--splits-file", tmp_path / "split.json")  # fmt: skip
    model = plstm.MoleculeRegressor(**QUICK).fit(smiles, numbers, validation=[0, 1, 2, 3])
    assert np.array_equal(plstm.load(tmp_path / "run").predict(smiles), model.predict(smiles))
