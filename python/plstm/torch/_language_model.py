"""The language model (docs/specification.md, section 6, "Models")."""

from __future__ import annotations

import torch

from ._blocks import BlockStack, PostUpBlock, PreUpBlock
from ._norms import RMSNorm
from ._sequence_layer import SequenceLayer
from ._settings import check_choice, check_positive, small_normal_


class LanguageModel(torch.nn.Module):
    """Tokens [B, T] of int64 -> logits [B, T, vocabulary]; position i sees the tokens up to i.

    Settings that are not named here go to each SequenceLayer. Its first ones are those of the published code: it tracks
    states with JT = JV = JO = 4, and a sub-head has four channels in pre-up blocks, those of a head in post-up ones.

    Parameters: token_embedding.weight [vocabulary, D], block_stack.blocks.<i>, post_blocks_norm.scale [D],
    lm_head.weight [vocabulary, D], which tied=True leaves out. `pLSTMLMModel` of the published code.
    """

    def __init__(
        self,
        vocabulary: int,
        width: int,
        blocks: int,
        *,
        block: str = "pre_up",
        heads: int = 4,
        tied: bool = False,
        soft_cap: float = 10,
        epsilon: float = 1e-5,
        **layer: object,
    ):
        super().__init__()
        check_positive("LanguageModel", vocabulary=vocabulary, width=width, blocks=blocks)
        check_choice("LanguageModel", "block", block, ("pre_up", "post_up"))
        pre_up = block == "pre_up"
        inner = PreUpBlock.inner_width(width) if pre_up else width
        first = {"tracking": {"JT": 4, "JV": 4, "JO": 4}, "sub_heads": inner // 4 if pre_up else heads}
        settings = {**first, "epsilon": epsilon, **layer}

        def make() -> torch.nn.Module:
            inside = SequenceLayer(inner, heads, out=not pre_up, **settings)
            return (PreUpBlock if pre_up else PostUpBlock)(width, inside, epsilon=epsilon)

        self.soft_cap = soft_cap
        self.token_embedding = torch.nn.Embedding(vocabulary, width)
        self.block_stack = BlockStack(make() for _ in range(blocks))
        self.post_blocks_norm = RMSNorm(width, epsilon=epsilon)
        self.lm_head = None if tied else torch.nn.Linear(width, vocabulary, bias=False)
        self._reset_ends()

    def _reset_ends(self) -> None:
        small_normal_(self.token_embedding.weight, self.token_embedding.embedding_dim)
        if self.lm_head is not None:
            small_normal_(self.lm_head.weight, self.lm_head.in_features)

    def reset_parameters(self) -> None:
        """First values of all parts."""
        self._reset_ends()
        self.block_stack.reset_parameters()
        self.post_blocks_norm.reset_parameters()

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """tokens [B, T] int64 -> logits [B, T, vocabulary]."""
        x = self.post_blocks_norm(self.block_stack(self.token_embedding(tokens)))
        head = self.token_embedding if self.lm_head is None else self.lm_head
        logits = torch.nn.functional.linear(x, head.weight)
        return self.soft_cap * torch.tanh(logits / self.soft_cap) if self.soft_cap else logits
