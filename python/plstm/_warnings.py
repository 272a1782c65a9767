from __future__ import annotations


class MoleculeWarning(UserWarning):
    """Some rows hold no molecule that can be read.

    errors: number of each such row, counted from 0, and the reason.
    """

    def __init__(self, text: str, errors: dict[int, str]):
        super().__init__(text)
        self.errors = errors
