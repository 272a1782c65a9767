"""Weights of rows: what counts nothing is not learnt from, and scores count rows as those of scikit-learn do."""

import numpy as np
import pytest
from conftest import QUICK

import plstm


@pytest.fixture(params=["molecules", "graphs"])
def case(request, smiles, numbers, graphs):
    """An estimator, its rows and numbers of them."""
    if request.param == "molecules":
        return plstm.MoleculeRegressor(**QUICK), smiles, numbers
    return plstm.GraphRegressor(**QUICK), graphs, np.array([float(graph.dag.num_edges) for graph in graphs])


def test_weights_of_one_change_nothing(case):
    model, rows, y = case
    plain = model.fit(rows, y).predict(rows)
    for ones in (np.ones(20), [1] * 20, 1, 1.0):
        assert np.array_equal(model.fit(rows, y, sample_weight=ones).predict(rows), plain)
    assert not np.array_equal(model.fit(rows, y, np.linspace(0.1, 2, 20)).predict(rows), plain)


def test_rows_that_weigh_nothing_are_not_learnt(case):
    """Their targets may be anything."""
    model, rows, y = case
    weights = np.where(np.arange(20) % 4 == 1, 0.0, 1.0)
    settings = {"sample_weight": weights, "validation": [0, 4, 8, 12]}
    first = model.fit(rows, y, **settings).predict(rows)
    other = np.where(weights == 0, y + 3, y)
    assert np.array_equal(model.fit(rows, other, **settings).predict(rows), first)
    del settings["sample_weight"]
    assert not np.array_equal(model.fit(rows, other, **settings).predict(rows), first)


def test_heavy_rows_are_learnt_first(case):
    """Two targets for the same rows: the one that weighs more is learnt."""
    model, rows, _ = case
    model.set_params(epochs=60, validation_fraction=0.0, members=1)
    twice = [*rows, *rows]
    y = np.repeat([0.0, 10.0], 20)
    low = model.fit(twice, y, np.repeat([1.0, 0.01], 20)).predict(rows)
    high = model.fit(twice, y, np.repeat([0.01, 1.0], 20)).predict(rows)
    assert np.mean(low) < 3 < 7 < np.mean(high)


@pytest.mark.parametrize("estimator", [plstm.MoleculeClassifier, plstm.GraphClassifier])
def test_weights_of_classes(estimator, smiles, graphs):
    rows = smiles if estimator is plstm.MoleculeClassifier else graphs
    y = np.array(["a", "b"] * 10)
    weights = np.where(y == "b", 3.0, 1.0)
    model = estimator(**QUICK)
    plain = model.fit(rows, y).predict_proba(rows)[:, 1].mean()
    assert model.fit(rows, y, weights).predict_proba(rows)[:, 1].mean() > plain


@pytest.mark.parametrize("bad", [[1] * 19, np.ones((20, 1)), [[1] * 20], []])
def test_other_shapes_are_refused(case, bad):
    model, rows, y = case
    with pytest.raises(plstm.ShapeError, match="sample_weight"):
        model.fit(rows, y, sample_weight=bad)


@pytest.mark.parametrize("value", [-1, np.nan, np.inf, 1e300, None])
def test_other_weights_are_refused(case, value):
    model, rows, y = case
    with pytest.raises(plstm.ConfigError, match="sample_weight of row 7"):
        model.fit(rows, y, sample_weight=[1] * 7 + [value] + [1] * 12)


def test_what_is_no_weight_is_refused(case):
    model, rows, y = case
    for bad in ("balanced", ["1"] * 20, [1j] * 20, object()):
        with pytest.raises(TypeError, match="sample_weight"):
            model.fit(rows, y, sample_weight=bad)
    with pytest.raises(plstm.TrainingError, match="weigh"):
        model.fit(rows, y, sample_weight=0)


def test_weights_of_rows_that_cannot_be_read(smiles, numbers):
    """Each row keeps its weight, whatever is left out before it."""
    model = plstm.MoleculeRegressor(**QUICK)
    weights = np.linspace(0.1, 2, 20)
    wanted = model.fit(smiles, numbers, weights, validation=[0, 5, 10]).predict(smiles)
    with pytest.warns(plstm.MoleculeWarning):
        model.fit(["?", *smiles], [0, *numbers], [9, *weights], validation=[1, 6, 11])
    assert np.array_equal(model.predict(smiles), wanted)


def test_scores_with_weights_are_those_of_scikit_learn(case):
    metrics = pytest.importorskip("sklearn.metrics")
    model, rows, y = case
    weights = np.arange(20.0)
    model.fit(rows, y)
    assert model.score(rows, y, weights) == pytest.approx(
        metrics.r2_score(y, model.predict(rows), sample_weight=weights)
    )
    assert model.score(rows, y, 2) == pytest.approx(model.score(rows, y))
    with pytest.raises(plstm.ShapeError):
        model.score(rows, y, weights[1:])


def test_accuracy_with_weights_is_that_of_scikit_learn(smiles):
    metrics = pytest.importorskip("sklearn.metrics")
    y = np.array([0, 1] * 10)
    weights = np.arange(20.0)
    model = plstm.MoleculeClassifier(**QUICK).fit(smiles, y)
    wanted = metrics.accuracy_score(y, model.predict(smiles), sample_weight=weights)
    assert model.score(smiles, y, weights) == pytest.approx(wanted)


def test_weights_of_graphs_count_for_their_nodes(graphs):
    y = [np.arange(graph.dag.num_nodes, dtype=float) for graph in graphs]
    weights = np.where(np.arange(20) < 10, 1.0, 0.0)
    model = plstm.GraphRegressor(**QUICK, target="node").fit(graphs, y, weights, validation=[0, 1])
    other = [of_graph if weight else of_graph + 5 for of_graph, weight in zip(y, weights)]
    again = plstm.GraphRegressor(**QUICK, target="node").fit(graphs, other, weights, validation=[0, 1])
    assert all(np.array_equal(a, b) for a, b in zip(model.predict(graphs), again.predict(graphs)))
    assert model.score(graphs, y, weights) == pytest.approx(model.score(graphs[:10], y[:10]))


def test_weights_in_cross_validation(smiles, numbers):
    selection = pytest.importorskip("sklearn.model_selection")
    model = plstm.MoleculeRegressor(**QUICK)
    scores = selection.cross_val_score(
        model, smiles, numbers, cv=2, params={"sample_weight": np.arange(1.0, 21)}, error_score="raise"
    )
    assert np.isfinite(scores).all()
