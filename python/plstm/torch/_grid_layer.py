"""The layer on grids (docs/specification.md, section 6, "2D layer")."""

from __future__ import annotations

import torch

from ._gates import HeadGate, HeadProjection
from ._norms import HeadNorm
from ._operators import grid_operator
from ._sequence_layer import tracking_widths
from ._settings import check_choice, check_positive, check_width, head_width, small_normal_, spread_
from ._transitions import TransitionLayer


class GridLayer(torch.nn.Module):
    """pLSTM on grids: [B, X, Y, D] -> the same shape, for any X and Y.

    The grid is read in four orientations. In P-mode an angle of each head and orientation turns the flow between right
    and down. In D-mode both directions have gates of their own, and one turn: up to right with chirality "L", left to
    down with "R". Then a norm per head, and `outprojection`.

    Parameters: mode P: orientation_bias [4, H], orientation_weight [4, H, D], source, transition, mark, each of 4 H
    groups; mode D: source_r, source_d, transition_r, transition_d, transition_rd, mark_l, mark_u. Both: direct, query,
    key, value_, mhnorm.scale [H, V JO], outprojection.weight [D, H V JO].

    `pLSTM2DLayerFused` of the published code. Its `pLSTM2DLayer` has parameters of the same names and shapes that mean
    something else: orientations stand before heads in the gates, each orientation is normed on its own and the mean
    is taken, and none is flipped along Y. Its weights load, and give other outputs.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        *,
        mode: str = "P",
        chirality: str = "L",
        key_width: int | None = None,
        value_width: int | None = None,
        tracking: dict[str, int] | None = None,
        sub_heads: int | None = None,
        gate_weights: bool = False,
        eigenvalues: str = "tanh",
        normalization: str = "exponential_orthogonalization",
        epsilon: float = 1e-5,
        form: str = "auto",
    ):
        super().__init__()
        name = "GridLayer"
        check_positive(name, width=width, heads=heads)
        check_choice(name, "mode", mode, ("P", "D"))
        check_choice(name, "chirality", chirality, ("L", "R"))
        jt, jk, jv, jo, jq = tracking_widths(name, tracking)
        keys = head_width(name, "key_width", key_width, width, heads * jk)
        values = head_width(name, "value_width", value_width, width, heads * jo)
        sub_heads = heads if sub_heads is None else sub_heads
        self.width, self.heads, self.mode, self.chirality, self.form = width, heads, mode, chirality, form

        def add_gates(kind: str, names: str, dims: tuple[int, ...]) -> None:
            for part in names.split():
                self.add_module(kind + part.strip("."), HeadGate(width, 4 * heads, dims, weight=gate_weights))

        if mode == "P":
            self.orientation_bias = torch.nn.Parameter(torch.empty(4, heads))
            self.orientation_weight = torch.nn.Parameter(torch.empty(4, heads, width))
        add_gates("source", "." if mode == "P" else "_r _d", (jt, jk, jv))
        for part in [""] if mode == "P" else ["_r", "_d", "_rd"]:
            transition = TransitionLayer(width, 4 * heads, jt, eigenvalues=eigenvalues, normalization=normalization)
            self.add_module("transition" + part, transition)
        add_gates("mark", "." if mode == "P" else "_l _u", (jo, jq, jt))
        self.direct = HeadGate(width, heads, (jo, jq, jk, jv), weight=gate_weights)
        self.query = HeadProjection(width, heads, keys, jq, sub_heads=sub_heads)
        self.key = HeadProjection(width, heads, keys, jk, sub_heads=sub_heads)
        self.value_ = HeadProjection(width, heads, values, jv, sub_heads=sub_heads)
        self.mhnorm = HeadNorm(heads, values * jo, epsilon=epsilon)
        self.outprojection = torch.nn.Linear(heads * values * jo, width, bias=False)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """First values: gates nearly closed, long memory, angles spread over heads and orientations."""
        for name, module in self.named_children():
            if name == "outprojection":
                small_normal_(module.weight, module.in_features)
            else:
                module.reset_parameters()
        if self.mode == "P":
            spread_(self.orientation_bias, -2, 2)
            torch.nn.init.zeros_(self.orientation_weight)

    def _turned_gates(self, x: torch.Tensor) -> list[torch.Tensor | None]:
        weight = self.orientation_weight.flatten(0, 1) * (0.5 / self.width)
        angle = torch.sigmoid(torch.nn.functional.linear(x, weight, self.orientation_bias.flatten()))
        source = angle[..., None, None, None] * self.source(x)
        transition = angle[..., None, None] * self.transition(x)
        mark = self.mark(x)
        # The flow that is not turned right goes down; with JT > 1 this is the identity less what goes right.
        rest = torch.eye(transition.shape[-1], dtype=x.dtype) - transition
        return [source, 1 - source, transition, rest, rest, transition, mark, mark]

    def _own_gates(self, x: torch.Tensor) -> list[torch.Tensor | None]:
        turn = self.transition_rd(x)
        turns = [None, turn] if self.chirality == "L" else [turn, None]
        directions = [self.source_r(x), self.source_d(x), self.transition_r(x), self.transition_d(x)]
        return [*directions, *turns, self.mark_l(x), self.mark_u(x)]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x [B, X, Y, D] -> the same shape. Raises ShapeError for x of another shape."""
        check_width("GridLayer", x, 4, self.width)
        gates = self._turned_gates(x) if self.mode == "P" else self._own_gates(x)
        by_orientation = [None if gate is None else gate.unflatten(3, (self.heads, 4)) for gate in gates]
        projections = [self.query(x), self.key(x), self.value_(x)]
        y = grid_operator(*projections, *by_orientation, self.direct(x), form=self.form)
        return self.outprojection(self.mhnorm(y.flatten(-2)).flatten(-2))
