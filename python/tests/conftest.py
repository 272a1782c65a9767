from __future__ import annotations

import os
import shutil

import numpy as np
import pytest

import plstm

# Small enough to train in a moment.
QUICK = {"members": 1, "epochs": 2, "width": 16, "validation_fraction": 0.25}

SMILES = [
    "C", "CC", "CCC", "CCCC", "CCO", "CCCO", "c1ccccc1", "Cc1ccccc1", "CC(=O)O", "CCN", "CCCN", "CCCl", "C1CCCC1", "CO",
    "OCC(O)CO", "CC(C)C", "c1ccncc1", "CC#N", "CSC", "O=C=O",
]  # fmt: skip


@pytest.fixture
def smiles() -> list[str]:
    return list(SMILES)


@pytest.fixture
def numbers() -> np.ndarray:
    return np.array([float(len(text)) for text in SMILES])


@pytest.fixture(scope="session")
def regressor() -> plstm.MoleculeRegressor:
    """Trained on SMILES and their lengths; tests must not change it."""
    return plstm.MoleculeRegressor(**QUICK).fit(SMILES, [float(len(text)) for text in SMILES])


def make_graph(seed: int, nodes: int = 6) -> plstm.Graph:
    random = np.random.default_rng(seed)
    edges = [(i, j) for j in range(nodes) for i in range(j) if random.random() < 0.5]
    return plstm.Graph(plstm.Dag(edges, nodes), node_values=random.normal(size=(nodes, 2)))


@pytest.fixture
def graphs() -> list[plstm.Graph]:
    return [make_graph(seed, 4 + seed % 4) for seed in range(20)]


@pytest.fixture
def plstm_mol() -> str:
    path = os.environ.get("PLSTM_MOL") or shutil.which("plstm-mol")
    if not path:
        pytest.skip("plstm-mol is not there: set PLSTM_MOL to the program")
    return path
