"""Transitions of states."""

from __future__ import annotations

import torch

from ._gates import affine
from ._settings import check_choice, check_positive, spread_

EIGENVALUES = ("tanh", "logsigmoid", "expexp")
NORMALIZATIONS = (
    "exponential_orthogonalization",
    "householder_orthogonalization",
    "qr",
    "eigenvalue_restriction",
    "singularvalue_restriction",
)


def normalize_matrices(a: torch.Tensor, mode: str) -> torch.Tensor:
    """Matrices [..., J, J] made orthogonal, or limited (docs/specification.md, section 6).

    exponential_orthogonalization   sum over k < 16 of S^k / k!, S = A - A^T
    householder_orthogonalization   -H_1 H_2 ..., H_i = 1 - 2 a_i a_i^T, a_i = row i of A / (its norm + 1e-5)
    qr                              Q of A = Q R
    eigenvalue_restriction          A / max(1, largest absolute eigenvalue)
    singularvalue_restriction       A / max(1, largest singular value)

    The published code finds Q in float32, leaves out reflections where J is no power of two, and estimates the last
    two by a few power iterations with an approximate gradient; these are exact. Raises ConfigError for another mode.
    """
    check_choice("normalize_matrices", "mode", mode, NORMALIZATIONS)
    if mode == "qr":
        return torch.linalg.qr(a)[0]
    if mode == "eigenvalue_restriction":
        return a / torch.linalg.eigvals(a).abs().amax(-1).clamp(min=1)[..., None, None]
    if mode == "singularvalue_restriction":
        return a / torch.linalg.matrix_norm(a, 2).clamp(min=1)[..., None, None]
    identity = torch.eye(a.shape[-1], dtype=a.dtype)
    result = identity.expand(a.shape)
    if mode == "exponential_orthogonalization":
        skew = a - a.mT
        for k in range(15, 0, -1):
            result = identity + skew @ result / k
        return result
    rows = a / (torch.linalg.vector_norm(a, dim=-1, keepdim=True) + 1e-5)
    for row in rows.unbind(-2):
        result = result - 2 * (result @ row[..., None]) * row[..., None, :]
    return -result


class TransitionLayer(torch.nn.Module):
    """Transitions [..., groups, JT, JT] of features [..., width] (docs/specification.md, section 6).

    With JT = 1 an eigenvalue f(e), e = bias + W x; else O diag(f(e)) I, where O and I come from affine maps of x by
    `normalize_matrices`. f is tanh(5 e), sigma(e)^5 (logsigmoid) or exp(-5 exp(-e)) (expexp).

    Parameters: eigenvalues_bias [groups, JT], eigenvalues_weight [groups, 1, JT, width]; with JT > 1 inproj_bias,
    outproj_bias [groups, JT, JT] and inproj_weight, outproj_weight [groups, 1, JT, JT, width].
    `LongRangeTransitionLayer` of the published code with one sub-head.
    """

    def __init__(
        self,
        width: int,
        groups: int,
        state: int = 1,
        *,
        eigenvalues: str = "tanh",
        normalization: str = "exponential_orthogonalization",
    ):
        super().__init__()
        check_positive("TransitionLayer", width=width, groups=groups, state=state)
        check_choice("TransitionLayer", "eigenvalues", eigenvalues, EIGENVALUES)
        check_choice("TransitionLayer", "normalization", normalization, NORMALIZATIONS)
        self.eigenvalues, self.normalization = eigenvalues, normalization
        if state > 1:
            self._add("inproj", width, groups, state, state)
        self._add("eigenvalues", width, groups, state)
        if state > 1:
            self._add("outproj", width, groups, state, state)
        self.reset_parameters()

    def _add(self, name: str, width: int, groups: int, *dims: int) -> None:
        self.register_parameter(name + "_bias", torch.nn.Parameter(torch.empty(groups, *dims)))
        self.register_parameter(name + "_weight", torch.nn.Parameter(torch.empty(groups, 1, *dims, width)))

    def reset_parameters(self) -> None:
        """Eigenvalues of 0.987 to 0.9999 (tanh), factors that are the identity, weights zero."""
        for name, parameter in self.named_parameters():
            torch.nn.init.zeros_(parameter)
            if name in ("inproj_bias", "outproj_bias"):
                with torch.no_grad():
                    parameter.copy_(torch.eye(parameter.shape[-1]))
        spread_(self.eigenvalues_bias, 0.5, 1)

    def _activated(self, e: torch.Tensor) -> torch.Tensor:
        if self.eigenvalues == "tanh":
            return torch.tanh(5 * e)
        if self.eigenvalues == "logsigmoid":
            return torch.exp(5 * torch.nn.functional.logsigmoid(e))
        return torch.exp(-5 * torch.exp(-e))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x [..., width] -> [..., groups, JT, JT]."""
        values = self._activated(affine(x, self.eigenvalues_bias, self.eigenvalues_weight))[..., None]
        if values.shape[-2] == 1:
            return values
        inner = normalize_matrices(affine(x, self.inproj_bias, self.inproj_weight), self.normalization)
        outer = normalize_matrices(affine(x, self.outproj_bias, self.outproj_weight), self.normalization)
        return outer @ (values * inner)
