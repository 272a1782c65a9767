"""Lists of SMILES of users, and what is returned for them."""

from __future__ import annotations

import warnings

import numpy as np

from ._labels import is_nan
from ._plstm import MoleculeError, ShapeError
from ._warnings import MoleculeWarning

_SHOWN = 3  # errors in the text of a warning


class SmilesList:
    """SMILES of rows, with the reason for each row that has no text, and the index of pandas if there is one.

    Rows have one molecule, or so many: then `smiles` has those of one row after the other.
    """

    def __init__(self, given: object, molecules: int = 1):
        self.index = _index_of(given)
        self.molecules = molecules
        entries = _entries(given) if molecules == 1 else _entries_of_rows(given, molecules)
        self.no_text: dict[int, str] = {}
        self.smiles = [self._text(i // molecules, entry) for i, entry in enumerate(entries)]

    def __len__(self) -> int:
        return len(self.smiles) // self.molecules

    def _text(self, i: int, entry: object) -> str:
        if isinstance(entry, str):
            if not entry.isascii():  # a lone surrogate cannot be passed on
                return entry.encode("utf-8", "backslashreplace").decode("utf-8")
            return str(entry)
        self.no_text[i] = f"{entry!r:.60} is no SMILES"
        return ""

    def report(self, errors: list[str], strict: bool, verb: str, stacklevel: int = 3) -> dict[int, str]:
        """Number and reason of each row that has an error. Warns of them, or raises MoleculeError if strict."""
        bad = {i: self.no_text.get(i, error) for i, error in enumerate(errors) if error}
        if not bad:
            return bad
        shown = "; ".join(f"row {i}: {error}" for i, error in list(bad.items())[:_SHOWN])
        more = f"; and {len(bad) - _SHOWN} more" if len(bad) > _SHOWN else ""
        if strict:
            raise MoleculeError(f"{len(bad)} of {len(self)} molecules cannot be read: {shown}{more}")
        text = f"{len(bad)} of {len(self)} molecules cannot be read and {verb}: {shown}{more}"
        warnings.warn(MoleculeWarning(text, bad), stacklevel=stacklevel)
        return bad

    def series(self, values: np.ndarray, name: str):
        """A pandas.Series with the index that was given, or the array."""
        if self.index is None:
            return values
        import pandas

        return pandas.Series(values, index=self.index, name=name)

    def frame(self, values: np.ndarray, names: list):
        """The same for several columns: a pandas.DataFrame."""
        if self.index is None:
            return values
        import pandas

        return pandas.DataFrame(values, index=self.index, columns=names)


def molecule_names(given: object) -> list[str]:
    """Names of the molecules of a row, where rows have several: of a table with two columns or more."""
    if hasattr(given, "columns"):
        names = [str(name) for name in given.columns]
        return names if len(names) > 1 else []
    if isinstance(given, np.ndarray):
        width = given.shape[1] if given.ndim == 2 else 1
    elif (
        isinstance(given, (list, tuple)) and given and all(isinstance(row, (list, tuple, np.ndarray)) for row in given)
    ):
        width = len(given[0])
    else:
        width = 1
    return [f"molecule_{i + 1}" for i in range(width)] if width > 1 else []


def _is_pandas(given: object) -> bool:
    return type(given).__module__.split(".")[0] == "pandas"


def _index_of(given: object):
    return given.index if _is_pandas(given) and hasattr(given, "iloc") and hasattr(given, "index") else None


def _entries(given: object) -> list:
    if isinstance(given, (str, bytes)):
        raise TypeError("expected a list of SMILES, got one text; put it in a list: [smiles]")
    if isinstance(given, (dict, set, frozenset)):
        raise TypeError(f"expected a list of SMILES, got a {type(given).__name__}, which has no order of rows")
    if hasattr(given, "to_numpy"):  # of pandas and polars
        given = given.to_numpy()
    if isinstance(given, np.ndarray):
        return _column(given).tolist()
    try:
        entries = list(given)
    except TypeError:
        raise TypeError(f"expected a list of SMILES, got {type(given).__name__}") from None
    if entries and all(isinstance(entry, (list, tuple, np.ndarray)) for entry in entries):
        if any(len(entry) != 1 for entry in entries):
            raise ShapeError("expected a list of SMILES, got a table with other than one column")
        return [entry[0] for entry in entries]
    _check_types(entries)
    return entries


def _entries_of_rows(given: object, molecules: int) -> list:
    """Entries of a table, row after row."""
    if isinstance(given, (str, bytes, dict, set, frozenset)):
        raise TypeError(f"expected rows of {molecules} SMILES, got a {type(given).__name__}")
    try:
        rows = list(given.to_numpy() if hasattr(given, "to_numpy") else given)
    except TypeError:
        raise TypeError(f"expected rows of {molecules} SMILES, got a {type(given).__name__}") from None
    for i, row in enumerate(rows):
        if not isinstance(row, (list, tuple, np.ndarray)) or len(row) != molecules:
            raise ShapeError(f"row {i} is {row!r:.60}, expected {molecules} SMILES")
    entries = [entry for row in rows for entry in row]
    _check_types(entries)
    return entries


def _column(array: np.ndarray) -> np.ndarray:
    if array.ndim == 2 and array.shape[1] == 1:  # as a ColumnTransformer passes it on
        array = array[:, 0]
    if array.ndim != 1:
        raise ShapeError(f"SMILES have shape {list(array.shape)}, expected [rows] or [rows, 1]")
    if array.dtype.kind not in "OUT" and array.size > 0:
        raise TypeError(f"expected SMILES, got an array of the type {array.dtype}")
    if array.dtype.kind == "O":
        _check_types(array)
    return array


def _check_types(entries) -> None:
    """Some entries may be missing, but a list of other things is a mistake."""
    if len(entries) > 0 and not any(isinstance(entry, str) or entry is None or is_nan(entry) for entry in entries):
        raise TypeError(f"expected SMILES, got entries of the type {type(entries[0]).__name__}")
