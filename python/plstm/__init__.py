"""Neural networks on directed acyclic graphs (pLSTM), and on molecules.

Estimators in the manner of scikit-learn, and scikit-learn's own where it is installed:

    MoleculeRegressor, MoleculeClassifier    learn from SMILES
    GraphRegressor, GraphClassifier          learn from Graph or Dag objects

Graphs: Dag, Graph, LineGraph, LevelSchedule. Operators and layers for PyTorch: plstm.torch, where torch is
installed.

Arrays that are returned are NumPy arrays. Errors derive from plstm.Error.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from ._plstm import (
    ConfigError,
    Dag,
    Error,
    FileError,
    Graph,
    GraphError,
    LevelSchedule,
    LineGraph,
    MoleculeError,
    ShapeError,
    StoppedError,
    TrainingError,
)

if TYPE_CHECKING:
    from ._graphs import GraphClassifier, GraphRegressor
    from ._load import load
    from ._molecules import MoleculeClassifier, MoleculeRegressor
    from ._plstm import Explanation, MoleculePredictor, Progress
    from ._warnings import MoleculeWarning

# What is imported when it is first asked for, as scikit-learn takes longer to import than all else.
_LATER = {
    "GraphClassifier": "_graphs",
    "GraphRegressor": "_graphs",
    "Explanation": "_plstm",
    "MoleculeClassifier": "_molecules",
    "MoleculePredictor": "_plstm",
    "MoleculeRegressor": "_molecules",
    "MoleculeWarning": "_warnings",
    "Progress": "_plstm",
    "load": "_load",
}

__version__ = "0.1.0"

__all__ = [
    "ConfigError",
    "Dag",
    "Error",
    "Explanation",
    "FileError",
    "Graph",
    "GraphClassifier",
    "GraphError",
    "GraphRegressor",
    "LevelSchedule",
    "LineGraph",
    "MoleculeClassifier",
    "MoleculeError",
    "MoleculePredictor",
    "MoleculeRegressor",
    "MoleculeWarning",
    "Progress",
    "ShapeError",
    "StoppedError",
    "TrainingError",
    "load",
]


def __getattr__(name: str):
    if name not in _LATER:
        raise AttributeError(f"module 'plstm' has no attribute '{name}'")
    value = getattr(importlib.import_module(f".{_LATER[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
