"""Subjects of surveillance: a dataset and members of its dimensions, as the entity of a finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote, unquote

from ntanalytics.contract import DATASETS
from ntanalytics.contract.dimensions import column_named
from ntanalytics.contract.outcomes import tells_what
from ntanalytics.findings.finding import Entity, Finding

#: Kind of the entity.
KIND = "subject"

#: Characters that divide a key.
_DIVIDING = "%/="


def subject(dataset: str, members: Sequence[tuple[str, str]], label: str) -> Entity:
    """Return a subject as an entity: ``sms.messages/carrier=unicom/application=portal``.

    Args:
        dataset: name of the dataset.
        members: pairs of dimension and member, in the order of the dataset's columns.
        label: its name in Chinese.
    """
    parts = [f"{dimension}={_escaped(member)}" for dimension, member in members]
    return Entity(KIND, "/".join([dataset, *parts]), label)


def dataset_of(finding: Finding) -> str:
    """Return the dataset of a finding of surveillance; empty for any other finding."""
    return finding.entity.key.partition("/")[0] if finding.entity.kind == KIND else ""


def members_of(finding: Finding) -> Mapping[str, str]:
    """Return dimension → member of a finding of surveillance; empty for any other finding."""
    return subject_members(finding.entity)


def member_names(label: str) -> set[str]:
    """Return the words for the members of a subject in its label: ``督查督办`` of ``应用编号 督查督办``."""
    return {part.partition(" ")[2] for part in label.split("、")} - {""}


def named_part(finding: Finding) -> Entity | None:
    """Return the part of its subject that a finding names as that which nearly all of it is of, or which stands out."""
    key = finding.details.get("narrower_key") or finding.details.get("also_key")
    return Entity(KIND, str(key), "") if key else None


def says_what(finding: Finding, dimension: str) -> bool:
    """Return whether a dimension of a finding of surveillance says what happened, and not where or to whom."""
    column = column_named(DATASETS[dataset_of(finding)], dimension)
    return column is not None and tells_what(column)


def subject_members(entity: Entity) -> Mapping[str, str]:
    """Return dimension → member of a subject; empty for any other entity."""
    if entity.kind != KIND:
        return {}
    pairs = (part.partition("=") for part in entity.key.split("/")[1:])
    return {dimension: unquote(member) for dimension, _, member in pairs}


def _escaped(member: str) -> str:
    return "".join(quote(letter, safe="") if letter in _DIVIDING else letter for letter in member)
