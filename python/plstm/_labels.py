"""Targets of users as the library wants them, [rows, tasks] float64 with NaN where one is missing, and back."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ._arrays import real_array
from ._plstm import ConfigError, ShapeError, Task


@dataclass
class Targets:
    values: np.ndarray  # float64 [rows, tasks]
    names: list[str]
    one_dimensional: bool
    classes: list[np.ndarray] = field(default_factory=list)  # of each task of classification, ascending


def _names_of(y: object, columns: int) -> list[str]:
    if type(y).__module__.split(".")[0] in ("pandas", "polars"):
        if hasattr(y, "columns"):
            return [str(name) for name in y.columns]
        if getattr(y, "name", None) is not None:
            return [str(y.name)]
    return ["target"] if columns == 1 else [f"target_{i + 1}" for i in range(columns)]


def _check_rows(array: np.ndarray, rows: int | None) -> np.ndarray:
    if array.ndim not in (1, 2):
        raise ShapeError(f"y has shape {list(array.shape)}, expected [rows] or [rows, targets]")
    if rows is not None and array.shape[0] != rows:
        raise ShapeError(f"y has {array.shape[0]} rows, expected {rows}")
    if array.ndim == 2 and array.shape[1] == 0:
        raise ShapeError("y has no column")
    return array.reshape(array.shape[0], -1) if array.ndim == 2 else array.reshape(-1, 1)


def numbers(y: object, rows: int | None = None) -> Targets:
    """Targets of regression. Raises ShapeError, TypeError, and ConfigError for numbers that are infinite."""
    if y is None:
        raise ValueError("This estimator requires y to be passed, but the target y is None")
    array = real_array("y", y.to_numpy() if hasattr(y, "to_numpy") else y)
    values = np.ascontiguousarray(_check_rows(array, rows), dtype=np.float64)
    if np.isinf(values).any():
        raise ConfigError("y has a target that is infinite; mark missing values with NaN")
    return Targets(values, _names_of(y, values.shape[1]), array.ndim == 1)


def _label_array(y: object) -> np.ndarray:
    if y is None:
        raise ValueError("This estimator requires y to be passed, but the target y is None")
    if hasattr(y, "to_numpy"):
        y = y.to_numpy()
    if isinstance(y, (str, bytes)):
        raise TypeError("y is text, expected a list of labels")
    try:
        array = np.asarray(y)
    except ValueError as error:
        raise ShapeError(f"y is no array: {error}") from None
    # Of a list that mixes text with None or NaN, NumPy would make texts.
    if array.dtype.kind in "US" and not isinstance(y, np.ndarray):
        objects = np.asarray(y, dtype=object)
        if objects.shape == array.shape and any(not isinstance(label, (str, bytes)) for label in objects.flat):
            array = objects
    if array.dtype.kind not in "biufUSOT":
        raise TypeError(f"y has the type {array.dtype}, expected labels")
    return array


def _missing(column: np.ndarray) -> np.ndarray:
    if column.dtype.kind == "f":
        return np.isnan(column)
    if column.dtype.kind == "O":
        return np.array([label is None or is_nan(label) for label in column], dtype=bool)
    return np.zeros(column.shape, dtype=bool)


def is_nan(label: object) -> bool:
    """NaN, or what pandas has in its place."""
    if type(label).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(label, (float, np.floating)) and np.isnan(label)


def _unique(name: str, labels: np.ndarray) -> np.ndarray:
    if labels.dtype.kind == "f":
        if not np.array_equal(labels, np.round(labels)) or np.isinf(labels).any():
            raise ValueError(
                f"Unknown label type: continuous; '{name}' has fractions, and a class is a whole number or a text"
            )
        labels = labels.astype(np.int64)
    elif labels.dtype.kind == "O":
        kinds = {type(label) for label in labels}
        if all(issubclass(kind, str) for kind in kinds):
            labels = labels.astype(str)
        elif all(issubclass(kind, (bool, np.bool_)) for kind in kinds):
            labels = labels.astype(bool)
        elif all(issubclass(kind, (bool, np.bool_, int, float, np.integer, np.floating)) for kind in kinds):
            return _unique(name, labels.astype(np.float64))
        else:
            names = ", ".join(sorted(kind.__name__ for kind in kinds))
            raise TypeError(f"labels of '{name}' have the types {names}, expected numbers or texts alone")
    return np.unique(labels)


def labels(y: object, rows: int | None = None, known: list[np.ndarray] | None = None) -> Targets:
    """Targets of classification: numbers of classes. `known` are classes that were learnt before; others are missing.

    Raises ShapeError, TypeError, and ValueError for labels that are fractions or all one.
    """
    array = _label_array(y)
    table = _check_rows(array, rows)
    names = _names_of(y, table.shape[1])
    values = np.full(table.shape, np.nan)
    classes = []
    for task in range(table.shape[1]):
        column = table[:, task]
        present = ~_missing(column)
        of_task = known[task] if known is not None else _unique(names[task], column[present])
        if known is None and len(of_task) < 2:
            raise ConfigError(
                f"the number of classes has to be greater than one; got {len(of_task)} class of '{names[task]}'"
            )
        values[present, task] = _numbers_of(column[present], of_task)
        classes.append(of_task)
    return Targets(values, names, array.ndim == 1, classes)


def _numbers_of(column: np.ndarray, classes: np.ndarray) -> np.ndarray:
    if classes.dtype.kind == "U":
        column = column.astype(str)
    elif column.dtype.kind in "OUST":
        try:
            column = column.astype(np.float64)
        except (TypeError, ValueError):
            return np.full(column.shape, np.nan)
    places = np.searchsorted(classes, column).clip(0, len(classes) - 1)
    return np.where(classes[places] == column, places, np.nan).astype(np.float64)


def task_of(classes: np.ndarray) -> Task:
    """Names of classes are kept in model files, unless they are 0, 1, ... anyway."""
    plain = classes.dtype.kind in "iu" and np.array_equal(classes, np.arange(len(classes)))
    names = [] if plain else [str(label) for label in classes]
    if len(classes) == 2:
        return Task("classification", 0, names)
    return Task("multiclass", len(classes), names)


def classes_of(task: Task) -> np.ndarray:
    """The inverse of task_of()."""
    names = task.class_names
    if not names:
        return np.arange(2 if task.type == "classification" else task.classes)
    if names == ["False", "True"]:
        return np.array([False, True])
    if all(name.lstrip("-").isdecimal() and str(int(name)) == name for name in names):
        return np.array([int(name) for name in names])
    return np.array(names)
