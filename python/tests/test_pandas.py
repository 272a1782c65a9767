import numpy as np
import pytest
from conftest import QUICK

import plstm

pandas = pytest.importorskip("pandas")


@pytest.fixture
def table(smiles, numbers):
    index = [f"m{i}" for i in range(len(smiles))]
    return pandas.DataFrame({"smiles": smiles, "logS": numbers, "logP": -numbers}, index=index)


def test_predictions_have_the_index_and_the_name(table):
    model = plstm.MoleculeRegressor(**QUICK).fit(table["smiles"], table["logS"])
    predicted = model.predict(table["smiles"])
    assert isinstance(predicted, pandas.Series)
    assert predicted.name == "logS"
    assert predicted.index.equals(table.index)
    assert np.array_equal(predicted.to_numpy(), model.predict(table["smiles"].to_list()))
    interval = model.predict_interval(table["smiles"], 0.5)
    assert list(interval.columns) == ["low", "high"]
    assert interval.index.equals(table.index)
    assert model.fingerprint(table["smiles"]).index.equals(table.index)
    assert np.isfinite(model.score(table["smiles"], table["logS"]))


def test_columns_name_the_targets(table):
    model = plstm.MoleculeRegressor(**QUICK).fit(table[["smiles"]], table[["logS", "logP"]])
    assert model.target_names_ == ["logS", "logP"]
    predicted = model.predict(table["smiles"])
    assert list(predicted.columns) == ["logS", "logP"]
    assert predicted.index.equals(table.index)


def test_missing_values(table):
    table["logS"] = table["logS"].astype("Float64")
    table.loc["m3", "logS"] = pandas.NA
    smiles = table["smiles"].astype(object)
    smiles["m5"] = None
    with pytest.warns(plstm.MoleculeWarning, match="row 5"):
        model = plstm.MoleculeRegressor(**QUICK).fit(smiles, table["logS"])
    with pytest.warns(plstm.MoleculeWarning):
        predicted = model.predict(smiles)
    assert predicted.isna().tolist() == [i == 5 for i in range(20)]


def test_string_columns(table):
    model = plstm.MoleculeRegressor(**QUICK).fit(table["smiles"].astype("string"), table["logS"])
    assert np.isfinite(model.predict(table["smiles"].astype("string"))).all()


def test_categories_are_classes(table):
    labels = pandas.Series(pandas.Categorical(["low", "high"] * 10), index=table.index, name="kind")
    model = plstm.MoleculeClassifier(**QUICK).fit(table["smiles"], labels)
    assert model.classes_.tolist() == ["high", "low"]
    probabilities = model.predict_proba(table["smiles"])
    assert list(probabilities.columns) == ["high", "low"]
    assert probabilities.index.equals(table.index)
    assert model.predict(table["smiles"]).name == "kind"
