"""The vision model (docs/specification.md, section 6, "Models")."""

from __future__ import annotations

import torch

from .._plstm import ConfigError, ShapeError
from ._blocks import BlockPair, BlockStack, PostUpBlock
from ._grid_layer import GridLayer
from ._norms import RMSNorm
from ._settings import check_choice, check_positive, small_normal_

_POOLINGS = {
    "corners": lambda x: torch.cat([x[:, 0, 0], x[:, -1, 0], x[:, 0, -1], x[:, -1, -1]], dim=-1),
    "mean": lambda x: x.mean((1, 2)),
    "sum": lambda x: x.sum((1, 2)),
    "max": lambda x: x.amax((1, 2)),
    "center": lambda x: x[:, x.shape[1] // 2, x.shape[2] // 2],
    "cls": lambda x: x[:, 0, 0],
}


class _PatchEmbedding(torch.nn.Module):
    """Images [B, rows, cols, C] -> [B, rows / patch, cols / patch, D]."""

    def __init__(self, channels: int, width: int, patch: int):
        super().__init__()
        self.proj = torch.nn.Conv2d(channels, width, patch, stride=patch)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        small_normal_(self.proj.weight, self.proj.weight[0].numel())
        torch.nn.init.zeros_(self.proj.bias)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.proj(images.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)


class _PositionGrid(torch.nn.Module):
    """Adds a learned vector to each node; resized, bicubic, if the grid has another size."""

    def __init__(self, size_x: int, size_y: int, width: int):
        super().__init__()
        self.embed = torch.nn.Parameter(torch.empty(1, size_x, size_y, width))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        torch.nn.init.normal_(self.embed, std=0.02)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.shape[1:] == self.embed.shape[1:]:
            return x + self.embed
        embed = torch.nn.functional.interpolate(self.embed.permute(0, 3, 1, 2), size=x.shape[1:3], mode="bicubic")
        return x + embed.permute(0, 2, 3, 1)


class VisionModel(torch.nn.Module):
    """Images [B, rows, cols, channels] of any size in whole patches -> [B, outputs].

    Pairs of blocks on the grid of patches, the first of mode `blocks[0]`, the second of `blocks[1]`. Settings that are
    not named here go to each GridLayer. pooling: corners (four nodes side by side), mean, sum, max, center, or cls
    (node (0, 0)).

    Parameters: patch_embed.proj, pos_embed.embed [1, rows / patch, cols / patch, D], block_stack.blocks.<i>.block0 and
    block1, norm.scale [D], head [outputs, D or 4 D]. `pLSTMVisionModel` of the published code, whose class token,
    which does not run there, is left out.
    """

    def __init__(
        self,
        width: int,
        pairs: int,
        outputs: int,
        *,
        image: tuple[int, int],
        patch: int = 16,
        channels: int = 3,
        heads: int = 4,
        blocks: str = "PD",
        positions: bool = True,
        pooling: str = "corners",
        drop_path: float = 0,
        epsilon: float = 1e-5,
        **layer: object,
    ):
        super().__init__()
        check_positive("VisionModel", width=width, pairs=pairs, outputs=outputs, patch=patch, channels=channels)
        check_choice("VisionModel", "pooling", pooling, tuple(_POOLINGS))
        check_choice("VisionModel", "blocks", blocks, ("PD", "DP", "PP", "DD"))
        rows, cols = image
        check_positive("VisionModel", rows=rows, cols=cols)
        if rows % patch or cols % patch:
            raise ConfigError(f"VisionModel: an image of {rows} x {cols} is no multiple of the patch {patch}")

        def make(mode: str) -> PostUpBlock:
            inside = GridLayer(width, heads, mode=mode, epsilon=epsilon, **layer)
            return PostUpBlock(width, inside, drop_path=drop_path, epsilon=epsilon)

        self.channels, self.patch, self.pooling = channels, patch, pooling
        self.patch_embed = _PatchEmbedding(channels, width, patch)
        self.pos_embed = _PositionGrid(rows // patch, cols // patch, width) if positions else None
        self.block_stack = BlockStack(BlockPair(make(blocks[0]), make(blocks[1])) for _ in range(pairs))
        self.norm = RMSNorm(width, epsilon=epsilon)
        self.head = torch.nn.Linear(4 * width if pooling == "corners" else width, outputs)
        self._reset_head()

    def _reset_head(self) -> None:
        small_normal_(self.head.weight, self.head.in_features)
        torch.nn.init.zeros_(self.head.bias)

    def reset_parameters(self) -> None:
        """First values of all parts."""
        self._reset_head()
        for part in (self.patch_embed, self.pos_embed, self.block_stack, self.norm):
            if part is not None:
                part.reset_parameters()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """images [B, rows, cols, channels] -> [B, outputs].

        Raises ShapeError for images of another number of dimensions or channels, or whose sides are no multiples of the
        patch.
        """
        if images.dim() != 4 or images.shape[3] != self.channels:
            raise ShapeError(
                f"VisionModel: images has shape {list(images.shape)}, expected [B, rows, cols, {self.channels}]"
            )
        if images.shape[1] % self.patch or images.shape[2] % self.patch:
            raise ShapeError(
                f"VisionModel: an image of {images.shape[1]} x {images.shape[2]} is no multiple of the patch "
                f"{self.patch}"
            )
        x = self.patch_embed(images)
        if self.pos_embed is not None:
            x = self.pos_embed(x)
        return self.head(_POOLINGS[self.pooling](self.norm(self.block_stack(x))))
