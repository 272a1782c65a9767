"""What a user sees of a training."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence

from ._plstm import Progress


class _Bar:
    """A bar of tqdm, which knows notebooks."""

    def __init__(self, tqdm):
        self._tqdm = tqdm
        self._bar = None

    def __call__(self, progress: Progress) -> None:
        if self._bar is None:
            total = progress.members * progress.epochs
            self._bar = self._tqdm(total=total, unit="epoch", desc="plstm", dynamic_ncols=True)
        if not math.isnan(progress.validation_metric):
            self._bar.set_postfix_str(f"validation {progress.validation_metric:.4g}", refresh=False)
        self._bar.update(1)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


class _Lines:
    """A line for each epoch, on standard error."""

    def __call__(self, progress: Progress) -> None:
        print(
            f"network {progress.member + 1}/{progress.members} epoch {progress.epoch}/{progress.epochs}: "
            f"train loss {progress.train_loss:.4g}, validation {progress.validation_metric:.4g}"
            f"{' *' if progress.best else ''}",
            file=sys.stderr,
            flush=True,
        )

    def close(self) -> None:
        pass


def _display(verbose: int | bool):
    if not verbose:
        return None
    if int(verbose) == 1:
        try:
            from tqdm.auto import tqdm

            return _Bar(tqdm)
        except ImportError:
            pass
    return _Lines()


class Reporter:
    """One callback of all that want to see a training; None if nobody does."""

    def __init__(self, verbose: int | bool, callbacks: Callable | Sequence[Callable] | None):
        if callbacks is None:
            callbacks = []
        elif callable(callbacks):
            callbacks = [callbacks]
        callbacks = list(callbacks)
        for callback in callbacks:
            if not callable(callback):
                raise TypeError(f"callbacks has {callback!r}, expected functions of a plstm.Progress")
        self._callbacks = callbacks
        self._display = _display(verbose)

    def function(self) -> Callable | None:
        if self._display is None and not self._callbacks:
            return None
        return self._see

    def _see(self, progress: Progress) -> bool:
        if self._display is not None:
            self._display(progress)
        answers = [callback(progress) for callback in self._callbacks]
        return any(answer is True for answer in answers)

    def __enter__(self) -> Reporter:
        return self

    def __exit__(self, *_) -> None:
        if self._display is not None:
            self._display.close()
