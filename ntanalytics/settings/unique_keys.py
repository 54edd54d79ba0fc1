"""YAML whose keys are unique: of a key that is written twice, PyYAML silently takes the last value.

What libyaml cannot read is read again in Python, whose messages name the place in words that stay the same.
"""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import suppress
from typing import Any

import yaml

from ntanalytics.language import tr


class _UniqueKeys(yaml.constructor.SafeConstructor):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Return the keys and values of a mapping."""
        seen = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if (key.tag, key.value) in seen:
                problem = tr("the key {key} is there twice", key=key.value)
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add((key.tag, key.value))
        return super().construct_mapping(node, deep)


def load_yaml(text: str) -> Any:
    """Return the value of a YAML text.

    Raises:
        yaml.YAMLError: it is not YAML, or a key is there twice.
    """
    root = compose_yaml(text)
    return None if root is None else _UniqueKeys().construct_document(root)


def compose_yaml(text: str) -> yaml.Node | None:
    """Return the nodes of a YAML text, each with its place; None if it is empty.

    Raises:
        yaml.YAMLError, RecursionError: it is not YAML.
    """
    if not text.startswith("\ufeff"):  # behind a byte order mark libyaml counts the places in another way
        with suppress(yaml.YAMLError, UnicodeError):
            return yaml.compose(text, Loader=yaml.CSafeLoader)
    return yaml.compose(text, Loader=yaml.SafeLoader)
