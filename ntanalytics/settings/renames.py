"""Keys and values of the settings and the jobs that were renamed: a file with the former ones is read as before.

``ntanalytics upgrade`` says which, and ``--write`` rewrites them in the file, whose comments and layout stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import yaml

from ntanalytics.errors import SettingsError
from ntanalytics.language import tr
from ntanalytics.settings.yaml_edits import Scalar, replace_scalars, scalars

#: Former product name → present name. Settings and a site's own folder may keep the former one.
RENAMED_PRODUCTS: Mapping[str, str] = MappingProxyType({"ledger": "desk_workbook"})


@dataclass(frozen=True)
class Rename:
    """Rename of a key, or of a value.

    Attributes:
        path: keys to the key, or to the value; ``*`` stands for any.
        former: the former name.
        present: the present name.
        of: whether the key is renamed, or its value.
    """

    path: tuple[str, ...]
    former: str
    present: str
    of: Literal["key", "value"] = "key"

    def concerns(self, scalar: Scalar) -> bool:
        """Return True if a scalar has the former name."""
        path = (*self.path, self.former) if self.of == "key" else self.path
        return (
            scalar.is_key == (self.of == "key")
            and scalar.value == self.former
            and len(path) == len(scalar.path)
            and all(wanted in ("*", own) for wanted, own in zip(path, scalar.path, strict=True))
        )


#: Renames in ntanalytics.yml, by the version after which they came.
SETTINGS_RENAMES: Sequence[Rename] = (
    # 0.1.0
    Rename(("rules", "*"), "watch", "warning"),
    Rename(("rules", "*"), "bad", "critical"),
    Rename(("rules", "*"), "fewest", "min_count"),
    *(Rename(("sources", "*", "product"), former, name, "value") for former, name in RENAMED_PRODUCTS.items()),
)

#: Renames in jobs.yml; there was none so far.
JOBS_RENAMES: Sequence[Rename] = ()


@dataclass(frozen=True)
class Replacement:
    """Former name in a file.

    Attributes:
        where: keys to it, with dots.
        former: the former name.
        present: the present name.
        line: number of its line.
    """

    where: str
    former: str
    present: str
    line: int


def current_text(text: str, renames: Sequence[Rename]) -> tuple[str, list[Replacement]]:
    """Return the text of a file with the present names, and what was replaced.

    Raises:
        SettingsError: a key stands under both names.
        yaml.YAMLError, RecursionError: the text is not YAML.
    """
    if not any(rename.former in text for rename in renames):  # reading a file twice takes time
        return text, []
    former = list(_former(text, renames))
    changed = replace_scalars(text, {scalar: rename.present for scalar, rename in former})
    return changed, [
        Replacement(
            ".".join(map(str, scalar.path)), rename.former, rename.present, text.count("\n", 0, scalar.start) + 1
        )
        for scalar, rename in former
    ]


def _former(text: str, renames: Sequence[Rename]) -> Iterator[tuple[Scalar, Rename]]:
    everything = list(scalars(text))
    keys = {scalar.path for scalar in everything if scalar.is_key}
    for scalar in everything:
        for rename in renames:
            if rename.concerns(scalar):
                if scalar.is_key and (*scalar.path[:-1], rename.present) in keys:
                    where = ".".join(map(str, scalar.path[:-1]))
                    raise SettingsError(
                        tr(
                            "{former} is the former name of {present}, which is there, too",
                            former=rename.former,
                            present=rename.present,
                        ),
                        where=where,
                        todo=tr("remove {former}", former=rename.former),
                    )
                yield scalar, rename


def renames_of(text: str, renames: Sequence[Rename]) -> list[Replacement]:
    """Return the former names in the text of a file; none if the text is not YAML, which its reader says."""
    try:
        return current_text(text, renames)[1]
    except (yaml.YAMLError, RecursionError):
        return []
