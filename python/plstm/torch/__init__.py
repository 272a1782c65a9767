"""pLSTM for PyTorch: operators, layers, blocks and models, on CPU tensors of float32 or float64, with gradients.

    graph = OperatorGraph([dag], mode="P")
    y = graph_operator(graph, query, key, value, source, transition, mark, direct)
    y = GraphLayer(96, heads=4, max_degree=4)(x, graph)

Letters: H heads, K key width, V value width, N nodes, E edges, L line edges; B batch, T steps, X and Y sides of a grid;
O orientations (1 or 4); D width of a layer, J width of edge features, M largest degree. JQ, JK, JV, JO, JT are the
widths of state tracking (query, key, value, output, state).

All inputs of a call have one type. Operators take tensors without copies, release the GIL and use the threads of plstm,
not those of torch; their results do not depend on their number. Gradients of gradients are not there. Raises TypeError
for tensors that are no CPU tensors of float32 or float64, ShapeError naming the tensor that has another shape,
ConfigError for a form or a setting that is none, GraphError for a graph that a layer cannot take.

Modules compute the formulas of docs/specification.md (sections 3 and 6). The names and shapes of their parameters are
those of the published PyTorch code, so that `load_state_dict` takes what its `state_dict` gave. They compute in the
type of their parameters; the published code computes in bfloat16 unless its setting `dtype` says otherwise. The
help of each module says which one of the published code it is, and where that one computes something else.
"""

from __future__ import annotations

from .._plstm import Dag, OperatorGraph
from ._blocks import BlockPair, BlockStack, PostUpBlock, PreUpBlock, Scale
from ._gates import HeadGate, HeadProjection
from ._graph_layers import GraphEdgeLayer, GraphLayer, operator_graphs, pool_nodes
from ._grid_layer import GridLayer
from ._language_model import LanguageModel
from ._norms import HeadNorm, RMSNorm
from ._operators import graph_operator, grid_operator, sequence_operator
from ._sequence_layer import CausalConvolution, SequenceLayer
from ._transitions import TransitionLayer, normalize_matrices
from ._vision_model import VisionModel

__all__ = [
    "BlockPair",
    "BlockStack",
    "CausalConvolution",
    "Dag",
    "GraphEdgeLayer",
    "GraphLayer",
    "GridLayer",
    "HeadGate",
    "HeadNorm",
    "HeadProjection",
    "LanguageModel",
    "OperatorGraph",
    "PostUpBlock",
    "PreUpBlock",
    "RMSNorm",
    "Scale",
    "SequenceLayer",
    "TransitionLayer",
    "VisionModel",
    "graph_operator",
    "grid_operator",
    "normalize_matrices",
    "operator_graphs",
    "pool_nodes",
    "sequence_operator",
]
