"""Maps from features to the gates, queries, keys and values of heads."""

from __future__ import annotations

import math

import torch

from .._plstm import ConfigError
from ._settings import check_positive, small_normal_


class HeadGate(torch.nn.Module):
    """sigma(bias + W x) for each group: [..., width] -> [..., groups, *dims].

    Parameters: bias [groups, *dims], and with weight=True weight [groups, 1, *dims, width]; without, the gates are the
    same at every position. `SourceLayer`, `MarkLayer` and `DirectLayer` of the published code with one sub-head.
    """

    def __init__(self, width: int, groups: int, dims: tuple[int, ...] = (), *, weight: bool = True, bias: float = -5):
        super().__init__()
        check_positive("HeadGate", width=width, groups=groups, **{f"dims[{i}]": d for i, d in enumerate(dims)})
        self.first_bias = bias
        self.bias = torch.nn.Parameter(torch.empty(groups, *dims))
        if weight:
            self.weight = torch.nn.Parameter(torch.empty(groups, 1, *dims, width))
        else:
            self.register_parameter("weight", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """First values: the bias as it was set, weights zero."""
        torch.nn.init.constant_(self.bias, self.first_bias)
        if self.weight is not None:
            torch.nn.init.zeros_(self.weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Gates between 0 and 1: x [..., width] -> [..., groups, *dims]."""
        return torch.sigmoid(affine(x, self.bias, self.weight))


def affine(x: torch.Tensor, bias: torch.Tensor, weight: torch.Tensor | None) -> torch.Tensor:
    """bias + W x, [..., *bias.shape]; without weight the bias at each position."""
    if weight is None:
        return bias.expand(*x.shape[:-1], *bias.shape)
    return torch.nn.functional.linear(x, weight.reshape(-1, x.shape[-1]), bias.flatten()).unflatten(-1, bias.shape)


class HeadProjection(torch.nn.Module):
    """Queries, keys or values of heads: [..., in_width] -> [..., heads, width, tracking].

    The input is cut into `sub_heads` parts. Each head reads one of them, or, with more parts than heads, each part of
    a head's width reads one. Parameters: weight [heads / S, width, tracking, S, in_width / S], S = sub_heads, with more
    parts than heads [1, width heads / S, tracking, S, in_width / S]; bias [heads, width, tracking]. `QueryLayer`,
    `KeyLayer` and `ValueLayer` of the published code.
    """

    def __init__(self, in_width: int, heads: int, width: int, tracking: int = 1, *, sub_heads: int = 1):
        super().__init__()
        sizes = {"in_width": in_width, "heads": heads, "width": width, "tracking": tracking, "sub_heads": sub_heads}
        check_positive("HeadProjection", **sizes)
        parts = sub_heads // heads if sub_heads > heads else 1
        groups = heads // sub_heads if sub_heads <= heads else 1
        if in_width % sub_heads or groups * sub_heads != heads * parts or width % parts:
            raise ConfigError(
                f"HeadProjection: {sub_heads} sub-heads do not fit {heads} heads of width {width} and {in_width} inputs"
            )
        self.weight = torch.nn.Parameter(
            torch.empty(groups, width // parts, tracking, sub_heads, in_width // sub_heads)
        )
        self.bias = torch.nn.Parameter(torch.empty(heads, width, tracking))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """First values: small normal weights, biases zero."""
        small_normal_(self.weight, self.weight.shape[-1])
        torch.nn.init.zeros_(self.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x [..., in_width] -> [..., heads, width, tracking]."""
        groups, width, tracking, sub_heads, part = self.weight.shape
        rows = x.shape[:-1]
        # One product of matrices a part: [S, rows, part] x [S, part, outputs of the part].
        parts = x.reshape(math.prod(rows), sub_heads, part).transpose(0, 1)
        weight = self.weight.permute(3, 4, 0, 1, 2).reshape(sub_heads, part, groups * width * tracking)
        y = torch.bmm(parts, weight).view(sub_heads, -1, groups, width * tracking)
        return y.permute(1, 2, 0, 3).reshape(*rows, *self.bias.shape) + self.bias
