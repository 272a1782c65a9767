"""What all estimators share: settings, files, pickling."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np

from ._arrays import real_array
from ._labels import Targets, classes_of, labels, numbers, task_of
from ._plstm import ConfigError, FitSettings, ShapeError, Task
from ._progress import Reporter
from ._sklearn import NotFittedError

# Settings that the library has under the same name.
_SAME_NAME = (
    "preset", "members", "epochs", "batch_size", "patience", "width", "heads", "depth", "learning_rate", "dropout",
    "encoder_rate", "loss_parameter", "precision", "companion",
)  # fmt: skip


def _check_setting(name: str, value: object, kinds: tuple, low: float | None = None) -> None:
    if isinstance(value, (bool, np.bool_)) and bool not in kinds:
        raise TypeError(f"{name} is {value!r}, expected a number")
    if not isinstance(value, kinds):
        expected = " or ".join(sorted({kind.__name__ for kind in kinds if not kind.__module__.startswith("numpy")}))
        raise TypeError(f"{name} is {value!r:.60}, expected {expected}")
    if low is not None and not value >= low:
        raise ConfigError(f"{name} is {value}, expected {low} or more")


_INTEGER = (int, np.integer)
_NUMBER = (int, float, np.integer, np.floating)
_SETTING_KINDS = {
    "preset": (str,), "members": _INTEGER, "epochs": _INTEGER, "batch_size": _INTEGER, "patience": _INTEGER,
    "width": _INTEGER, "heads": _INTEGER, "depth": _INTEGER, "learning_rate": _NUMBER, "dropout": _NUMBER,
    "encoder_rate": _NUMBER, "loss_parameter": _NUMBER, "precision": (str,), "companion": (bool, np.bool_),
}  # fmt: skip


def seed_of(random_state: object) -> int:
    """A seed of 64 bits: of an integer itself, of a generator a number that it draws, of None a new one."""
    if random_state is None:
        return int(np.random.SeedSequence().generate_state(1, np.uint64)[0])
    if isinstance(random_state, _INTEGER) and not isinstance(random_state, (bool, np.bool_)):
        if not 0 <= int(random_state) < 2**64:
            raise ConfigError(f"random_state is {random_state}, expected 0 to 2^64 - 1")
        return int(random_state)
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(0, 2**31 - 1))
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(0, 2**63 - 1))
    raise TypeError(f"random_state is {random_state!r:.60}, expected an integer, None or a generator of NumPy")


def row_numbers(validation: object, rows: int) -> list[int] | None:
    """Numbers of rows that validate, of a mask or a list of numbers."""
    if validation is None:
        return None
    array = np.asarray(validation)
    if array.ndim != 1 or (array.size > 0 and array.dtype.kind not in "biu"):
        raise TypeError("validation is no list of row numbers and no mask of rows")
    if array.dtype.kind == "b":
        if array.size != rows:
            raise ConfigError(f"validation is a mask of {array.size} rows, expected {rows}")
        array = np.flatnonzero(array)
    if array.size > 0 and (array.min() < 0 or array.max() >= rows):
        raise ConfigError(f"validation names a row outside 0 to {rows - 1}")
    return [int(row) for row in array]


def row_weights(sample_weight: object, rows: int) -> np.ndarray | None:
    """Weights of rows, float64 [rows], of an array or one number. Raises ShapeError, TypeError and ConfigError."""
    if sample_weight is None:
        return None
    array = real_array(
        "sample_weight", sample_weight.to_numpy() if hasattr(sample_weight, "to_numpy") else sample_weight
    )
    if array.ndim == 0:
        array = np.full(rows, float(array))
    if array.shape != (rows,):
        raise ShapeError(f"sample_weight has shape {list(array.shape)}, expected [{rows}]")
    weights = np.ascontiguousarray(array, dtype=np.float64)
    bad = np.flatnonzero(~((weights >= 0) & (weights <= np.finfo(np.float32).max)))
    if bad.size > 0:
        raise ConfigError(f"sample_weight of row {bad[0]} is {weights[bad[0]]}, expected 0 or more, and finite")
    return weights


class Estimator:
    """A trained model with the settings of its training. Derived classes say how rows are read.

    Attributes after fit() or load():
        target_names_: list of str, a name for each target.
        n_targets_: number of targets.
    """

    _predictor = None
    _is_classifier = False

    # --- settings

    def _settings(self, rows: int, validation: object) -> FitSettings:
        settings = FitSettings()
        for name in _SAME_NAME:
            value = getattr(self, name)
            if value is None:
                continue
            kinds = _SETTING_KINDS[name]
            _check_setting(name, value, kinds)
            if kinds is _INTEGER:
                value = int(value)
                if not -(2**31) <= value < 2**31:
                    raise ConfigError(f"{name} is {value}, which is out of range")
            setattr(
                settings, name, float(value) if kinds is _NUMBER else value if kinds is not _INTEGER else int(value)
            )
        for name in ("loss", "metric"):
            if getattr(self, name) is not None:
                _check_setting(name, getattr(self, name), (str,))
                setattr(settings, name, getattr(self, name))
        _check_setting("validation_fraction", self.validation_fraction, _NUMBER)
        settings.validation_fraction = float(self.validation_fraction)
        settings.seed = seed_of(self.random_state)
        settings.threads = self._threads()
        settings.validation = row_numbers(validation, rows)
        if self.init_from is not None:
            settings.init_from = self._start_file()
        class_weight = getattr(self, "class_weight", None)
        if class_weight not in (None, "balanced"):
            raise ConfigError(f"class_weight is {class_weight!r}, expected None or 'balanced'")
        settings.balance_classes = class_weight == "balanced"
        return settings

    def _threads(self) -> int:
        if self.threads is None:
            return 0
        _check_setting("threads", self.threads, _INTEGER)
        if not 0 <= self.threads <= 4096:
            raise ConfigError(f"threads is {self.threads}, expected 0 to 4096")
        return int(self.threads)

    def _start_file(self) -> str:
        if not isinstance(self.init_from, (str, os.PathLike)):
            raise TypeError(f"init_from is {self.init_from!r:.60}, expected a path")
        return os.fspath(self.init_from)

    def _reporter(self) -> Reporter:
        return Reporter(self.verbose, self.callbacks)

    # --- targets

    def _targets(self, y: object, rows: int | None) -> tuple[Targets, list[Task]]:
        if self._is_classifier:
            targets = labels(y, rows)
            return targets, [task_of(classes) for classes in targets.classes]
        targets = numbers(y, rows)
        return targets, [Task("regression")] * targets.values.shape[1]

    def _take_targets(self, targets: Targets) -> None:
        self.target_names_ = targets.names
        self.n_targets_ = len(targets.names)
        self._one_dimensional = targets.one_dimensional
        if self._is_classifier:
            self.classes_ = targets.classes[0] if targets.one_dimensional else targets.classes

    def _class_lists(self) -> list[np.ndarray]:
        return [self.classes_] if self._one_dimensional else list(self.classes_)

    def _probabilities(self, values: np.ndarray) -> list[np.ndarray]:
        """[rows, classes] of each target, of the columns that the library returns."""
        result, first = [], 0
        for classes in self._class_lists():
            if len(classes) == 2:
                one = values[:, first]
                result.append(np.column_stack([1 - one, one]))
                first += 1
            else:
                result.append(values[:, first : first + len(classes)])
                first += len(classes)
        return result

    def _chosen(self, probabilities: list[np.ndarray]) -> list[np.ndarray]:
        """The label of each row and target; None (NaN of numbers) where there is none."""
        columns = []
        for of_target, classes in zip(probabilities, self._class_lists()):
            known = ~np.isnan(of_target).any(axis=1)
            best = np.argmax(np.where(known[:, None], of_target, 0), axis=1)
            if len(classes) == 2:
                best = (of_target[:, 1] > 0.5).astype(np.intp)
            chosen = classes[best]
            if not known.all():
                kind = np.float64 if classes.dtype.kind in "iu" else object
                chosen = chosen.astype(kind)
                chosen[~known] = np.nan if kind is np.float64 else None
            columns.append(chosen)
        return columns

    # --- scores

    def _score(self, y: object, values: np.ndarray, weights: np.ndarray | None = None) -> float:
        """Mean over targets of R2, or accuracy, of the rows that have a label, a prediction and a weight above 0."""
        if weights is None:
            weights = np.ones(values.shape[0])
        if self._is_classifier:
            truth = labels(y, values.shape[0], self._class_lists()).values
            known = labels_present(y, values.shape[0])
            scores = []
            for task, of_target in enumerate(self._probabilities(values)):
                rows = known[:, task] & ~np.isnan(of_target).any(axis=1) & (weights > 0)
                best = of_target[:, 1] > 0.5 if of_target.shape[1] == 2 else np.argmax(of_target, axis=1)
                hits = best[rows] == truth[rows, task]
                scores.append(float(np.average(hits, weights=weights[rows])) if rows.any() else np.nan)
        else:
            truth = numbers(y, values.shape[0]).values
            if truth.shape[1] != values.shape[1]:
                raise ConfigError(f"y has {truth.shape[1]} targets, expected {values.shape[1]}")
            scores = [_r2(truth[:, task], values[:, task], weights) for task in range(values.shape[1])]
        return float(np.mean(scores))

    # --- files

    def _check_fitted(self) -> None:
        if self._predictor is None:
            raise NotFittedError(
                f"This {type(self).__name__} instance is not fitted yet. Call 'fit' with appropriate arguments before "
                "using this estimator."
            )

    def __sklearn_is_fitted__(self) -> bool:
        return self._predictor is not None

    def save(self, path: str | os.PathLike) -> None:
        """Writes the model: one safetensors file that load() and the programs read.

        Raises FileError naming the file, NotFittedError before fit().
        """
        self._check_fitted()
        self._predictor.save(Path(path))

    @classmethod
    def load(cls, path: str | os.PathLike):
        """An estimator with the model of a file, or of the folder of a run of the programs.

        Settings are the defaults: a file does not hold those of its training. Raises FileError naming the file and what
        is wrong with it, and ConfigError if its targets are of another kind.
        """
        estimator = cls()
        estimator._take_predictor(cls._load_predictor(Path(path)))
        return estimator

    def _take_predictor(self, predictor) -> None:
        tasks = predictor.tasks
        for task in tasks:
            if (task.type == "regression") == self._is_classifier:
                raise ConfigError(f"the model predicts targets of {task.type}, which {type(self).__name__} does not")
        self._predictor = predictor
        self._take_targets(
            Targets(
                np.empty((0, len(tasks))),
                predictor.target_names,
                len(tasks) == 1,
                [classes_of(task) for task in tasks] if self._is_classifier else [],
            )
        )

    def __getstate__(self) -> dict:
        state = dict(self.__dict__)
        if self._predictor is not None:
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder, "model.safetensors")
                self._predictor.save(file)
                state["_predictor"] = file.read_bytes()
        return state

    def __setstate__(self, state: dict) -> None:
        state = dict(state)
        if isinstance(state.get("_predictor"), bytes):
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder, "model.safetensors")
                file.write_bytes(state["_predictor"])
                state["_predictor"] = self._load_predictor(file)
        self.__dict__.update(state)


def labels_present(y: object, rows: int) -> np.ndarray:
    """Where y has a label, [rows, targets]."""
    from ._labels import _check_rows, _label_array, _missing

    table = _check_rows(_label_array(y), rows)
    return np.column_stack([~_missing(table[:, task]) for task in range(table.shape[1])])


def _r2(truth: np.ndarray, values: np.ndarray, weights: np.ndarray) -> float:
    rows = ~(np.isnan(truth) | np.isnan(values)) & (weights > 0)
    if rows.sum() < 2:
        return np.nan
    truth, values, weights = truth[rows], values[rows], weights[rows]
    residual = float(np.sum(weights * (truth - values) ** 2))
    total = float(np.sum(weights * (truth - np.average(truth, weights=weights)) ** 2))
    if total == 0:
        return 1.0 if residual == 0 else 0.0
    return 1 - residual / total
