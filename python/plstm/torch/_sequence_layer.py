"""The layer on sequences (docs/specification.md, section 6, "1D layer")."""

from __future__ import annotations

import torch

from .._plstm import ConfigError
from ._blocks import Scale
from ._gates import HeadGate, HeadProjection
from ._norms import HeadNorm
from ._operators import sequence_operator
from ._settings import check_positive, check_width, head_width, small_normal_
from ._transitions import TransitionLayer


class CausalConvolution(torch.nn.Module):
    """Every channel convolved on its own, nothing from the future: [B, T, D] -> the same shape.

    Parameters: _conv.weight [D, 1, taps], _conv.bias [D]. `Convolution1DLayer` of the published code. At first the last
    tap is one and the others are zero, which changes nothing.
    """

    def __init__(self, width: int, taps: int = 4):
        super().__init__()
        check_positive("CausalConvolution", width=width, taps=taps)
        self._conv = torch.nn.Conv1d(width, width, taps, groups=width)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """First values: the last tap is one, all else zero."""
        with torch.no_grad():
            self._conv.weight.zero_()[..., -1] = 1
            self._conv.bias.zero_()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x [B, T, D] -> the same shape."""
        past = self._conv.kernel_size[0] - 1
        return self._conv(torch.nn.functional.pad(x.mT, (past, 0))).mT


class SequenceLayer(torch.nn.Module):
    """pLSTM on sequences: [B, T, D] -> the same shape, for any T. With c = conv(x), or x without a convolution:

        q, k = projections of c,  v = projection of x,  gates and transitions from c
        y = outprojection(norm(operator(q, k, v, ...))) + passthrough.scale * c

    With return_state=True it returns y and the state after the last step, [B, H, K, V, JT], which the next call on the
    same sequences may take as initial_state, if the layer has no convolution.

    tracking = {"JT": 4, "JV": 4, "JO": 4} sets widths of state tracking, one by default (the published code has these
    three). taps=0 leaves the convolution out.

    Parameters: conv._conv, source, mark, direct, transition, query, key, value_, mhnorm.scale [H, V JO],
    outprojection.weight [D, H V JO], passthrough.scale [D]. `pLSTM1DLayer` of the published code. That one pads
    sequences to a power of two, its final state is the one after the padding, and with a convolution and a passthrough
    it fails where something is padded.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        *,
        key_width: int | None = None,
        value_width: int | None = None,
        tracking: dict[str, int] | None = None,
        sub_heads: int | None = None,
        taps: int = 4,
        gate_weights: bool = False,
        passthrough: bool = True,
        out: bool = True,
        eigenvalues: str = "tanh",
        normalization: str = "exponential_orthogonalization",
        epsilon: float = 1e-5,
        form: str = "auto",
    ):
        super().__init__()
        name = "SequenceLayer"
        check_positive(name, width=width, heads=heads)
        jt, jk, jv, jo, jq = tracking_widths(name, tracking)
        keys = head_width(name, "key_width", key_width, width, heads * jk)
        values = head_width(name, "value_width", value_width, width, heads * jo)
        if not out and heads * values * jo != width:
            raise ConfigError(f"{name}: without out, {heads} heads of {values} x {jo} must make up the width {width}")
        sub_heads = heads if sub_heads is None else sub_heads
        self.width, self.form = width, form
        self.conv = CausalConvolution(width, taps) if taps else None
        self.source = HeadGate(width, heads, (jt, jk, jv), weight=gate_weights)
        self.transition = TransitionLayer(width, heads, jt, eigenvalues=eigenvalues, normalization=normalization)
        self.mark = HeadGate(width, heads, (jo, jq, jt), weight=gate_weights)
        self.direct = HeadGate(width, heads, (jo, jq, jk, jv), weight=gate_weights)
        self.query = HeadProjection(width, heads, keys, jq, sub_heads=sub_heads)
        self.key = HeadProjection(width, heads, keys, jk, sub_heads=sub_heads)
        self.value_ = HeadProjection(width, heads, values, jv, sub_heads=sub_heads)
        self.mhnorm = HeadNorm(heads, values * jo, epsilon=epsilon)
        self.outprojection = torch.nn.Linear(heads * values * jo, width, bias=False) if out else None
        self.passthrough = Scale(width) if passthrough else None
        if out:
            small_normal_(self.outprojection.weight, heads * values * jo)

    def reset_parameters(self) -> None:
        """First values: gates nearly closed, long memory, the convolution and the passthrough do nothing."""
        for name, module in self.named_children():
            if name == "outprojection":
                small_normal_(module.weight, module.in_features)
            else:
                module.reset_parameters()

    def forward(
        self, x: torch.Tensor, *, initial_state: torch.Tensor | None = None, return_state: bool = False
    ) -> torch.Tensor | tuple[torch.Tensor, torch.Tensor]:
        """x [B, T, D] -> the same shape, with return_state=True and the state [B, H, K, V, JT].

        initial_state is one that an earlier call has returned; None stands for zeros. Raises ShapeError for x or a
        state of another shape, TypeError for what is no CPU tensor of float32 or float64.
        """
        check_width("SequenceLayer", x, 3, self.width)
        c = x if self.conv is None else self.conv(x)
        y, state = sequence_operator(
            self.query(c),
            self.key(c),
            self.value_(x),
            self.source(c),
            self.transition(c),
            self.mark(c),
            self.direct(c),
            initial_state=initial_state,
            form=self.form,
        )
        y = self.mhnorm(y.flatten(-2)).flatten(-2)
        if self.outprojection is not None:
            y = self.outprojection(y)
        if self.passthrough is not None:
            y = y + self.passthrough(c)
        return (y, state) if return_state else y


def tracking_widths(module: str, tracking: dict[str, int] | None) -> tuple[int, ...]:
    """JT, JK, JV, JO and JQ; raises ConfigError for another name."""
    widths = dict.fromkeys(("JT", "JK", "JV", "JO", "JQ"), 1)
    for name, width in (tracking or {}).items():
        if name not in widths:
            raise ConfigError(f"{module}: tracking has {name!r:.60}, expected {', '.join(widths)}")
        widths[name] = width
    check_positive(module, **widths)
    return tuple(widths.values())
