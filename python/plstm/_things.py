"""Targets of the atoms or bonds of molecules: a list with an array for each molecule, as one table and back."""

from __future__ import annotations

import numpy as np

from ._plstm import ShapeError


def flat_targets(y: object, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """([things] or [things, targets] of all molecules, offsets [rows + 1]). A molecule without targets has None or [].

    Raises ShapeError naming the row, TypeError for what is no list.
    """
    if y is None:
        raise ValueError("This estimator requires y to be passed, but the target y is None")
    try:
        entries = list(y.to_numpy() if hasattr(y, "to_numpy") else y)
    except TypeError:
        raise TypeError(f"y is a {type(y).__name__}, expected a list with an array for each molecule") from None
    if len(entries) != rows:
        raise ShapeError(f"y has {len(entries)} entries, expected {rows}: an array for each molecule")
    parts = [_part(i, entry) for i, entry in enumerate(entries)]
    filled = [part for part in parts if part.shape[0] > 0]
    if not filled:
        return np.empty(0), np.zeros(rows + 1, dtype=np.int64)
    if any(part.shape[1:] != filled[0].shape[1:] for part in filled):
        raise ShapeError("the molecules have other numbers of targets")
    # Of texts beside numbers NumPy would make texts.
    if len({part.dtype.kind in "US" for part in filled}) > 1:
        filled = [part.astype(object) for part in filled]
    offsets = np.zeros(rows + 1, dtype=np.int64)
    np.cumsum([part.shape[0] for part in parts], out=offsets[1:])
    return np.concatenate(filled), offsets


def _part(i: int, entry: object) -> np.ndarray:
    if entry is None or (isinstance(entry, float) and np.isnan(entry)):
        return np.empty(0)
    if isinstance(entry, (str, bytes)):
        raise TypeError(f"y of row {i} is a text, expected an array")
    try:
        part = np.asarray(entry)
        if part.dtype.kind in "US" and not isinstance(entry, np.ndarray):
            part = np.asarray(entry, dtype=object)  # None stays None
    except ValueError as error:
        raise ShapeError(f"y of row {i} is no array: {error}") from None
    if part.ndim not in (1, 2):
        raise ShapeError(f"y of row {i} has shape {list(part.shape)}, expected [things] or [things, targets]")
    return part
