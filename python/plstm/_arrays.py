"""Arrays of users as the library wants them: of one type, row-major. Nothing is rounded or cut off in silence."""

from __future__ import annotations

import numpy as np

from ._plstm import ConfigError, Dag, Graph, ShapeError

_INT32 = np.iinfo(np.int32)


def real_array(name: str, value: object) -> np.ndarray:
    """A NumPy array of booleans, integers or floats. Raises TypeError for others, ShapeError for ragged lists."""
    if hasattr(value, "toarray"):
        raise TypeError(f"{name} is a sparse matrix; give an array, such as that of its method toarray()")
    if isinstance(value, (str, bytes)):
        raise TypeError(f"{name} is text, expected numbers")
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ShapeError(f"{name} is no array: {error}") from None
    except Exception as error:
        raise TypeError(f"{name} cannot be read as an array: {error}") from None
    if array.dtype.kind in "biuf":
        return array
    if array.size == 0 and array.dtype.kind == "O":
        return array.astype(np.float64)
    if array.dtype.kind == "O":
        return _real_of_objects(name, array)
    raise TypeError(f"{name} has the type {array.dtype}, expected real numbers")


def _real_of_objects(name: str, array: np.ndarray) -> np.ndarray:
    """None is a missing value, as NaN is."""
    numbers = np.empty(array.shape, dtype=np.float64)
    for place, value in enumerate(array.flat):
        if value is None or _is_missing_scalar(value):
            numbers.flat[place] = np.nan
        elif isinstance(value, (bool, int, float, np.bool_, np.integer, np.floating)):
            try:
                numbers.flat[place] = float(value)
            except OverflowError:
                raise ConfigError(f"{name} has a number beyond the range of float64") from None
        else:
            raise TypeError(f"{name} has an entry of the type {type(value).__name__}, expected a number")
    return numbers


def _is_missing_scalar(value: object) -> bool:
    """pandas.NA and pandas.NaT, without pandas."""
    return type(value).__name__ in ("NAType", "NaTType")


def edge_array(value: object) -> np.ndarray:
    """int64 [E, 2]. Called by Dag()."""
    array = real_array("edges", value)
    if array.size == 0 and array.ndim <= 2:
        return np.empty((0, 2), dtype=np.int64)
    if array.ndim != 2 or array.shape[1] != 2:
        raise ShapeError(f"edges has shape {list(array.shape)}, expected [E, 2]")
    if array.dtype.kind not in "iu":
        raise TypeError(f"edges has the type {array.dtype}, expected whole numbers")
    if array.dtype == np.uint64 and array.max() > np.iinfo(np.int64).max:
        raise ConfigError("edges names a node beyond the range of int64")
    return np.ascontiguousarray(array, dtype=np.int64)


def _table(name: str, array: np.ndarray, rows: int) -> np.ndarray:
    if array.ndim == 1:
        array = array.reshape(-1, 1)
    if array.ndim != 2 or array.shape[0] != rows:
        raise ShapeError(f"Graph: {name} has shape {list(array.shape)}, expected [{rows}, columns]")
    return array


def _float32(name: str, array: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore", under="ignore"):
        narrow = np.ascontiguousarray(array, dtype=np.float32)
    if not np.array_equal(np.isfinite(narrow), np.isfinite(array)):
        raise ConfigError(f"Graph: {name} has a value beyond the range of float32")
    return narrow


def value_table(name: str, value: object, rows: int) -> np.ndarray:
    """float32 [rows, columns]; None has no column. Called by Graph()."""
    if value is None:
        return np.empty((rows, 0), dtype=np.float32)
    return _float32(name, _table(name, real_array(name, value), rows))


def value_row(name: str, value: object, rows: int) -> np.ndarray:
    """float32 [1, values]; None has no value. Called by Graph()."""
    if value is None:
        return np.empty((rows, 0), dtype=np.float32)
    array = real_array(name, value)
    if array.ndim > 1:
        raise ShapeError(f"Graph: {name} has shape {list(array.shape)}, expected [values]")
    return _float32(name, array.reshape(1, -1))


def code_table(name: str, value: object, rows: int) -> np.ndarray:
    """int32 [rows, columns], not negative; None has no column. Called by Graph()."""
    if value is None:
        return np.empty((rows, 0), dtype=np.int32)
    array = _table(name, real_array(name, value), rows)
    if array.dtype.kind not in "biu" and array.size > 0:
        raise TypeError(f"Graph: {name} has the type {array.dtype}, expected whole numbers")
    if array.size > 0 and (array.min() < 0 or array.max() >= _INT32.max):
        raise ConfigError(f"Graph: {name} has a code outside 0 to {_INT32.max - 1}")
    return np.ascontiguousarray(array, dtype=np.int32)


def dag_of_state(edges: np.ndarray, num_nodes: int) -> Dag:
    """What pickle calls."""
    return Dag(edges, num_nodes, parallel_edges=True)


def graph_of_state(dag, node_values, node_codes, edge_values, edge_codes, graph_values) -> Graph:
    """What pickle calls."""
    return Graph(
        dag,
        node_values=node_values,
        node_codes=node_codes,
        edge_values=edge_values,
        edge_codes=edge_codes,
        graph_values=graph_values,
    )
