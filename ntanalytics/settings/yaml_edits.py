"""Changes of single scalars in the text of a YAML file; its comments and its layout stay."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from ntanalytics.settings.unique_keys import compose_yaml

#: Keys from the root of the file to a scalar; the number of an item in a list.
KeyPath = tuple[str | int, ...]


@dataclass(frozen=True)
class Scalar:
    """Scalar of a YAML file, with its place in the text.

    Attributes:
        path: keys to it; of a key of a mapping, those to its value.
        is_key: whether it is a key.
        value: its text.
        start: index of its first character.
        end: index behind its last character.
    """

    path: KeyPath
    is_key: bool
    value: str
    start: int
    end: int


def scalars(text: str) -> Iterator[Scalar]:
    """Yield the keys and the scalar values of a YAML text, in its order.

    Raises:
        yaml.YAMLError, RecursionError: the text is not YAML.
    """
    root = compose_yaml(text)
    if root is not None:
        yield from _scalars(root, ())


def _scalars(node: yaml.Node, path: KeyPath) -> Iterator[Scalar]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            own = (*path, str(key.value))
            yield Scalar(own, True, str(key.value), key.start_mark.index, key.end_mark.index)
            yield from _scalars(value, own)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _scalars(item, (*path, number))
    else:
        yield Scalar(path, False, str(node.value), node.start_mark.index, node.end_mark.index)


def replace_scalars(text: str, changes: Mapping[Scalar, str]) -> str:
    """Return the text with other scalars; a value is quoted, a key is not."""
    for scalar, value in sorted(changes.items(), key=lambda change: -change[0].start):
        written = value if scalar.is_key else json.dumps(value, ensure_ascii=False)
        text = text[: scalar.start] + written + text[scalar.end :]
    return text
