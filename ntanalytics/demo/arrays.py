"""Arrays and random numbers of the demo city: their types, and rows that are kept in columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

Rng: TypeAlias = np.random.Generator
Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Times: TypeAlias = NDArray[np.datetime64]
#: Texts, or texts and None.
Objects: TypeAlias = NDArray[np.object_]


def texts(values: Iterable[str | None]) -> Objects:
    """Return texts as an array that can be indexed."""
    return np.array(list(values), dtype=object)


@dataclass(frozen=True)
class ArrayRows:
    """Base of dataclasses whose fields are arrays with an item a row."""

    def take(self, rows: Ints | Bools) -> Self:
        """Return some rows, by index or by a mask."""
        return type(self)(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    @classmethod
    def concat(cls, parts: Iterable[Self]) -> Self:
        """Return the rows of all parts, one part behind the other."""
        listed = list(parts)
        columns = {field.name: [getattr(part, field.name) for part in listed] for field in fields(cls)}
        return cls(**{name: np.concatenate(column) for name, column in columns.items()})
