import copy
import pickle
import warnings

import numpy as np
import pytest
from conftest import QUICK, SMILES

import plstm


def test_a_regressor_learns_and_predicts(regressor, smiles, numbers):
    predicted = regressor.predict(smiles)
    assert predicted.shape == (20,)
    assert predicted.dtype == np.float64
    assert np.isfinite(predicted).all()
    assert regressor.n_targets_ == 1
    assert regressor.errors_ == {}
    assert isinstance(regressor.score(smiles, numbers), float)
    assert regressor.predict([]).shape == (0,)


def test_training_reduces_the_error(smiles, numbers):
    model = plstm.MoleculeRegressor(members=1, epochs=40, width=16, validation_fraction=0.1).fit(smiles, numbers)
    assert model.score(smiles, numbers) > 0.5


def test_equal_seeds_give_equal_bits(smiles, numbers):
    def predict(**settings):
        return plstm.MoleculeRegressor(**{**QUICK, "epochs": 1, **settings}).fit(smiles, numbers).predict(smiles)

    first = predict(random_state=3, threads=1)
    assert np.array_equal(first, predict(random_state=3, threads=2))
    assert not np.array_equal(first, predict(random_state=4))
    assert not np.array_equal(predict(random_state=None), predict(random_state=None))
    drawn = [predict(random_state=np.random.RandomState(1)), predict(random_state=np.random.RandomState(1))]
    assert np.array_equal(*drawn)
    assert predict(random_state=np.random.default_rng(1)).shape == (20,)


def test_bad_smiles_are_reported(regressor):
    with pytest.warns(plstm.MoleculeWarning, match="1 of 3") as caught:
        predicted = regressor.predict(["CCO", "C1CC", "C"])
    assert len(caught) == 1
    assert list(caught[0].message.errors) == [1]
    assert "C1CC" in regressor.last_errors[1]
    assert np.isnan(predicted).tolist() == [False, True, False]
    assert regressor.predict(["CCO"]) == predicted[0]
    assert regressor.last_errors == {}


def test_bad_smiles_are_left_out_of_the_training(smiles, numbers):
    with pytest.warns(plstm.MoleculeWarning, match="2 of 22"):
        model = plstm.MoleculeRegressor(**QUICK).fit(["X", *smiles, None], [0, *numbers, 1e6])
    assert list(model.errors_) == [0, 21]
    clean = plstm.MoleculeRegressor(**QUICK).fit(smiles, numbers)
    assert np.array_equal(model.predict(smiles), clean.predict(smiles))


def test_strict_raises(smiles, numbers):
    model = plstm.MoleculeRegressor(**QUICK, strict=True).fit(smiles, numbers)
    with pytest.raises(plstm.MoleculeError, match="row 1: .*C1CC"):
        model.predict(["CCO", "C1CC"])
    with pytest.raises(plstm.MoleculeError):
        plstm.MoleculeRegressor(**QUICK, strict=True).fit(["C1CC", *smiles], [0, *numbers])


def test_entries_that_are_no_text_are_bad_rows(regressor):
    with pytest.warns(plstm.MoleculeWarning):
        predicted = regressor.predict(["CCO", None, float("nan"), 3, "\ud800", "C\0C"])
    assert np.isnan(predicted).tolist() == [False, True, True, True, True, True]
    assert "None is no SMILES" in regressor.last_errors[1]


@pytest.mark.parametrize(
    "bad",
    ["CCO", b"CCO", 5, None, [1, 2], np.zeros((2, 2)), np.zeros(3), {"CCO": 1}, {"CCO"}, [["C", "C"]], [b"CCO"],
     [5, np.zeros(2)], [5, np.zeros(0)]],
)  # fmt: skip
def test_what_is_no_list_of_smiles_is_refused(regressor, bad):
    with pytest.raises((TypeError, plstm.ShapeError)):
        regressor.predict(bad)


def test_lists_of_all_kinds_are_read(regressor, smiles):
    wanted = regressor.predict(smiles)
    strided = np.array(smiles + smiles, dtype=object).reshape(2, -1).T[:, 0]
    for given in (
        tuple(smiles),
        np.array(smiles),
        strided,
        np.array(smiles)[:, None],
        iter(smiles),
        [[s] for s in smiles],
    ):
        assert np.array_equal(regressor.predict(given), wanted)


def test_several_targets_some_missing(smiles, numbers):
    both = np.column_stack([numbers, -10 * numbers])
    both[3, 0] = np.nan
    model = plstm.MoleculeRegressor(**QUICK).fit(smiles, both)
    assert model.predict(smiles).shape == (20, 2)
    assert model.target_names_ == ["target_1", "target_2"]
    assert model.predict_interval(smiles, 0.5).shape == (20, 2, 2)
    assert np.isfinite(model.score(smiles, both))
    with pytest.raises(plstm.TrainingError, match="target_2"):
        plstm.MoleculeRegressor(**QUICK).fit(smiles, np.column_stack([numbers, np.full(20, np.nan)]))


@pytest.mark.parametrize(
    ("targets", "error"),
    [
        ([1.0], plstm.ShapeError),
        (np.zeros((20, 1, 1)), plstm.ShapeError),
        (np.full(20, np.inf), plstm.ConfigError),
        (["a"] * 20, TypeError),
        (np.full(20, 1j), TypeError),
        (None, ValueError),
        (np.ones(20), plstm.TrainingError),
        ([[1], [2, 3]] * 10, plstm.ShapeError),
    ],
)
def test_bad_targets_are_refused(smiles, targets, error):
    with pytest.raises(error):
        plstm.MoleculeRegressor(**QUICK).fit(smiles, targets)


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"members": 0}, plstm.ConfigError),
        ({"members": 1.5}, TypeError),
        ({"members": True}, TypeError),
        ({"epochs": -1}, plstm.ConfigError),
        ({"epochs": 2**70}, plstm.ConfigError),
        ({"width": "wide"}, TypeError),
        ({"width": 0}, plstm.ConfigError),
        ({"learning_rate": float("nan")}, plstm.ConfigError),
        ({"validation_fraction": 2}, plstm.ConfigError),
        ({"preset": "best"}, plstm.ConfigError),
        ({"loss": "cross_entropy"}, plstm.ConfigError),
        ({"loss": "quantile", "loss_parameter": 2.0}, plstm.ConfigError),
        ({"metric": "accuracy"}, plstm.ConfigError),
        ({"standardize": ["wash"]}, plstm.ConfigError),
        ({"standardize": "cleanup"}, TypeError),
        ({"init_from": "nowhere.safetensors"}, plstm.FileError),
        ({"random_state": -1}, plstm.ConfigError),
        ({"random_state": "seed"}, TypeError),
        ({"threads": -1}, plstm.ConfigError),
        ({"precision": "half"}, plstm.ConfigError),
        ({"callbacks": [3]}, TypeError),
        ({"companion": "yes"}, TypeError),
    ],
)
def test_bad_settings_are_refused(smiles, numbers, settings, error):
    with pytest.raises(error):
        plstm.MoleculeRegressor(**{**QUICK, **settings}).fit(smiles, numbers)


def test_rows_for_validation_can_be_named(smiles, numbers):
    def fit(validation):
        return plstm.MoleculeRegressor(**QUICK).fit(smiles, numbers, validation=validation).predict(smiles)

    mask = np.zeros(20, dtype=bool)
    mask[[1, 5]] = True
    assert np.array_equal(fit([1, 5]), fit(mask))
    assert not np.array_equal(fit([1, 5]), fit([2, 5]))
    for bad in ([20], [-1], mask[:3]):
        with pytest.raises(plstm.ConfigError):
            fit(bad)
    with pytest.raises(TypeError):
        fit([0.5])


def test_classes_of_all_kinds(smiles):
    for labels, kind in (
        ([0, 1] * 10, "i"),
        ([1.0, 2.0] * 10, "i"),
        ([True, False] * 10, "b"),
        (["toxic", "safe"] * 10, "U"),
        (["a", "b", "c", "a"] * 5, "U"),
        (np.array(["a", "b", "c", None] * 5, dtype=object), "U"),
    ):
        model = plstm.MoleculeClassifier(**QUICK).fit(smiles, labels)
        known = sorted({label for label in np.asarray(labels, dtype=object) if label is not None})
        assert model.classes_.tolist() == known
        assert model.classes_.dtype.kind == kind
        probabilities = model.predict_proba(smiles)
        assert probabilities.shape == (20, len(known))
        assert np.allclose(probabilities.sum(axis=1), 1)
        predicted = model.predict(smiles)
        assert np.array_equal(predicted, model.classes_[probabilities.argmax(axis=1)])
        assert 0 <= model.score(smiles, labels) <= 1
        again = pickle.loads(pickle.dumps(model))
        assert np.array_equal(again.predict(smiles), predicted)


def test_a_loaded_classifier_knows_its_labels(smiles, tmp_path):
    for labels in (["toxic", "safe"] * 10, [3, -7] * 10, [True, False] * 10, [0, 1, 2, 0] * 5):
        model = plstm.MoleculeClassifier(**QUICK).fit(smiles, labels)
        model.save(tmp_path / "model.safetensors")
        loaded = plstm.load(tmp_path / "model.safetensors")
        assert isinstance(loaded, plstm.MoleculeClassifier)
        assert loaded.classes_.tolist() == model.classes_.tolist()
        assert np.array_equal(loaded.predict(smiles), model.predict(smiles))
    with pytest.raises(plstm.ConfigError, match="multiclass"):
        plstm.MoleculeRegressor.load(tmp_path / "model.safetensors")


def test_several_targets_of_classes(smiles):
    labels = np.array([[0, 2], [1, 1], [np.nan, 0], [1, 2]] * 5)
    model = plstm.MoleculeClassifier(**QUICK).fit(smiles, labels)
    assert [classes.tolist() for classes in model.classes_] == [[0, 1], [0, 1, 2]]
    assert [p.shape for p in model.predict_proba(smiles)] == [(20, 2), (20, 3)]
    assert model.predict(smiles).shape == (20, 2)
    assert 0 <= model.score(smiles, labels) <= 1


def test_classes_of_a_bad_smiles(smiles):
    model = plstm.MoleculeClassifier(**QUICK).fit(smiles, ["a", "b"] * 10)
    with pytest.warns(plstm.MoleculeWarning):
        assert model.predict(["CC", "C1CC"])[1] is None
    model.fit(smiles, [0, 1] * 10)
    with pytest.warns(plstm.MoleculeWarning):
        assert np.isnan(model.predict(["CC", "C1CC"])[1])
        assert np.isnan(model.predict_proba(["CC", "C1CC"])[1]).all()
        assert model.predict_set(["CC", "C1CC"])[1] is None
    assert set(model.predict_set(["CC"], 0.99)[0]) <= {0, 1}


def test_labels_that_are_no_classes_are_refused(smiles):
    for labels, error in (
        (np.linspace(0, 1, 20), ValueError),
        ([0] * 20, plstm.ConfigError),
        (["a", 1] * 10, TypeError),
        (np.zeros((20, 2, 1)), plstm.ShapeError),
        ("abc", TypeError),
    ):
        with pytest.raises(error):
            plstm.MoleculeClassifier(**QUICK).fit(smiles, labels)
    with pytest.raises(plstm.ConfigError, match="class_weight"):
        plstm.MoleculeClassifier(**QUICK, class_weight="fair").fit(smiles, [0, 1] * 10)


def test_class_weights_change_the_probabilities(smiles):
    rare = [1] * 4 + [0] * 16
    plain = plstm.MoleculeClassifier(**QUICK).fit(smiles, rare).predict_proba(smiles)[:, 1].mean()
    balanced = (
        plstm.MoleculeClassifier(**QUICK, class_weight="balanced").fit(smiles, rare).predict_proba(smiles)[:, 1].mean()
    )
    assert balanced > plain


def test_intervals_hold_the_prediction(regressor, smiles):
    low, high = regressor.predict_interval(smiles, 0.5).T
    predicted = regressor.predict(smiles)
    assert (low <= predicted).all()
    assert (predicted <= high).all()
    wider = regressor.predict_interval(smiles, 0.7)
    assert (wider[:, 1] >= high).all()
    for confidence in (0, 1, -1, float("nan")):
        with pytest.raises(plstm.ConfigError):
            regressor.predict_interval(smiles, confidence)
    with pytest.raises((TypeError, ValueError)):
        regressor.predict_interval(smiles, "high")


def test_explanations_add_up(regressor):
    explanation = regressor.explain(["CCO"], fragments=True)[0]
    assert explanation
    assert explanation.symbols == ["C", "C", "O"]
    assert explanation.atoms.shape == (3, 1)
    assert explanation.prediction[0] == pytest.approx(regressor.predict(["CCO"])[0])
    total = explanation.baseline + explanation.atoms.sum(axis=0) + explanation.interaction
    assert total == pytest.approx(explanation.prediction)
    assert sorted(atom for atoms in explanation.fragment_atoms for atom in atoms) == [0, 1, 2]
    assert explanation.svg("CCO").startswith("<svg")
    with pytest.raises(plstm.ShapeError):
        explanation.svg("CC")
    with pytest.raises(IndexError):
        explanation.svg("CCO", 1)
    with pytest.raises(plstm.ConfigError, match="occlusion"):
        regressor.explain(["CCO"], method="guess")
    with pytest.warns(plstm.MoleculeWarning):
        bad = regressor.explain(["C1CC"])[0]
    assert not bad
    assert "C1CC" in bad.error


def test_fingerprints(regressor, smiles):
    values = regressor.fingerprint(smiles)
    assert values.shape == (20, 16)
    assert values.dtype == np.float32
    with pytest.warns(plstm.MoleculeWarning):
        assert np.isnan(regressor.fingerprint(["C1CC"])).all()


def test_warnings_of_what_was_never_seen(regressor):
    said = regressor.warnings(["CCO", "CC[Se]C"])
    assert said[0] == ""
    assert "Se" in said[1]


def test_models_are_pickled_copied_saved_and_loaded(regressor, smiles, tmp_path):
    wanted = regressor.predict(smiles)
    for again in (pickle.loads(pickle.dumps(regressor)), copy.deepcopy(regressor)):
        assert np.array_equal(again.predict(smiles), wanted)
        assert again.get_params() == regressor.get_params()
    regressor.save(tmp_path / "model.safetensors")
    loaded = plstm.MoleculeRegressor.load(tmp_path / "model.safetensors")
    assert np.array_equal(loaded.predict(smiles), wanted)
    assert isinstance(plstm.load(str(tmp_path / "model.safetensors")), plstm.MoleculeRegressor)
    with pytest.raises(plstm.ConfigError, match="regression"):
        plstm.MoleculeClassifier.load(tmp_path / "model.safetensors")
    with pytest.raises(plstm.ConfigError, match="molecules"):
        plstm.GraphRegressor.load(tmp_path / "model.safetensors")
    with pytest.raises(plstm.FileError):
        regressor.save(tmp_path / "no folder" / "model.safetensors")


def test_the_pretrained_start(smiles, numbers, tmp_path):
    model = plstm.MoleculeRegressor(members=1, epochs=1, init_from="pretrained").fit(smiles, numbers)
    fixed = plstm.MoleculeRegressor(members=1, epochs=1, init_from="pretrained", encoder_rate=0.0).fit(smiles, numbers)
    other = plstm.MoleculeRegressor(members=1, epochs=1, init_from="pretrained", encoder_rate=0.0, random_state=1)
    assert np.array_equal(fixed.fingerprint(["CCO"]), other.fit(smiles, numbers).fingerprint(["CCO"]))
    assert not np.array_equal(fixed.fingerprint(["CCO"]), model.fingerprint(["CCO"]))
    model.save(tmp_path / "start.safetensors")
    plstm.MoleculeRegressor(**{**QUICK, "width": None}, init_from=tmp_path / "start.safetensors").fit(smiles, numbers)


def test_other_losses(smiles, numbers):
    high = plstm.MoleculeRegressor(members=1, epochs=30, width=16, loss="quantile", loss_parameter=0.95).fit(
        smiles, numbers
    )
    low = plstm.MoleculeRegressor(members=1, epochs=30, width=16, loss="quantile", loss_parameter=0.05).fit(
        smiles, numbers
    )
    assert high.predict(smiles).mean() > low.predict(smiles).mean()


def test_standardised_molecules(smiles, numbers):
    model = plstm.MoleculeRegressor(**QUICK, standardize=("fragment", "charges")).fit(smiles, numbers)
    assert model.predict(["CC(=O)[O-].[Na+]"])[0] == pytest.approx(model.predict(["CC(=O)O"])[0], abs=1e-4)


def test_an_estimator_that_is_not_fitted_says_so():
    model = plstm.MoleculeRegressor()
    for call in (model.predict, model.predict_interval, model.fingerprint, model.explain, model.warnings):
        with pytest.raises(ValueError, match="not fitted"):
            call(["CCO"])
    with pytest.raises(ValueError, match="not fitted"):
        model.save("model.safetensors")


def test_settings_can_be_read_and_changed():
    model = plstm.MoleculeClassifier(epochs=3)
    params = model.get_params()
    assert params["epochs"] == 3
    assert params["class_weight"] is None
    assert plstm.MoleculeClassifier(**params).get_params() == params
    assert model.set_params(epochs=5) is model
    assert model.epochs == 5
    assert "epochs=5" in repr(model)
    with pytest.raises(ValueError, match="speed"):
        model.set_params(speed=3)


def test_a_good_prediction_warns_of_nothing(regressor):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        regressor.predict(SMILES)
