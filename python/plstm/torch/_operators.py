"""The operators on a graph, on sequences and on grids as functions of tensors."""

from __future__ import annotations

import torch
from torch.autograd.function import once_differentiable

from .. import _plstm
from .._plstm import OperatorGraph


def _check(function: str, tensors: dict[str, torch.Tensor | None], optional: tuple[str, ...] = ()) -> None:
    first = None
    for name, tensor in tensors.items():
        if tensor is None and name in optional:
            continue
        if not isinstance(tensor, torch.Tensor):
            raise TypeError(f"{function}: {name} is a {type(tensor).__name__}, expected a torch.Tensor")
        if tensor.device.type != "cpu" or tensor.layout != torch.strided:
            raise TypeError(f"{function}: {name} is no dense tensor on the CPU")
        if tensor.dtype not in (torch.float32, torch.float64):
            raise TypeError(f"{function}: {name} has the type {tensor.dtype}, expected float32 or float64")
        first = first or (name, tensor.dtype)
        if tensor.dtype != first[1]:
            raise TypeError(f"{function}: {name} has the type {tensor.dtype}, and {first[0]} has {first[1]}")


def _rows_together(tensor: torch.Tensor) -> torch.Tensor:
    """The last dimension of three lies together; copied only if it does not."""
    tensor = tensor.detach()
    return tensor.contiguous() if tensor.dim() == 3 and tensor.shape[2] > 1 and tensor.stride(2) != 1 else tensor


class _GraphOperator(torch.autograd.Function):
    @staticmethod
    def forward(ctx, graph, form, *inputs):
        dense = [_rows_together(tensor) for tensor in inputs]
        if dense[0].dim() != 3 or dense[2].dim() != 3:
            raise _plstm.ShapeError("graph_operator: query and value have 3 dimensions, [H, N, K] and [H, N, V]")
        output = dense[2].new_empty((dense[0].shape[0], graph.num_nodes, dense[2].shape[2]))
        graph.forward(*dense, output, form)
        ctx.graph, ctx.form = graph, form
        ctx.save_for_backward(*inputs)
        return output

    @staticmethod
    @once_differentiable
    def backward(ctx, output_gradient):
        dense = [_rows_together(tensor) for tensor in ctx.saved_tensors]
        gradients = [torch.zeros_like(tensor, memory_format=torch.contiguous_format) for tensor in dense]
        ctx.graph.backward(*dense, _rows_together(output_gradient), gradients, ctx.form)
        return None, None, *gradients


def graph_operator(
    graph: OperatorGraph,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    source: torch.Tensor,
    transition: torch.Tensor,
    mark: torch.Tensor,
    direct: torch.Tensor,
    *,
    form: str = "auto",
) -> torch.Tensor:
    """The operator on a DAG, or on several side by side (docs/specification.md, section 2); [H, N, V].

        C_e = s_e k_tail(e) v_tail(e)^T + sum over line edges f -> e of t_fe C_f      state of edge e, [K, V]
        y_n = sum over edges e into n of m_e C_e^T q_n + d_n (q_n . k_n) v_n          output of node n, [V]

    query, key [H, N, K], value [H, N, V], source (s) and mark (m) [H, E], transition (t) [H, L] in the order of
    LineGraph.edges, direct (d) [H, N]. Queries are not scaled by K^(-1/2). Strides are free, but a dimension of width K
    or V must lie together, else it is copied. form: auto, recurrent, closed, chunkwise or doubling; all agree to
    rounding.
    """
    if not isinstance(graph, OperatorGraph):
        raise TypeError(f"graph_operator: graph is a {type(graph).__name__}, expected an OperatorGraph")
    inputs = {
        "query": query, "key": key, "value": value, "source": source, "transition": transition, "mark": mark,
        "direct": direct,
    }  # fmt: skip
    _check("graph_operator", inputs)
    _check_form("graph_operator", form)
    return _GraphOperator.apply(graph, form, *inputs.values())


def _check_form(function: str, form: object) -> None:
    if not isinstance(form, str):
        raise TypeError(f"{function}: form is {form!r:.60}, expected a text")


class _SequenceOperator(torch.autograd.Function):
    @staticmethod
    def forward(ctx, form, initial_state, *inputs):
        dense = [tensor.detach().contiguous() for tensor in inputs]
        state = None if initial_state is None else initial_state.detach().contiguous()
        query, value, transition, mark = dense[0], dense[2], dense[4], dense[5]
        batch, length, heads, key_width, _ = query.shape
        output = query.new_empty((batch, length, heads, value.shape[3], mark.shape[3]))
        final = query.new_empty((batch, heads, key_width, value.shape[3], transition.shape[3]))
        _plstm.sequence_forward(dense, state, output, final, form)
        ctx.form = form
        ctx.has_state = state is not None
        ctx.save_for_backward(*inputs, *([initial_state] if ctx.has_state else []))
        return output, final

    @staticmethod
    @once_differentiable
    def backward(ctx, output_gradient, final_gradient):
        saved = [tensor.detach().contiguous() for tensor in ctx.saved_tensors]
        dense, state = saved[:7], saved[7] if ctx.has_state else None
        gradients = [torch.zeros_like(tensor) for tensor in dense]
        of_state = torch.zeros_like(state) if ctx.has_state else None
        _plstm.sequence_backward(
            dense, state, output_gradient.contiguous(), final_gradient.contiguous(), gradients, of_state, ctx.form
        )
        return None, of_state, *gradients


def sequence_operator(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    source: torch.Tensor,
    transition: torch.Tensor,
    mark: torch.Tensor,
    direct: torch.Tensor,
    *,
    initial_state: torch.Tensor | None = None,
    form: str = "auto",
) -> tuple[torch.Tensor, torch.Tensor]:
    """The operator on sequences (docs/specification.md, section 6).

    Returns the output [B, T, H, V, JO] and the final state [B, H, K, V, JT].

    query [B, T, H, K, JQ], key [B, T, H, K, JK], value [B, T, H, V, JV], source [B, T, H, JT, JK, JV],
    transition [B, T, H, JT, JT], mark [B, T, H, JO, JQ, JT], direct [B, T, H, JO, JQ, JK, JV],
    initial_state [B, H, K, V, JT] (None: zeros). Queries are scaled by K^(-1/2). What is not row-major is copied.
    form: auto, recurrent or chunkwise.
    """
    inputs = {
        "query": query, "key": key, "value": value, "source": source, "transition": transition, "mark": mark,
        "direct": direct,
    }  # fmt: skip
    _check("sequence_operator", {**inputs, "initial_state": initial_state}, ("initial_state",))
    _check_form("sequence_operator", form)
    _check_dims("sequence_operator", inputs, (5, 5, 5, 6, 5, 6, 7))
    return _SequenceOperator.apply(form, initial_state, *inputs.values())


def _check_dims(function: str, tensors: dict[str, torch.Tensor | None], dims: tuple[int, ...]) -> None:
    for (name, tensor), wanted in zip(tensors.items(), dims):
        if tensor is not None and tensor.dim() != wanted:
            raise _plstm.ShapeError(f"{function}: {name} has {tensor.dim()} dimensions, expected {wanted}")


class _GridOperator(torch.autograd.Function):
    @staticmethod
    def forward(ctx, form, *inputs):
        dense = [None if tensor is None else tensor.detach().contiguous() for tensor in inputs]
        query, value, mark = dense[0], dense[2], dense[9]
        output = query.new_empty((*query.shape[:4], value.shape[4], mark.shape[5]))
        _plstm.grid_forward(dense, output, form)
        ctx.form = form
        ctx.absent = [tensor is None for tensor in inputs]
        ctx.save_for_backward(*(tensor for tensor in inputs if tensor is not None))
        return output

    @staticmethod
    @once_differentiable
    def backward(ctx, output_gradient):
        saved = iter(ctx.saved_tensors)
        dense = [None if absent else next(saved).detach().contiguous() for absent in ctx.absent]
        gradients = [None if tensor is None else torch.zeros_like(tensor) for tensor in dense]
        _plstm.grid_backward(dense, output_gradient.contiguous(), gradients, ctx.form)
        return None, *gradients


def grid_operator(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    source_right: torch.Tensor,
    source_down: torch.Tensor,
    left_to_right: torch.Tensor,
    up_to_down: torch.Tensor,
    left_to_down: torch.Tensor | None,
    up_to_right: torch.Tensor | None,
    mark_left: torch.Tensor,
    mark_up: torch.Tensor,
    direct: torch.Tensor,
    *,
    form: str = "auto",
) -> torch.Tensor:
    """The operator on grids (docs/specification.md, section 6); [B, X, Y, H, V, JO].

    query [B, X, Y, H, K, JQ], key [B, X, Y, H, K, JK], value [B, X, Y, H, V, JV],
    source_right, source_down [B, X, Y, H, O, JT, JK, JV],
    left_to_right, up_to_down, left_to_down, up_to_right [B, X, Y, H, O, JT, JT],
    mark_left, mark_up [B, X, Y, H, O, JO, JQ, JT], direct [B, X, Y, H, JO, JQ, JK, JV].
    left_to_down or up_to_right may be None: no state takes this turn. O is 1, or 4: the grid is also read with x, y and
    both flipped. Queries are scaled by K^(-1/2). What is not row-major is copied.
    form: auto, recurrent, chunkwise, dense or sliced.
    """
    inputs = {
        "query": query, "key": key, "value": value, "source_right": source_right, "source_down": source_down,
        "left_to_right": left_to_right, "up_to_down": up_to_down, "left_to_down": left_to_down,
        "up_to_right": up_to_right, "mark_left": mark_left, "mark_up": mark_up, "direct": direct,
    }  # fmt: skip
    _check("grid_operator", inputs, ("left_to_down", "up_to_right"))
    _check_form("grid_operator", form)
    _check_dims("grid_operator", inputs, (6, 6, 6, 8, 8, 7, 7, 7, 7, 8, 8, 8))
    return _GridOperator.apply(form, *inputs.values())
