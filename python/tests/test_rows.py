"""fit() with numbers beside molecules, several molecules a row, and targets of atoms and bonds."""

import csv
import json
import pickle
import subprocess

import numpy as np
import pytest
from conftest import QUICK, SMILES

import plstm

HEAT = np.linspace(10, 90, len(SMILES))
NUMBERS = np.array([float(len(text)) for text in SMILES]) + HEAT / 10
PAIRS = list(zip(SMILES, SMILES[::-1]))

# Of each molecule the number of its atoms and bonds.
MOLECULES = {
    "CCO": (3, 2), "c1ccncc1": (6, 6), "C": (1, 0), "CC#N": (3, 2), "C1CCCC1": (5, 5), "OCC(O)CO": (6, 5),
    "CC(C)C": (4, 3), "O=C=O": (3, 2), "CCN": (3, 2), "CSC": (3, 2), "CCCl": (3, 2), "CCCC": (4, 3),
}  # fmt: skip


def things_of(target: str) -> list[np.ndarray]:
    place = 0 if target == "atom" else 1
    return [np.arange(counts[place], dtype=float) for counts in MOLECULES.values()]


def run_of_program(plstm_mol, folder, header, rows, *flags):
    """The folder of the run of plstm-mol on these rows, of which the first four validate."""
    with open(folder / "in.csv", "w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    split = {"train": list(range(4, len(rows))), "val": [0, 1, 2, 3], "test": []}
    (folder / "split.json").write_text(json.dumps([split]))
    command = [
        plstm_mol, "train", "-i", folder / "in.csv", "-o", folder / "run", *flags, "--epochs", "2",
        "--ensemble-size", "1", "--hidden-dim", "16", "--quiet", "--splits-file", folder / "split.json",
    ]  # fmt: skip
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "run"


def test_columns_are_learnt(smiles):
    model = plstm.MoleculeRegressor(**QUICK).fit(smiles, NUMBERS, columns=HEAT)
    values = model.predict(smiles, columns=HEAT)
    assert values.shape == (20,) and np.isfinite(values).all()
    assert not np.array_equal(values, model.predict(smiles, columns=HEAT[::-1]))
    again = plstm.MoleculeRegressor(**QUICK).fit(smiles, NUMBERS, columns=HEAT.reshape(-1, 1).tolist())
    assert np.array_equal(again.predict(smiles, columns=HEAT), values)
    assert np.isfinite(model.score(smiles, NUMBERS, columns=HEAT))
    missing = HEAT.copy()
    missing[3] = np.nan
    assert np.isfinite(model.fit(smiles, NUMBERS, columns=missing).predict(smiles, columns=missing)).all()
    with pytest.raises(plstm.ConfigError, match="column_1"):
        model.predict(smiles)
    for bad in (HEAT[:-1], np.ones((20, 0)), np.ones((20, 1, 1)), 3.0):
        with pytest.raises(plstm.ShapeError, match="columns"):
            model.fit(smiles, NUMBERS, columns=bad)
    with pytest.raises(TypeError):
        model.fit(smiles, NUMBERS, columns=["warm"] * 20)
    with pytest.raises(plstm.ConfigError, match="infinite"):
        model.fit(smiles, NUMBERS, columns=np.append(HEAT[:-1], np.inf))
    assert np.array_equal(pickle.loads(pickle.dumps(again)).predict(smiles, columns=HEAT), values)


def test_rows_that_cannot_be_read_take_their_columns_with_them(smiles):
    heat = np.append(HEAT, 1e6)
    with pytest.warns(plstm.MoleculeWarning, match="row 20"):
        model = plstm.MoleculeRegressor(**QUICK).fit([*smiles, "?"], np.append(NUMBERS, 5), columns=heat)
    assert list(model.errors_) == [20]
    alone = plstm.MoleculeRegressor(**QUICK).fit(smiles, NUMBERS, columns=HEAT)
    assert np.array_equal(model.predict(smiles, columns=HEAT), alone.predict(smiles, columns=HEAT))


def test_columns_have_the_names_of_a_table(smiles):
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"heat": HEAT, "pressure": 1.0 + HEAT % 7})
    model = plstm.MoleculeRegressor(**QUICK).fit(smiles, NUMBERS, columns=table)
    swapped = table[["pressure", "heat"]]
    assert np.array_equal(model.predict(smiles, columns=swapped), model.predict(smiles, columns=table))
    with pytest.raises(plstm.ConfigError, match="heat, pressure"):
        model.predict(smiles)
    with pytest.raises(plstm.ConfigError, match="one name"):
        model.fit(smiles, NUMBERS, columns=pandas.DataFrame(np.ones((20, 2)), columns=["a", "a"]))


def test_columns_as_plstm_mol_learns_them(plstm_mol, smiles, tmp_path):
    run = run_of_program(plstm_mol, tmp_path, ["smiles", "heat", "y"], list(zip(smiles, HEAT, NUMBERS)),
                         "--target-columns", "y", "--descriptors-columns", "heat")  # fmt: skip
    model = plstm.MoleculeRegressor(**QUICK).fit(smiles, NUMBERS, columns=HEAT, validation=[0, 1, 2, 3])
    assert np.array_equal(plstm.load(run).predict(smiles, columns=HEAT), model.predict(smiles, columns=HEAT))


def test_pairs_are_learnt():
    model = plstm.MoleculeRegressor(**QUICK).fit(PAIRS, NUMBERS)
    values = model.predict(PAIRS)
    assert values.shape == (20,) and np.isfinite(values).all()
    assert not np.array_equal(values, model.predict([pair[::-1] for pair in PAIRS]))
    for given in ([list(pair) for pair in PAIRS], np.array(PAIRS), tuple(PAIRS)):
        assert np.array_equal(plstm.MoleculeRegressor(**QUICK).fit(given, NUMBERS).predict(PAIRS), values)
    with pytest.warns(plstm.MoleculeWarning, match="row 1"):
        model.fit([PAIRS[0], ("?", "C"), *PAIRS[2:]], NUMBERS)
    assert list(model.errors_) == [1]
    with pytest.raises(plstm.ShapeError, match="row 1"):
        model.fit([PAIRS[0], ("C",), *PAIRS[2:]], NUMBERS)
    with pytest.raises(plstm.ConfigError, match="at most"):
        model.fit([("C",) * 9] * 20, NUMBERS)
    with pytest.raises(plstm.ConfigError, match="init_from"):
        plstm.MoleculeRegressor(**QUICK, init_from="pretrained").fit(PAIRS, NUMBERS)
    labels = plstm.MoleculeClassifier(**QUICK).fit(PAIRS, [0, 1] * 10)
    assert labels.predict_proba(PAIRS).shape == (20, 2)


def test_pairs_have_the_names_of_a_table():
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame(PAIRS, columns=["solute", "solvent"], index=range(100, 120))
    model = plstm.MoleculeRegressor(**QUICK).fit(table, NUMBERS)
    assert model._predictor.molecules == ["solute", "solvent"]
    assert model.predict(table).index.tolist() == list(range(100, 120))
    one = plstm.MoleculeRegressor(**QUICK).fit(table[["solute"]], NUMBERS)
    assert one._predictor.molecules == []


def test_pairs_as_plstm_mol_learns_them(plstm_mol, tmp_path):
    rows = [(*pair, heat, y) for pair, heat, y in zip(PAIRS, HEAT, NUMBERS)]
    run = run_of_program(plstm_mol, tmp_path, ["molecule_1", "molecule_2", "heat", "y"], rows, "--target-columns", "y",
                         "--descriptors-columns", "heat", "--smiles-columns", "molecule_1", "molecule_2")  # fmt: skip
    model = plstm.MoleculeRegressor(**QUICK).fit(PAIRS, NUMBERS, columns=HEAT, validation=[0, 1, 2, 3])
    assert np.array_equal(plstm.load(run).predict(PAIRS, columns=HEAT), model.predict(PAIRS, columns=HEAT))


@pytest.mark.parametrize("target", ["atom", "bond"])
def test_values_of_atoms_and_bonds_are_learnt(target, tmp_path):
    smiles, y = list(MOLECULES), things_of(target)
    model = plstm.MoleculeRegressor(**QUICK, target=target).fit(smiles, y)
    values = model.predict(smiles)
    assert [part.shape for part in values] == [part.shape for part in y]
    assert np.isfinite(model.score(smiles, y))
    assert model.score(smiles, y, sample_weight=np.arange(12.0)) != model.score(smiles, y)
    model.save(tmp_path / "model.safetensors")
    loaded = plstm.load(tmp_path / "model.safetensors")
    assert loaded.target == target and np.array_equal(np.concatenate(loaded.predict(smiles)), np.concatenate(values))
    weighted = plstm.MoleculeRegressor(**QUICK, target=target).fit(smiles, y, sample_weight=np.arange(12.0) ** 3)
    assert not np.array_equal(np.concatenate(weighted.predict(smiles)), np.concatenate(values))
    with pytest.raises(plstm.ShapeError, match="y of row 1, 'c1ccncc1'"):
        model.fit(smiles, [y[0], y[0], *y[2:]])
    with pytest.raises(plstm.ShapeError, match="expected 12"):
        model.fit(smiles, y[1:])
    with pytest.raises(plstm.ConfigError, match="whole molecules"):
        model.fit(smiles, y, columns=HEAT[:12])
    with pytest.raises(plstm.ShapeError, match="2 columns"):
        model.fit([(text, "C") for text in smiles], y)
    with pytest.raises(plstm.ConfigError, match="standardize"):
        plstm.MoleculeRegressor(**QUICK, target=target, standardize=["fragment"]).fit(smiles, y)
    with pytest.raises(plstm.ConfigError, match="molecule, atom or bond"):
        plstm.MoleculeRegressor(**QUICK, target="graph").fit(smiles, y)
    with pytest.raises(plstm.TrainingError, match="no molecule"):
        model.fit(["?", "C("], [[1.0], None])


def test_molecules_without_targets_and_bad_ones_are_left_out():
    smiles, y = list(MOLECULES), things_of("atom")
    model = plstm.MoleculeRegressor(**QUICK, target="atom")
    alone = model.fit(smiles, y, validation=[0, 1]).predict(smiles)
    with pytest.warns(plstm.MoleculeWarning, match="row 1"):
        model.fit(["CCCCCC", "?", *smiles], [None, [1.0], *y], validation=[2, 3])
    assert list(model.errors_) == [1]
    assert np.array_equal(np.concatenate(model.predict(smiles)), np.concatenate(alone))
    with pytest.warns(plstm.MoleculeWarning):
        assert model.predict(["CCO", "?"])[1] is None
    with pytest.warns(plstm.MoleculeWarning):
        assert model.score([*smiles, "?"], [*y, [7.0]]) == model.score(smiles, y)
    with pytest.raises(plstm.ShapeError, match="row 0 has 2 values, expected 3"):
        model.score(smiles, [y[0][:2], *y[1:]])


def test_classes_and_several_targets_of_atoms():
    smiles = list(MOLECULES)
    labels = [["even" if i % 2 == 0 else "odd" for i in part] for part in things_of("atom")]
    labels[0][1] = None
    model = plstm.MoleculeClassifier(**QUICK, target="atom").fit(smiles, labels)
    assert model.classes_.tolist() == ["even", "odd"]
    assert [part.shape for part in model.predict_proba(smiles[:2])] == [(3, 2), (6, 2)]
    assert set(model.predict(smiles[:1])[0]) <= {"even", "odd"}
    assert 0 <= model.score(smiles, labels) <= 1
    both = [np.column_stack([part, -part]) for part in things_of("atom")]
    model = plstm.MoleculeRegressor(**QUICK, target="atom").fit(smiles, both)
    assert model.predict(smiles)[1].shape == (6, 2)
    with pytest.raises(plstm.ShapeError, match="other numbers of targets"):
        model.fit(smiles, [both[0][:, :1], *both[1:]])
    for bad, error in (("text", plstm.ShapeError), (5, TypeError), (None, ValueError), (["CCO"] * 12, TypeError),
                       ([1.0] * 12, plstm.ShapeError)):  # fmt: skip
        with pytest.raises(error):
            model.fit(smiles, bad)


@pytest.mark.parametrize("target", ["atom", "bond"])
def test_atoms_and_bonds_as_plstm_mol_learns_them(plstm_mol, target, tmp_path):
    smiles, y = list(MOLECULES), things_of(target)
    rows = [(text, str(part.tolist())) for text, part in zip(smiles, y) if len(part) > 0]
    texts, lists = [row[0] for row in rows], [part for part in y if len(part) > 0]
    run = run_of_program(plstm_mol, tmp_path, ["smiles", "y"], rows, f"--{target}-target-columns", "y",
                         "--task-type", "regression")  # fmt: skip
    model = plstm.MoleculeRegressor(**QUICK, target=target).fit(texts, lists, validation=[0, 1, 2, 3])
    wanted = plstm.load(run).predict(smiles)
    assert np.array_equal(np.concatenate(model.predict(smiles)), np.concatenate(wanted))


def test_atoms_start_from_the_pretrained_network():
    model = plstm.MoleculeRegressor(members=1, epochs=1, init_from="pretrained", target="atom")
    assert [len(part) for part in model.fit(list(MOLECULES), things_of("atom")).predict(["CCO"])] == [3]
