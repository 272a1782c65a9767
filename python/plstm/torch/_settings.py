"""Checks of the settings of modules, and first values of parameters."""

from __future__ import annotations

import math

import torch

from .._plstm import ConfigError, ShapeError


def check_positive(module: str, **settings: object) -> None:
    """Raises TypeError for what is no whole number, ConfigError for one below 1."""
    for name, value in settings.items():
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"{module}: {name} is {value!r:.60}, expected a whole number")
        if value < 1:
            raise ConfigError(f"{module}: {name} is {value}, expected at least 1")


def check_choice(module: str, name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ConfigError(f"{module}: {name} is {value!r:.60}, expected one of {', '.join(choices)}")


def head_width(module: str, name: str, given: int | None, width: int, parts: int) -> int:
    """The given width, or the part of `width` that falls to each of so many parts."""
    if given is not None:
        check_positive(module, **{name: given})
        return given
    if width % parts:
        raise ConfigError(f"{module}: {parts} parts do not divide the width {width}: set {name}")
    return width // parts


def check_width(module: str, x: torch.Tensor, dims: int, width: int) -> None:
    """x has so many dimensions, and the last one is `width`."""
    if not isinstance(x, torch.Tensor):
        raise TypeError(f"{module}: x is a {type(x).__name__}, expected a torch.Tensor")
    if x.dim() != dims or x.shape[-1] != width:
        raise ShapeError(f"{module}: x has shape {list(x.shape)}, expected {dims} dimensions, the last of {width}")


def small_normal_(weight: torch.Tensor, fan_in: int) -> None:
    """Normal with standard deviation sqrt(2 / (5 fan_in))."""
    torch.nn.init.normal_(weight, std=math.sqrt(2 / (5 * fan_in)))


def spread_(bias: torch.Tensor, low: float, high: float) -> None:
    """Evenly from low to high, in the order of memory."""
    with torch.no_grad():
        if bias.numel() == 1:
            bias.fill_((low + high) / 2)
        else:
            bias.copy_(torch.linspace(low, high, bias.numel(), dtype=bias.dtype).view_as(bias))
