"""Layers on graphs (docs/specification.md, section 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from weakref import WeakKeyDictionary

import torch

from .._plstm import ConfigError, Dag, GraphError, OperatorGraph, ShapeError
from ._norms import HeadNorm
from ._operators import graph_operator
from ._settings import check_choice, check_positive, check_width, head_width, small_normal_

Graphs = OperatorGraph | Mapping[str, OperatorGraph]


def operator_graphs(dags: Sequence[Dag]) -> dict[str, OperatorGraph]:
    """The DAGs side by side, laid out for layers of both modes: {"P": ..., "D": ...}, each an OperatorGraph.

    Raises GraphError if there are more nodes, edges or line edges than int32 can count.
    """
    return {mode: OperatorGraph(dags, mode) for mode in ("P", "D")}


class _Indices:
    """What the layers read of a graph, as indices of torch."""

    def __init__(self, graph: OperatorGraph):
        def tensor(array) -> torch.Tensor:
            return torch.tensor(array, dtype=torch.int64)

        self.tail, self.head = tensor(graph.tail), tensor(graph.head)
        self.in_slot, self.out_slot = tensor(graph.in_slot), tensor(graph.out_slot)
        self.line_from, self.line_to = tensor(graph.line_edges).unbind(1)
        self.in_degree = torch.bincount(self.head, minlength=graph.num_nodes)
        self.node_counts = tensor(graph.node_offsets).diff()
        self.graph_of_node = torch.repeat_interleave(self.node_counts)


# Graphs do not change, and are used in many layers and steps.
_INDICES: WeakKeyDictionary[OperatorGraph, _Indices] = WeakKeyDictionary()


def _indices_of(graph: OperatorGraph) -> _Indices:
    indices = _INDICES.get(graph)
    if indices is None:
        indices = _INDICES[graph] = _Indices(graph)
    return indices


def pool_nodes(x: torch.Tensor, graph: OperatorGraph, how: str = "mean") -> torch.Tensor:
    """Mean or sum of the nodes of each graph: x [N, D] -> [graphs, D]. A graph without nodes gives zeros.

    Raises ShapeError for x of another shape, ConfigError for another `how` than mean and sum.
    """
    check_choice("pool_nodes", "how", how, ("mean", "sum"))
    if x.dim() != 2 or x.shape[0] != graph.num_nodes:
        raise ShapeError(f"pool_nodes: x has shape {list(x.shape)}, expected [{graph.num_nodes}, D]")
    indices = _indices_of(graph)
    sums = x.new_zeros(len(indices.node_counts), x.shape[1]).index_add(0, indices.graph_of_node, x)
    return sums if how == "sum" else sums / indices.node_counts.clamp(min=1)[:, None]


class _StmLayer(torch.nn.Module):
    """What the two layers have in common: all but the gates of edges."""

    def __init__(
        self,
        width: int,
        heads: int,
        gates: dict[str, tuple[int, int]],
        *,
        mode: str,
        key_width: int | None,
        value_width: int | None,
        bias: bool,
        out: bool,
        epsilon: float,
        published_indexing: bool,
        form: str,
    ):
        super().__init__()
        name = type(self).__name__
        check_positive(name, width=width, heads=heads)
        check_choice(name, "mode", mode, ("P", "D"))
        keys = heads * head_width(name, "key_width", key_width, width, heads)
        values = head_width(name, "value_width", value_width, width, heads)
        self.width, self.heads, self.mode = width, heads, mode
        self.published_indexing, self.form = published_indexing, form
        self.query = torch.nn.Linear(width, keys, bias=bias)
        self.key = torch.nn.Linear(width, keys, bias=bias)
        self.value_ = torch.nn.Linear(width, heads * values, bias=bias)
        for gate, (inputs, outputs) in gates.items():
            self.add_module(gate, torch.nn.Linear(inputs, outputs))
        self.direct = torch.nn.Linear(width, heads)
        self.mhnorm = HeadNorm(heads, values, epsilon=epsilon)
        self.out = torch.nn.Linear(heads * values, width, bias=bias) if out else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """First values of docs/specification.md, section 3."""
        for linear in (self.query, self.key, self.value_, self.out):
            if linear is not None:
                small_normal_(linear.weight, linear.in_features)
                if linear.bias is not None:
                    torch.nn.init.zeros_(linear.bias)
        for gate in (self.source, self.mark, self.direct):
            torch.nn.init.zeros_(gate.weight)
            torch.nn.init.constant_(gate.bias, -5)
        torch.nn.init.zeros_(self.transition.weight)
        self.mhnorm.reset_parameters()

    def _graph(self, x: torch.Tensor, graph: Graphs) -> OperatorGraph:
        name = type(self).__name__
        if isinstance(graph, Mapping):
            graph = graph[self.mode]
        if not isinstance(graph, OperatorGraph):
            raise TypeError(f"{name}: graph is a {type(graph).__name__}, expected an OperatorGraph")
        if graph.mode != self.mode:
            raise ConfigError(f"{name}: the graph is laid out for mode {graph.mode}, the layer has mode {self.mode}")
        check_width(name, x, 2, self.width)
        if x.shape[0] != graph.num_nodes:
            raise ShapeError(f"{name}: x has {x.shape[0]} rows, expected one for each of {graph.num_nodes} nodes")
        return graph

    def _output(
        self,
        x: torch.Tensor,
        graph: OperatorGraph,
        source: torch.Tensor,
        transition: torch.Tensor,
        mark: torch.Tensor,
    ) -> torch.Tensor:
        """The output [N, D] of x [N, D] and gates source, mark [E, H], transition [L, H]."""

        def heads_first(rows: torch.Tensor) -> torch.Tensor:
            return rows.view(rows.shape[0], self.heads, -1).transpose(0, 1)

        y = graph_operator(
            graph,
            heads_first(self.query(x)),
            heads_first(self.key(x)),
            heads_first(self.value_(x)),
            source.t(),
            transition.t(),
            mark.t(),
            torch.sigmoid(self.direct(x)).t(),
            form=self.form,
        )
        y = self.mhnorm(y.transpose(0, 1)).flatten(1)
        return y if self.out is None else self.out(y)


class GraphLayer(_StmLayer):
    """The node layer: gates come from node features alone, one for each slot of a node.

    forward(x [N, D], graph) -> [N, D], without `out` [N, H V]. `graph` is an OperatorGraph of the layer's mode, or
    what operator_graphs() returns. max_degree is the largest in- or out-degree that a node may have.

    Parameters: query, key [H K, D], value_ [H V, D], source, mark [H M, D], transition [H M M, D], direct [H, D],
    mhnorm.scale [H, V], out [D, H V]; biases of all but query, key, value_ and out, which have one with bias=True.

    `pLSTMGraphLayer` of the published code, which looks slots up at the wrong end of an edge (docs/specification.md,
    section 7), so that two edges of a node may share a gate. published_indexing=True does the same: then weights that
    were trained with it give its outputs.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        max_degree: int,
        *,
        mode: str = "P",
        key_width: int | None = None,
        value_width: int | None = None,
        bias: bool = False,
        out: bool = True,
        epsilon: float = 1e-5,
        published_indexing: bool = False,
        form: str = "auto",
    ):
        check_positive("GraphLayer", heads=heads, max_degree=max_degree)
        self.max_degree = max_degree
        gates = {
            "source": (width, heads * max_degree),
            "transition": (width, heads * max_degree * max_degree),
            "mark": (width, heads * max_degree),
        }
        super().__init__(
            width, heads, gates, mode=mode, key_width=key_width, value_width=value_width, bias=bias, out=out,
            epsilon=epsilon, published_indexing=published_indexing, form=form,
        )  # fmt: skip

    def reset_parameters(self) -> None:
        """First values of docs/specification.md, section 3: an edge hands on to the out-slot of its in-slot."""
        super().reset_parameters()
        with torch.no_grad():
            self.transition.bias.copy_(torch.eye(self.max_degree).flatten().repeat(self.heads))

    def forward(self, x: torch.Tensor, graph: Graphs) -> torch.Tensor:
        """x [N, D] of the nodes of all graphs -> [N, D], without `out` [N, H V].

        Raises ShapeError for x of another shape, ConfigError for a graph that is laid out for the other mode,
        GraphError for a node of more than max_degree in- or out-edges.
        """
        graph = self._graph(x, graph)
        if graph.max_degree > self.max_degree:
            raise GraphError(
                f"GraphLayer: a node has {graph.max_degree} in- or out-edges, max_degree is {self.max_degree}"
            )
        i, slots = _indices_of(graph), self.max_degree
        in_slot, out_slot = (i.out_slot, i.in_slot) if self.published_indexing else (i.in_slot, i.out_slot)

        def by_slot(z: torch.Tensor, size: int) -> torch.Tensor:
            """[N, H * size] -> [N * size, H]"""
            return z.view(-1, self.heads, size).transpose(1, 2).reshape(-1, self.heads)

        source = by_slot(self.source(x), slots).index_select(0, i.tail * slots + out_slot)
        mark = by_slot(self.mark(x), slots).index_select(0, i.head * slots + in_slot)
        shared, entered, left = i.head[i.line_from], in_slot[i.line_from], out_slot[i.line_to]
        z = self.transition(x)
        if self.mode == "P":
            rows = z.view(-1, self.heads, slots, slots)
            rows = rows * (torch.arange(slots) < i.in_degree[:, None])[:, None, :, None]
            z = (rows / (0.5 + rows.abs().sum(-1, keepdim=True))).flatten(1)
        transition = by_slot(z, slots * slots).index_select(0, (shared * slots + entered) * slots + left)
        if self.mode == "D":
            transition = torch.tanh(transition)
        return self._output(x, graph, torch.sigmoid(source), transition, torch.sigmoid(mark))


class GraphEdgeLayer(_StmLayer):
    """The edge layer: gates come from the features of the edges concerned and of the node between them.

    forward(x [N, D], edge_features [E, J], graph) -> [N, D], without `out` [N, H V]. Edge features stand in the order
    of the edges of the graph. `graph` is an OperatorGraph of the layer's mode, or what operator_graphs() returns.

    Parameters: query, key [H K, D], value_ [H V, D], source, mark [H, D + J], transition [H, 2 J + D], direct [H, D],
    mhnorm.scale [H, V], out [D, H V]; biases of all, with bias=False not of query, key, value_ and out.

    `pLSTMGraphEdgeLayer` of the published code, which feeds the transition with the tail of the incoming edge instead
    of the node that both edges share (docs/specification.md, section 7). published_indexing=True does the same.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        edge_width: int,
        *,
        mode: str = "P",
        key_width: int | None = None,
        value_width: int | None = None,
        bias: bool = True,
        out: bool = True,
        epsilon: float = 1e-5,
        published_indexing: bool = False,
        form: str = "auto",
    ):
        check_positive("GraphEdgeLayer", edge_width=edge_width)
        self.edge_width = edge_width
        gates = {
            "source": (width + edge_width, heads),
            "transition": (width + 2 * edge_width, heads),
            "mark": (width + edge_width, heads),
        }
        super().__init__(
            width, heads, gates, mode=mode, key_width=key_width, value_width=value_width, bias=bias, out=out,
            epsilon=epsilon, published_indexing=published_indexing, form=form,
        )  # fmt: skip

    def reset_parameters(self) -> None:
        """First values of docs/specification.md, section 3."""
        super().reset_parameters()
        torch.nn.init.normal_(self.transition.bias, std=10)

    def forward(self, x: torch.Tensor, edge_features: torch.Tensor, graph: Graphs) -> torch.Tensor:
        """x [N, D], edge_features [E, J] of all graphs -> [N, D], without `out` [N, H V].

        Raises ShapeError for x or edge_features of another shape, ConfigError for a graph that is laid out for the
        other mode.
        """
        graph = self._graph(x, graph)
        if edge_features.shape != (graph.num_edges, self.edge_width):
            raise ShapeError(
                f"GraphEdgeLayer: edge_features has shape {list(edge_features.shape)}, expected "
                f"[{graph.num_edges}, {self.edge_width}]"
            )
        i, linear = _indices_of(graph), torch.nn.functional.linear
        # Each linear map is taken of nodes and edges once, and its parts are added where they meet.
        of_node, of_edge = self._parts(self.source, [self.width, self.edge_width])
        source = linear(x, of_node).index_select(0, i.tail) + linear(edge_features, of_edge, self.source.bias)
        of_node, of_edge = self._parts(self.mark, [self.width, self.edge_width])
        mark = linear(x, of_node).index_select(0, i.head) + linear(edge_features, of_edge, self.mark.bias)
        of_from, of_to, of_node = self._parts(self.transition, [self.edge_width, self.edge_width, self.width])
        shared = (i.tail if self.published_indexing else i.head)[i.line_from]
        transition = (
            linear(edge_features, of_from).index_select(0, i.line_from)
            + linear(edge_features, of_to).index_select(0, i.line_to)
            + linear(x, of_node, self.transition.bias).index_select(0, shared)
        )
        if self.mode == "D":
            transition = torch.tanh(transition)
        else:
            norms = x.new_full((graph.num_edges, self.heads), 0.5).index_add(0, i.line_to, transition.abs())
            transition = transition / norms.index_select(0, i.line_to)
        return self._output(x, graph, torch.sigmoid(source), transition, torch.sigmoid(mark))

    @staticmethod
    def _parts(linear: torch.nn.Linear, widths: list[int]) -> tuple[torch.Tensor, ...]:
        return linear.weight.split(widths, dim=1)
