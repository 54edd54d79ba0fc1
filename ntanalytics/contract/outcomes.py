"""Outcomes: the columns of a dataset that tell how an event ended, and why it failed."""

from __future__ import annotations

from ntanalytics.contract.dataset import Column, Type

#: Smallest status of an HTTP answer that the server could not give (RFC 9110, 15.6).
FAILED_STATUS = 500

#: Codes of an enumeration that mean a failure, and flags that are false on one.
_FAILED_CODES, _FLAGS = ("failure", "failed", "bad"), ("is_up", "is_available")

#: Column that names what a row measures.
_MEASURED = "metric"

#: Columns of the reason of a failure.
_REASONS = ("reason", "failure_code", "failure")


def tells_outcome(column: Column) -> bool:
    """Return whether a column tells if an event failed: a status of HTTP, a flag, or an enumeration with a failure."""
    is_status = column.type is Type.INTEGER and column.name == "status"
    return is_status or column.name in _FLAGS or bool(set(_FAILED_CODES) & set(column.values))


def tells_reason(column: Column) -> bool:
    """Return whether a column tells why an event failed, and is null where it did not."""
    return column.name in _REASONS and column.nullable


def tells_what(column: Column) -> bool:
    """Return whether a column says what happened, or what is measured, and not where or to whom."""
    return column.type is Type.BOOLEAN or tells_outcome(column) or tells_reason(column) or column.name == _MEASURED


def tells_success(column: Column, member: str) -> bool:
    """Return whether a member of a column of outcomes says that an event did not fail; of a reason none does.

    Args:
        column: one that :func:`tells_outcome` or :func:`tells_reason`.
        member: one of its values as text: ``200``, ``true``, ``delivered``.
    """
    if column.type is Type.INTEGER:
        return int(member) < FAILED_STATUS - 100  # nor does it refuse
    if column.type is Type.BOOLEAN:
        return member == "true"
    return tells_outcome(column) and {*column.values} & {*_FAILED_CODES} == {*column.values} - {member}


def failed_value(column: Column) -> str | int | bool:
    """Return the value of a column of outcomes on a failure; of a status the smallest one.

    Args:
        column: one that :func:`tells_outcome`.
    """
    if column.type is Type.INTEGER:
        return FAILED_STATUS
    return False if column.type is Type.BOOLEAN else next(code for code in _FAILED_CODES if code in column.values)
