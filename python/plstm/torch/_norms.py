"""Root-mean-square norms."""

from __future__ import annotations

import torch


class RMSNorm(torch.nn.Module):
    """x / sqrt(mean of x^2 over the last dimension + epsilon) * scale; any shape [..., width].

    Parameters: scale [width]. `RMSNorm` of the published code.
    """

    def __init__(self, width: int, *, epsilon: float = 1e-5):
        super().__init__()
        self.epsilon = epsilon
        self.scale = torch.nn.Parameter(torch.ones(width))

    def reset_parameters(self) -> None:
        """First values: ones."""
        torch.nn.init.ones_(self.scale)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The norm of x, in the shape of x."""
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.epsilon) * self.scale


class HeadNorm(RMSNorm):
    """The same norm of each head on its own: [..., heads, width] -> the same shape.

    Parameters: scale [heads, width]. `MultiHeadRMSNorm` of the published code.
    """

    def __init__(self, heads: int, width: int, *, epsilon: float = 1e-5):
        super().__init__(heads * width, epsilon=epsilon)
        self.scale = torch.nn.Parameter(torch.ones(heads, width))
