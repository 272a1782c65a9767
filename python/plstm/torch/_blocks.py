"""Blocks around layers."""

from __future__ import annotations

from collections.abc import Iterable

import torch

from .._plstm import ConfigError
from ._norms import RMSNorm
from ._settings import check_choice, check_positive, small_normal_

_GATING = {"silu": torch.nn.functional.silu, "gelu": torch.nn.functional.gelu}


class Scale(torch.nn.Module):
    """A learned factor of each channel: [..., width] -> the same shape.

    Parameters: scale [width], one at first. `ScaleLayer` and `PassthroughLayer` of the published code.
    """

    def __init__(self, width: int):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.ones(width))

    def reset_parameters(self) -> None:
        """First values: ones."""
        torch.nn.init.ones_(self.scale)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """scale * x: [..., width] -> the same shape."""
        return self.scale * x


def _linear(inputs: int, outputs: int) -> torch.nn.Linear:
    linear = torch.nn.Linear(inputs, outputs)
    _reset_linear(linear)
    return linear


def _reset_linear(linear: torch.nn.Linear) -> None:
    small_normal_(linear.weight, linear.in_features)
    torch.nn.init.zeros_(linear.bias)


def up_width(width: int, factor: int) -> int:
    """The multiple of 64 that the published code takes for factor * width: 64 ((factor width - 1) / 64 + 1)."""
    return 64 * ((factor * width - 1) // 64 + 1)


def _drop_path(branch: torch.Tensor, rate: float) -> torch.Tensor:
    keep = torch.empty(branch.shape[0], *[1] * (branch.dim() - 1), dtype=branch.dtype).bernoulli_(1 - rate)
    return branch * keep / (1 - rate)


class PostUpBlock(torch.nn.Module):
    """x <- x + layer(norm(x)), then x <- x + down(g(up(norm2(x)))); [..., width] -> the same shape.

    forward(x, *args, **settings) hands all but x on to the layer. g is the gating function, "gelu" or "silu"; with
    gated=True, `up` is twice as wide and g(up) is a * gating(b). scaled=True adds a learned factor of each channel to
    both branches. drop_path drops whole branches of entries of the first dimension while training: samples, but
    nodes where x is of graphs.

    Parameters: norm, norm2, upproj [hidden or twice hidden, width], interaction_module, downproj [width, hidden],
    scale1, scale2; hidden = 64 ((4 width - 1) / 64 + 1), rounded down. `PostUpProjectionBlock` of the published code.
    """

    def __init__(
        self,
        width: int,
        layer: torch.nn.Module,
        *,
        gated: bool = False,
        gating: str = "gelu",
        scaled: bool = False,
        drop_path: float = 0,
        epsilon: float = 1e-5,
    ):
        super().__init__()
        check_positive("PostUpBlock", width=width)
        check_choice("PostUpBlock", "gating", gating, tuple(_GATING))
        if not 0 <= drop_path < 1:
            raise ConfigError(f"PostUpBlock: drop_path is {drop_path}, expected 0 <= drop_path < 1")
        hidden = up_width(width, 4)
        self.gated, self.gating, self.drop_path = gated, gating, drop_path
        self.norm = RMSNorm(width, epsilon=epsilon)
        self.norm2 = RMSNorm(width, epsilon=epsilon)
        self.upproj = _linear(width, 2 * hidden if gated else hidden)
        self.interaction_module = layer
        self.downproj = _linear(hidden, width)
        self.scale1 = Scale(width) if scaled else None
        self.scale2 = Scale(width) if scaled else None

    def reset_parameters(self) -> None:
        """First values, those of the layer too."""
        _reset_linear(self.upproj)
        _reset_linear(self.downproj)
        for part in (self.norm, self.norm2, self.interaction_module, self.scale1, self.scale2):
            if part is not None:
                part.reset_parameters()

    def _added(self, x: torch.Tensor, branch: torch.Tensor, scale: Scale | None) -> torch.Tensor:
        if scale is not None:
            branch = scale(branch)
        return x + (_drop_path(branch, self.drop_path) if self.training and self.drop_path else branch)

    def forward(self, x: torch.Tensor, *args, **settings) -> torch.Tensor:
        """x [..., width] -> the same shape; the rest is for the layer."""
        x = self._added(x, self.interaction_module(self.norm(x), *args, **settings), self.scale1)
        wide = self.upproj(self.norm2(x))
        gating = _GATING[self.gating]
        if self.gated:
            a, b = wide.chunk(2, dim=-1)
            wide = a * gating(b)
        else:
            wide = gating(wide)
        return self._added(x, self.downproj(wide), self.scale2)


class PreUpBlock(torch.nn.Module):
    """x <- x + down(layer(a) * silu(b)), [a, b] = up(norm(x)); [..., width] -> the same shape.

    forward(x, *args, **settings) hands all but x on to the layer, whose width is PreUpBlock.inner_width(width).

    Parameters: norm, upproj [2 inner, width], interaction_module, downproj [width, inner]. `PreUpProjectionBlock` of
    the published code.
    """

    def __init__(self, width: int, layer: torch.nn.Module, *, epsilon: float = 1e-5):
        super().__init__()
        check_positive("PreUpBlock", width=width)
        inner = self.inner_width(width)
        self.norm = RMSNorm(width, epsilon=epsilon)
        self.upproj = _linear(width, 2 * inner)
        self.interaction_module = layer
        self.downproj = _linear(inner, width)

    @staticmethod
    def inner_width(width: int) -> int:
        """64 ((2 width - 1) / 64 + 1), rounded down."""
        return up_width(width, 2)

    def reset_parameters(self) -> None:
        """First values, those of the layer too."""
        _reset_linear(self.upproj)
        _reset_linear(self.downproj)
        self.norm.reset_parameters()
        self.interaction_module.reset_parameters()

    def forward(self, x: torch.Tensor, *args, **settings) -> torch.Tensor:
        """x [..., width] -> the same shape; the rest is for the layer."""
        a, b = self.upproj(self.norm(x)).chunk(2, dim=-1)
        return x + self.downproj(self.interaction_module(a, *args, **settings) * torch.nn.functional.silu(b))


class BlockPair(torch.nn.Module):
    """Two blocks, one after the other, usually one of P-mode and one of D-mode; all but x goes to both.

    Parameters: block0, block1. `pLSTMGraphBlock`, `pLSTMGraphEdgeBlock` and `pLSTMVisionBlock1` of the published code.
    """

    def __init__(self, block0: torch.nn.Module, block1: torch.nn.Module):
        super().__init__()
        self.block0, self.block1 = block0, block1

    def reset_parameters(self) -> None:
        """First values of both blocks."""
        self.block0.reset_parameters()
        self.block1.reset_parameters()

    def forward(self, x: torch.Tensor, *args, **settings) -> torch.Tensor:
        """x of the shape that the blocks take -> the same shape; the rest goes to both."""
        return self.block1(self.block0(x, *args, **settings), *args, **settings)


class BlockStack(torch.nn.Module):
    """Blocks, one after the other; all but x goes to each.

    Parameters: blocks.<i>. `BlockStack` of the published code.
    """

    def __init__(self, blocks: Iterable[torch.nn.Module]):
        super().__init__()
        self.blocks = torch.nn.ModuleList(blocks)

    def reset_parameters(self) -> None:
        """First values of all blocks."""
        for block in self.blocks:
            block.reset_parameters()

    def forward(self, x: torch.Tensor, *args, **settings) -> torch.Tensor:
        """x of the shape that the blocks take -> the same shape; the rest goes to each."""
        for block in self.blocks:
            x = block(x, *args, **settings)
        return x
