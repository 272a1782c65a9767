"""Estimators that learn from SMILES."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from importlib import resources
from pathlib import Path

import numpy as np

from ._arrays import real_array
from ._estimator import Estimator, row_weights
from ._plstm import (
    ConfigError,
    Explanation,
    MoleculePredictor,
    ShapeError,
    explain,
    fit_molecule_things,
    fit_molecules,
)
from ._sklearn import BaseEstimator, ClassifierMixin, RegressorMixin
from ._smiles import SmilesList, molecule_names
from ._things import flat_targets

_SETTINGS_DOC = """
    Settings (None: what is recommended for the kind and the size of the data; docs/results.md has the studies):
        target: what a target belongs to: 'molecule', 'atom' or 'bond'.
        members: networks that are trained and averaged.
        epochs, batch_size, learning_rate, patience: of the training; patience 0 never stops early.
        width, heads, depth, dropout: of the networks.
        preset: 'default', or 'paper' for the settings of the paper.
        init_from: 'pretrained' for the network that comes with plstm, or a model file or run folder, whose encoder the
            networks start from. encoder_rate: its learning rate over that of the rest; 0 leaves it as it is.
        companion: kernel ridge regression on counts of substructures and descriptors beside the networks, and random
            forests for yes and no.
        standardize: steps that change molecules after they are read: names among 'cleanup', 'fragment', 'charges',
            'isotopes', 'stereo', 'tautomer'.
        loss, loss_parameter, metric: names as plstm-mol train has them, and the quantile, threshold or gamma of a loss.
        validation_fraction: share of the rows that choose the epoch and calibrate intervals.
        precision: 'float', or 'bfloat16' on machines with AMX or AVX-512 BF16.
        random_state: seed. Equal data, settings and seed give equal bits. None: another one each time.
        threads: 0 or None for all cores; does not change results.
        strict: raise MoleculeError for a SMILES that cannot be read, instead of NaN and a MoleculeWarning.
        verbose: 1 shows a bar (of tqdm, else lines), 2 a line for each epoch.
        callbacks: function or functions of a plstm.Progress, called after each epoch of each network; one that returns
            True ends the training, with the best epochs so far.

    Ctrl-C ends a training within a step: KeyboardInterrupt is raised, and the estimator stays as it was.
"""


_LEVELS = {"molecule": "graph", "atom": "node", "bond": "edge"}


def _new_columns(columns: object, rows: int) -> tuple[np.ndarray | None, list[str]]:
    """Numbers beside molecules, float64 [rows, columns], with their names."""
    if columns is None:
        return None, []
    array = real_array("columns", columns.to_numpy() if hasattr(columns, "to_numpy") else columns)
    if array.ndim == 1:
        array = array.reshape(-1, 1)
    if array.ndim != 2 or array.shape[0] != rows or array.shape[1] == 0:
        raise ShapeError(f"columns have shape {list(array.shape)}, expected [{rows}] or [{rows}, columns]")
    if np.isinf(array).any():
        raise ConfigError("columns have a number that is infinite; mark missing values with NaN")
    names = [f"column_{i + 1}" for i in range(array.shape[1])]
    if hasattr(columns, "columns"):
        names = [str(name) for name in columns.columns]
    elif getattr(columns, "name", None) is not None:
        names = [str(columns.name)]
    if len(set(names)) != len(names):
        raise ConfigError(f"two columns have one name: {', '.join(names)}")
    return np.ascontiguousarray(array, dtype=np.float64), names


class _MoleculeEstimator(Estimator):
    # Not in __dict__: prediction does not change the state of an estimator.
    __slots__ = ("_last_errors",)

    def __init__(
        self,
        *,
        target: str = "molecule",
        members: int | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        patience: int | None = None,
        width: int | None = None,
        heads: int | None = None,
        depth: int | None = None,
        dropout: float | None = None,
        preset: str = "default",
        init_from: str | os.PathLike | None = None,
        encoder_rate: float | None = None,
        companion: bool = True,
        standardize: Sequence[str] | None = None,
        loss: str | None = None,
        loss_parameter: float | None = None,
        metric: str | None = None,
        validation_fraction: float = 0.1,
        precision: str = "float",
        random_state: int | np.random.RandomState | np.random.Generator | None = 0,
        threads: int | None = None,
        strict: bool = False,
        verbose: int = 0,
        callbacks: Callable | Sequence[Callable] | None = None,
    ):
        self.target = target
        self.members = members
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.patience = patience
        self.width = width
        self.heads = heads
        self.depth = depth
        self.dropout = dropout
        self.preset = preset
        self.init_from = init_from
        self.encoder_rate = encoder_rate
        self.companion = companion
        self.standardize = standardize
        self.loss = loss
        self.loss_parameter = loss_parameter
        self.metric = metric
        self.validation_fraction = validation_fraction
        self.precision = precision
        self.random_state = random_state
        self.threads = threads
        self.strict = strict
        self.verbose = verbose
        self.callbacks = callbacks

    def fit(
        self,
        smiles: Iterable[str],
        y: object,
        sample_weight: object = None,
        *,
        columns: object = None,
        validation: object = None,
    ):
        """Trains networks on SMILES [rows] and targets [rows] or [rows, targets]; returns the estimator.

        Several molecules a row, such as solute and solvent, are SMILES [rows, molecules]. columns: numbers beside the
        molecules, such as a temperature, [rows] or [rows, columns]; NaN where one is missing. Names of both are those
        of a pandas.DataFrame, and predictions need the same. With target='atom' or 'bond', y is a list with an array
        for each molecule, [things] or [things, targets], in the order of the SMILES; None for one without targets.

        Targets that are NaN or None are missing. Rows whose SMILES cannot be read are left out: errors_ has the number
        and the reason of each, and there is one MoleculeWarning. sample_weight: what the loss of each row counts,
        [rows], 0 or more. validation: numbers or a mask of the rows that choose the epoch, instead of a random share.

        Raises ShapeError if there are not as many targets as SMILES (or, naming the row, as atoms), TypeError for what
        is no text or no number, ConfigError for settings that mean nothing, TrainingError if there is nothing to learn
        from.
        """
        level = self._level()
        molecules = molecule_names(smiles)
        rows = SmilesList(smiles, max(1, len(molecules)))
        if level == "graph":
            targets, tasks = self._targets(y, len(rows))
        else:
            self._check_one_molecule(molecules, columns)
            flat, offsets = flat_targets(y, len(rows))
            targets, tasks = self._targets(flat, len(flat))
        weights = row_weights(sample_weight, len(rows))
        beside, names = _new_columns(columns, len(rows))
        settings = self._settings(len(rows), validation)
        if self.standardize is not None:
            if isinstance(self.standardize, str):
                raise TypeError("standardize is one text, expected a list of names of steps")
            settings.standardize = [str(step) for step in self.standardize]
        shared = {"weights": [] if weights is None else weights.tolist()}
        with self._reporter() as reporter:
            data = (targets.names, tasks, settings)
            if level == "graph":
                predictor, errors = fit_molecules(
                    rows.smiles, targets.values, *data, callback=reporter.function(), molecules=molecules,
                    columns=beside, column_names=names, **shared,
                )  # fmt: skip
            else:
                predictor, errors = fit_molecule_things(
                    rows.smiles, targets.values, offsets.tolist(), *data, level, callback=reporter.function(), **shared
                )
        self.errors_ = rows.report(errors, self.strict, "are left out of the training")
        self._predictor = predictor
        self._take_targets(targets)
        return self

    def _level(self) -> str:
        """What the library calls that which has a target."""
        if not isinstance(self.target, str) or self.target not in _LEVELS:
            raise ConfigError(f"target is {self.target!r:.60}, expected molecule, atom or bond")
        return _LEVELS[self.target]

    def _check_one_molecule(self, molecules: list[str], columns: object) -> None:
        if molecules:
            raise ShapeError(
                f"SMILES have {len(molecules)} columns; targets of {self.target}s are of one molecule a row"
            )
        if columns is not None:
            raise ConfigError(f"columns stand beside whole molecules, and the targets are of {self.target}s")

    def _take_predictor(self, predictor: MoleculePredictor) -> None:
        super()._take_predictor(predictor)
        self.target = next(name for name, level in _LEVELS.items() if level == predictor.level)

    def _rows(self, smiles: object) -> SmilesList:
        self._check_fitted()
        return SmilesList(smiles, max(1, len(self._predictor.molecules)))

    def _beside(self, columns: object, rows: SmilesList) -> np.ndarray | None:
        """Numbers beside the molecules, float64 [rows, columns of the model]."""
        names = self._predictor.descriptor_columns
        if columns is None:
            if names:
                raise ConfigError(f"the model reads {', '.join(names)} beside the molecules: give them as columns")
            return None
        if not names:
            raise ConfigError("the model reads no columns beside the molecules")
        if hasattr(columns, "columns") and set(names) <= set(columns.columns):
            columns = columns[names]
        array = real_array("columns", columns.to_numpy() if hasattr(columns, "to_numpy") else columns)
        if array.ndim == 1 and len(names) == 1:
            array = array.reshape(-1, 1)
        if array.shape != (len(rows), len(names)):
            raise ShapeError(f"columns have shape {list(array.shape)}, expected [{len(rows)}, {len(names)}]")
        return np.ascontiguousarray(array, dtype=np.float64)

    def _predict_values(self, rows: SmilesList, columns: object = None) -> np.ndarray:
        self._check_fitted()
        values, errors = self._predictor.predict(rows.smiles, self._threads(), self._beside(columns, rows))
        self._last_errors = rows.report(errors, self.strict, "have no prediction", stacklevel=4)
        return values

    def _predict_things(self, rows: SmilesList, finish: Callable[[np.ndarray], np.ndarray]) -> list:
        """What is made of the values [things, columns] of each molecule; None where it cannot be read."""
        values, errors = self._predictor.predict_things(rows.smiles, self._threads())
        self._last_errors = rows.report(errors, self.strict, "have no prediction", stacklevel=4)
        return [None if error else finish(of_molecule) for of_molecule, error in zip(values, errors)]

    @property
    def level_(self) -> str:
        """What the model has values of: 'graph' (molecules), 'node' (atoms) or 'edge' (bonds)."""
        self._check_fitted()
        return self._predictor.level

    @property
    def last_errors(self) -> dict[int, str]:
        """Number and reason of each row that the last prediction of this estimator could not read."""
        return getattr(self, "_last_errors", {})

    def fingerprint(self, smiles: Iterable[str], *, columns: object = None):
        """Embeddings: the pooled states of the atoms, those of one network after the other.

        float32 [rows, widths of the networks], NaN for a SMILES that cannot be read; a DataFrame of a pandas.Series.
        Raises NotFittedError before fit(), ConfigError for a model of atoms or bonds.
        """
        rows = self._rows(smiles)
        values, errors = self._predictor.embed(rows.smiles, self._threads(), self._beside(columns, rows))
        self._last_errors = rows.report(errors, self.strict, "have no fingerprint")
        return rows.frame(values, [f"fp_{i}" for i in range(values.shape[1])])

    def explain(
        self, smiles: Iterable[str], *, method: str = "occlusion", fragments: bool = False
    ) -> list[Explanation]:
        """What atoms (and fragments) contribute to the prediction of each molecule: an Explanation for each row.

        method 'occlusion' predicts again without each part, 'gradient' is faster and mixes neighbours more. The
        explanation of a SMILES that cannot be read is false, and has its error. Raises ConfigError for another method,
        and for a model that reads more than one molecule, or predicts atoms or bonds.
        """
        self._check_fitted()
        if self._predictor.molecules or self._predictor.descriptor_columns:
            raise ConfigError("the model reads several molecules or columns beside them; use plstm-mol")
        rows = SmilesList(smiles)
        explanations = explain(self._predictor, rows.smiles, method, bool(fragments), self._threads())
        self._last_errors = rows.report([e.error for e in explanations], self.strict, "have no explanation")
        return explanations

    def warnings(self, smiles: Iterable[str], *, columns: object = None) -> list[str]:
        """For each molecule what the model has never seen of its kind, such as an element; empty if nothing is."""
        rows = self._rows(smiles)
        beside = self._beside(columns, rows)
        _, _, errors, said, _, _ = self._predictor.predict_certainty(rows.smiles, 0.5, self._threads(), beside)
        self._last_errors = rows.report(errors, self.strict, "are unknown")
        return said

    def score(self, smiles: Iterable[str], y: object, sample_weight: object = None, *, columns: object = None) -> float:
        """R2 of regression or accuracy of classification, the mean over targets.

        Counts rows whose SMILES can be read and whose target is not missing. NaN if there are too few. sample_weight:
        what each row counts, [rows], 0 or more. y and columns are as in fit(); of a model of atoms or bonds all of them
        count.
        """
        rows = self._rows(smiles)
        weights = row_weights(sample_weight, len(rows))
        if self.level_ == "graph":
            return self._score(y, self._predict_values(rows, columns), weights)
        flat, offsets = flat_targets(y, len(rows))
        counts = np.diff(offsets)
        parts = self._predict_things(rows, lambda values: values)
        for i, (part, count) in enumerate(zip(parts, counts)):
            if part is None or count == 0:
                parts[i] = np.full((count, len(self._predictor.columns)), np.nan)
            elif len(part) != count:
                raise ShapeError(f"y of row {i} has {count} values, expected {len(part)}")
        values = np.concatenate(parts) if parts else np.empty((0, len(self._predictor.columns)))
        return self._score(flat, values, None if weights is None else np.repeat(weights, counts))

    def _start_file(self) -> str:
        if isinstance(self.init_from, str) and self.init_from == "pretrained":
            named = os.environ.get("PLSTM_PRETRAINED")
            return named or str(resources.files("plstm") / "pretrained" / "molecules.safetensors")
        return super()._start_file()

    @classmethod
    def _load_predictor(cls, path: Path) -> MoleculePredictor:
        return MoleculePredictor.load(path)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.input_tags.allow_nan = True
        tags.target_tags.multi_output = True
        tags.target_tags.single_output = True
        return tags


class MoleculeRegressor(_MoleculeEstimator, RegressorMixin, BaseEstimator):
    __doc__ = f"""Learns numbers of molecules, in any unit and scale, from SMILES.

        model = plstm.MoleculeRegressor().fit(smiles, y)
        model.predict(["CCO"])
    {_SETTINGS_DOC}
    Attributes after fit():
        target_names_: names of the targets (of pandas columns, where there are some).
        errors_: number and reason of each row that could not be read.
    """

    def predict(self, smiles: Iterable[str], *, columns: object = None):
        """Values in the units of the targets, float64 [rows] or [rows, targets] as y was; NaN for a bad SMILES.

        Of a pandas.Series with an index, a Series (or DataFrame) with the same index. Raises NotFittedError before
        fit(), MoleculeError with strict=True.

        Of a model of several molecules a row, SMILES are [rows, molecules]; of one that reads numbers beside the
        molecules, `columns` has them, [rows, columns]. A model of atoms or bonds gives a list with an array for each
        molecule, [things] or [things, targets] in the order of the SMILES; None for a bad one.
        """
        rows = self._rows(smiles)
        if self.level_ != "graph":
            return self._predict_things(rows, lambda values: values[:, 0] if self._one_dimensional else values)
        values = self._predict_values(rows, columns)
        if self._one_dimensional:
            return rows.series(values[:, 0], self.target_names_[0])
        return rows.frame(values, self.target_names_)

    def predict_interval(self, smiles: Iterable[str], confidence: float = 0.9, *, columns: object = None):
        """Intervals that hold the measured value with this confidence, if further molecules are like those of fit().

        float64 [rows, 2] (low, high), or [rows, targets, 2]; a DataFrame of a pandas.Series. NaN for a bad SMILES,
        infinite where too few rows were seen. Raises ConfigError unless 0 < confidence < 1, and if the model has no
        calibration (validation_fraction=0).
        """
        rows = self._rows(smiles)
        _, (low, high, _), errors, _, _, _ = self._predictor.predict_certainty(
            rows.smiles, float(confidence), self._threads(), self._beside(columns, rows)
        )
        self._last_errors = rows.report(errors, self.strict, "have no interval")
        if self._one_dimensional:
            return rows.frame(np.column_stack([low[:, 0], high[:, 0]]), ["low", "high"])
        both = np.stack([low, high], axis=2)
        if rows.index is None:
            return both
        names = [f"{name}_{end}" for name in self.target_names_ for end in ("low", "high")]
        return rows.frame(both.reshape(len(rows), -1), names)


class MoleculeClassifier(_MoleculeEstimator, ClassifierMixin, BaseEstimator):
    __doc__ = f"""Learns classes of molecules from SMILES: two or more, numbers or texts; several targets at a time.

        model = plstm.MoleculeClassifier().fit(smiles, active)
        model.predict_proba(["CCO"])
    {_SETTINGS_DOC}
        class_weight: 'balanced' counts the classes equally in training, however rare they are.

    Attributes after fit():
        classes_: the classes, ascending; of y [rows, targets] a list with those of each target.
        target_names_, errors_: as in MoleculeRegressor.
    """

    _is_classifier = True

    def __init__(
        self,
        *,
        target: str = "molecule",
        members: int | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        patience: int | None = None,
        width: int | None = None,
        heads: int | None = None,
        depth: int | None = None,
        dropout: float | None = None,
        preset: str = "default",
        init_from: str | os.PathLike | None = None,
        encoder_rate: float | None = None,
        companion: bool = True,
        standardize: Sequence[str] | None = None,
        loss: str | None = None,
        loss_parameter: float | None = None,
        metric: str | None = None,
        validation_fraction: float = 0.1,
        precision: str = "float",
        random_state: int | np.random.RandomState | np.random.Generator | None = 0,
        threads: int | None = None,
        strict: bool = False,
        verbose: int = 0,
        callbacks: Callable | Sequence[Callable] | None = None,
        class_weight: str | None = None,
    ):
        super().__init__(
            target=target,
            members=members,
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            patience=patience,
            width=width,
            heads=heads,
            depth=depth,
            dropout=dropout,
            preset=preset,
            init_from=init_from,
            encoder_rate=encoder_rate,
            companion=companion,
            standardize=standardize,
            loss=loss,
            loss_parameter=loss_parameter,
            metric=metric,
            validation_fraction=validation_fraction,
            precision=precision,
            random_state=random_state,
            threads=threads,
            strict=strict,
            verbose=verbose,
            callbacks=callbacks,
        )
        self.class_weight = class_weight

    def predict(self, smiles: Iterable[str], *, columns: object = None):
        """The most probable class of each row, [rows] or [rows, targets]; of a bad SMILES NaN, or None of texts.

        Of a pandas.Series with an index, a Series (or DataFrame) with the same index. Models that read or predict
        something else than one molecule: see MoleculeRegressor.predict.
        """
        rows = self._rows(smiles)
        if self.level_ != "graph":
            return self._predict_things(rows, self._chosen_table)
        chosen = self._chosen_table(self._predict_values(rows, columns))
        if self._one_dimensional:
            return rows.series(chosen, self.target_names_[0])
        return rows.frame(chosen, self.target_names_)

    def _chosen_table(self, values: np.ndarray) -> np.ndarray:
        chosen = self._chosen(self._probabilities(values))
        return chosen[0] if self._one_dimensional else np.column_stack(chosen)

    def predict_proba(self, smiles: Iterable[str], *, columns: object = None):
        """Probabilities, float64 [rows, classes] in the order of classes_; of y [rows, targets] a list of them.

        NaN for a bad SMILES. DataFrames of a pandas.Series with an index. Of a model of atoms or bonds a list with this
        for each molecule.
        """
        rows = self._rows(smiles)
        if self.level_ != "graph":

            def of_molecule(values: np.ndarray):
                each = self._probabilities(values)
                return each[0] if self._one_dimensional else each

            return self._predict_things(rows, of_molecule)
        each = self._probabilities(self._predict_values(rows, columns))
        frames = [rows.frame(values, list(classes)) for values, classes in zip(each, self._class_lists())]
        return frames[0] if self._one_dimensional else frames

    def predict_set(self, smiles: Iterable[str], confidence: float = 0.9, *, columns: object = None) -> list:
        """For each row the classes that cannot be ruled out with this confidence, an array of labels.

        There may be none: then the molecule is unlike all that was seen. Of y [rows, targets] a list for each row. None
        for a bad SMILES. Raises ConfigError unless 0 < confidence < 1, and if the model has no calibration.
        """
        rows = self._rows(smiles)
        _, (_, _, numbers), errors, _, _, _ = self._predictor.predict_certainty(
            rows.smiles, float(confidence), self._threads(), self._beside(columns, rows)
        )
        self._last_errors = rows.report(errors, self.strict, "have no set of classes")
        lists = self._class_lists()
        sets = [[classes[of_task] for of_task, classes in zip(row, lists)] for row in numbers]
        chosen = [row[0] if self._one_dimensional else row for row in sets]
        return [None if error else one for one, error in zip(chosen, errors)]
