"""The estimators are those of scikit-learn, and pass its checks that do not need rows of numbers."""

import copy
import pickle

import numpy as np
import pytest
from conftest import QUICK

import plstm

sklearn = pytest.importorskip("sklearn")

from sklearn.base import BaseEstimator, clone, is_classifier, is_regressor  # noqa: E402
from sklearn.exceptions import NotFittedError  # noqa: E402
from sklearn.metrics import accuracy_score, make_scorer, r2_score  # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import FunctionTransformer  # noqa: E402
from sklearn.utils import estimator_checks  # noqa: E402

ESTIMATORS = [plstm.MoleculeRegressor, plstm.MoleculeClassifier, plstm.GraphRegressor, plstm.GraphClassifier]

# Checks of scikit-learn that fit nothing, or only ask the class.
CHECKS = [
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_estimator_tags_renamed",
    "check_valid_tag_types",
    "check_no_attributes_set_in_init",
    "check_get_params_invariance",
    "check_set_params",
    "check_mixin_order",
    "check_do_not_raise_errors_in_init_or_set_param",
]


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("check", CHECKS)
def test_checks_of_scikit_learn(estimator, check):
    if not hasattr(estimator_checks, check):
        pytest.skip(f"this version of scikit-learn has no {check}")
    getattr(estimator_checks, check)(estimator.__name__, estimator())


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_all_checks_of_scikit_learn_that_apply_pass(estimator):
    with pytest.warns(sklearn.exceptions.SkipTestWarning):  # it says that the others need tables of numbers
        estimator_checks.check_estimator(estimator())


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_defaults_can_be_constructed(estimator):
    check = estimator_checks.check_parameters_default_constructible
    check(estimator.__name__, estimator())


def test_kinds():
    assert all(issubclass(estimator, BaseEstimator) for estimator in ESTIMATORS)
    assert is_regressor(plstm.MoleculeRegressor())
    assert is_regressor(plstm.GraphRegressor())
    assert is_classifier(plstm.MoleculeClassifier())
    assert is_classifier(plstm.GraphClassifier())


@pytest.fixture(params=["regressor", "classifier"])
def case(request, smiles, numbers):
    if request.param == "regressor":
        return plstm.MoleculeRegressor(**QUICK), smiles, numbers
    return plstm.MoleculeClassifier(**QUICK), smiles, np.array(["a", "b"] * 10)


# What scikit-learn checks on tables of numbers, on SMILES.


def test_fit_returns_the_estimator_and_changes_no_setting(case):
    model, smiles, y = case
    before, given = copy.deepcopy(model.get_params()), (list(smiles), y.copy())
    assert model.fit(smiles, y) is model
    assert model.get_params() == before
    assert smiles == given[0]
    assert np.array_equal(y, given[1])


def test_prediction_changes_no_attribute(case):
    model, smiles, y = case
    model.fit(smiles, y)
    before = dict(model.__dict__)
    model.predict(smiles)
    model.score(smiles, y)
    assert model.__dict__ == before


def test_fitting_twice_is_fitting_once(case):
    model, smiles, y = case
    first = model.fit(smiles, y).predict(smiles)
    assert np.array_equal(model.fit(smiles, y).predict(smiles), first)


def test_a_clone_is_not_fitted(case):
    model, smiles, y = case
    copied = clone(model.fit(smiles, y))
    assert copied.get_params() == model.get_params()
    with pytest.raises(NotFittedError):
        copied.predict(smiles)


def test_predictions_of_subsets_are_those_of_all(case):
    model, smiles, y = case
    model.fit(smiles, y)
    all_at_once = model.predict(smiles)
    one_by_one = np.concatenate([model.predict([text]) for text in smiles])
    if all_at_once.dtype.kind == "f":
        assert one_by_one == pytest.approx(all_at_once, rel=1e-4, abs=1e-4)
    else:
        assert np.array_equal(one_by_one, all_at_once)


def test_pickles_predict_the_same(case):
    model, smiles, y = case
    model.fit(smiles, y)
    assert np.array_equal(pickle.loads(pickle.dumps(model)).predict(smiles), model.predict(smiles))


def test_scores_are_those_of_scikit_learn(case):
    model, smiles, y = case
    model.fit(smiles, y)
    metric = r2_score if is_regressor(model) else accuracy_score
    assert model.score(smiles, y) == pytest.approx(metric(y, model.predict(smiles)))


def test_cross_validation_pipelines_and_searches(case):
    model, smiles, y = case
    scores = cross_val_score(model, smiles, y, cv=3, error_score="raise")
    assert scores.shape == (3,)
    assert np.isfinite(scores).all()
    assert cross_val_predict(model, smiles, y, cv=3).shape == (20,)
    pipeline = make_pipeline(FunctionTransformer(lambda rows: [row.strip() for row in rows]), model)
    assert pipeline.fit([f" {text}" for text in smiles], y).predict(smiles).shape == (20,)
    search = GridSearchCV(model, {"epochs": [1, 2]}, cv=2, error_score="raise").fit(smiles, y)
    assert search.best_params_["epochs"] in (1, 2)


def test_cross_validation_in_processes(smiles, numbers):
    model = plstm.MoleculeRegressor(**{**QUICK, "epochs": 1, "threads": 1})
    parallel = cross_val_score(model, smiles, numbers, cv=2, n_jobs=2, error_score="raise")
    assert np.array_equal(parallel, cross_val_score(model, smiles, numbers, cv=2, error_score="raise"))


def test_probabilities_are_scored(smiles):
    y = np.array([0, 1] * 10)
    model = plstm.MoleculeClassifier(**QUICK)
    assert np.isfinite(cross_val_score(model, smiles, y, cv=2, scoring="roc_auc", error_score="raise")).all()
    assert np.isfinite(cross_val_score(model, smiles, y, cv=2, scoring="neg_log_loss", error_score="raise")).all()
    assert np.isfinite(cross_val_score(model, smiles, y, cv=2, scoring=make_scorer(accuracy_score))).all()


def test_cross_validation_of_graphs(graphs):
    y = np.array([graph.dag.num_edges for graph in graphs], dtype=float)
    assert np.isfinite(cross_val_score(plstm.GraphRegressor(**QUICK), graphs, y, cv=2, error_score="raise")).all()
