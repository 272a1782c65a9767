from __future__ import annotations

import os
from pathlib import Path

from ._plstm import ConfigError, Predictor


def load(path: str | os.PathLike):
    """The estimator that fits a model file, or the folder of a run of plstm-mol or plstm-dag.

    Raises FileError naming the file and what is wrong with it, ConfigError for targets of several kinds side by side.
    """
    from . import _graphs, _molecules

    predictor = Predictor.load(Path(path))
    kinds = {task.type == "regression" for task in predictor.tasks}
    if len(kinds) > 1:
        raise ConfigError(f"{path}: the model has numbers and classes side by side; use plstm.MoleculePredictor")
    module, name = (_molecules, "Molecule") if predictor.reads_molecules else (_graphs, "Graph")
    return getattr(module, name + ("Regressor" if kinds.pop() else "Classifier")).load(path)
