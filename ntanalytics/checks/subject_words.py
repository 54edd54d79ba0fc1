"""Subjects of surveillance in Chinese: their dimensions and members, and the format of what is measured of them."""

from __future__ import annotations

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.parent_units import column_of, label_of
from ntanalytics.contract import Column, Dataset, Type
from ntanalytics.contract.dimensions import state_of
from ntanalytics.detectors.surveillance.leaf_table import ANY_MEMBER, NO_MEMBER
from ntanalytics.metrics.rows import rows

#: Word for the member of events that have none, and for that of those that have any.
_NULL, _ANY = "空值", "有值"


def references(dataset: Dataset) -> dict[str, tuple[Dataset, str]]:
    """Return the columns of a dataset that refer to something with a name: its dataset and that column."""
    others = (column.name for column in dataset.columns if dataset.key != (column.name,))
    states = {name: state_of(name) for name in others}
    return {key: state for key, state in states.items() if state is not None and state[1]}


def _names(context: CheckContext, state: str, key: str, name: str) -> dict[str, str]:
    """Return key → name of what lasts, by its snapshot of the day."""
    table = context.dataset(state).table
    return {row[key]: row["name"] for row in rows(table.select(key, name=name))}


def form_of(value: Column) -> str:
    """Return the format of a value: that of its unit."""
    if value.name.endswith("_bucket"):
        return "ms"
    if value.type is Type.INTEGER and not value.unit:  # how many measurements there are, or cases that belong together
        return "number:0"
    return {"ms": "ms", "秒": "seconds", "B": "bytes"}.get(value.unit, "number:2")


def subject_label(context: CheckContext, dataset: Dataset, members: tuple[tuple[str, str], ...]) -> str:
    """Return a subject in Chinese: ``应用 公积金服务、运营商 中国电信``; of all events the dataset."""
    words = [f"{label_of(dataset, name)} {member_word(context, dataset, name, member)}" for name, member in members]
    return "、".join(words) or f"全部{dataset.label}"


def member_word(context: CheckContext, dataset: Dataset, name: str, member: str) -> str:
    """Return a member in Chinese, where it has a word or a name."""
    column = column_of(dataset, name)
    if member in (NO_MEMBER, ANY_MEMBER):
        return _NULL if member == NO_MEMBER else _ANY
    if column is None:
        return member
    if name in (known := references(dataset)):
        state, label = known[name]
        return context.shared(_names, state.name, name, label).get(member, member)
    if column.type is Type.BOOLEAN:
        return {"true": "是", "false": "否"}.get(member, member)
    return column.values.get(member, member)
