"""Division of an evaluation between a process and its assistant, part by part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from ntanalytics.checks.context import CheckContext
from ntanalytics.kernels.assistant import has_assistant, share_out

if TYPE_CHECKING:
    from ntanalytics.findings.finding import Finding

T = TypeVar("T")


@dataclass(frozen=True)
class Part(Generic[T]):
    """Part of an evaluation.

    Attributes:
        result: what was worked out.
        opened: the datasets that were opened for it (:class:`ntanalytics.workspace.report.Report`).
    """

    result: T
    opened: tuple[tuple[str, int | None], ...]


class Partner(Protocol):
    """Calls by which an assistant works out the parts of the same evaluation; they are pickled."""

    def checks(self, subsystem: str) -> Callable[[], Part[Any]]:
        """Return the call for the results of the checks of a subsystem."""

    def summary(self, subsystem: str, findings: tuple[Finding, ...]) -> Callable[[], Part[Any]]:
        """Return the call for the summary of a subsystem."""


def part(context: CheckContext, work: Callable[[], T]) -> Part[T]:
    """Do some work of an evaluation, and return its result with the datasets that were opened for it."""
    opened = context.report.opened
    before = len(opened)
    result = work()
    return Part(result, tuple(opened[before:]))


def shared_parts(
    context: CheckContext,
    names: Sequence[str],
    here: Callable[[str], T],
    there: Callable[[str], Callable[[], Part[T]]] | None,
) -> dict[str, T]:
    """Return name → result, in the order of the names.

    The head of the report describes the datasets as if this process had opened them all, in that order.

    Args:
        context: the context.
        names: ids of subsystems.
        here: works out the part of one of them.
        there: returns the call for the same part; None where this process does everything.
    """
    if there is None or len(names) < 2 or not has_assistant():  # one part cannot be divided
        return {name: here(name) for name in names}
    before = list(context.report.opened)
    parts = share_out(names, lambda name: part(context, lambda: here(name)), there)
    opened = [entry for made in parts.values() for entry in made.opened]
    context.report.describe_in_order([*before, *opened], context.dataset)
    return {name: made.result for name, made in parts.items()}
