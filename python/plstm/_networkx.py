"""Graphs of networkx as Dag and Graph."""

from __future__ import annotations

import numpy as np

from ._plstm import Dag


def dag_of(graph) -> Dag:
    """Called by Dag.from_networkx()."""
    if not (hasattr(graph, "nodes") and hasattr(graph, "edges") and hasattr(graph, "is_directed")):
        raise TypeError(f"expected a networkx.DiGraph, got {type(graph).__name__}")
    if not graph.is_directed():
        raise TypeError("the graph is undirected, and a Dag has directions; Dag.orient() can choose some")
    number = {node: i for i, node in enumerate(graph.nodes)}
    edges = np.array([(number[edge[0]], number[edge[1]]) for edge in graph.edges], dtype=np.int64)
    return Dag(edges.reshape(-1, 2), len(number), parallel_edges=graph.is_multigraph())
