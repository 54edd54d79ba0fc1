"""Result of one check of ``ntanalytics doctor``, results by their cause, and the verdict over all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ntanalytics.errors import NtaError
from ntanalytics.language import tr


class State(StrEnum):
    """Result of one check."""

    OK = "ok"
    WARNING = "warning"  #: it works, and should be checked
    CRITICAL = "critical"  #: something will fail


@dataclass(frozen=True)
class Diagnosis:
    """Result of the check of one item.

    Attributes:
        subject: the part of the site: ``settings``, ``sources.sms``, ``calendar`` …
        item: the item: ``secret``, ``read-only``, a dataset …
        state: the result.
        message: the result as a text.
        exit_code: the exit code of the error that would follow; 0 for none.
    """

    subject: str
    item: str
    state: State
    message: str
    exit_code: int = 0

    def as_data(self) -> dict[str, str | int]:
        """Return the diagnosis as JSON."""
        fields = {"subject": self.subject, "item": self.item, "state": self.state.value}
        return {**fields, "said": self.message, "exit_code": self.exit_code}


@dataclass(frozen=True)
class DiagnosedCause:
    """A cause, and every item that it concerns.

    Attributes:
        state: the result of its items.
        items: the items: part of the site, and item.
        message: the message of the first item.
    """

    state: State
    items: tuple[tuple[str, str], ...]
    message: str


def critical(subject: str, item: str, error: NtaError) -> Diagnosis:
    """Return the diagnosis of an error."""
    return Diagnosis(subject, item, State.CRITICAL, str(error), error.exit_code)


def by_cause(diagnoses: Iterable[Diagnosis]) -> list[DiagnosedCause]:
    """Return the results with each cause once, in the order of its first item; what is in order stands alone."""
    groups: dict[object, list[Diagnosis]] = {}
    for number, diagnosis in enumerate(diagnoses):
        groups.setdefault(number if diagnosis.state is State.OK else _cause(diagnosis), []).append(diagnosis)
    return [
        DiagnosedCause(same[0].state, tuple((diagnosis.subject, diagnosis.item) for diagnosis in same), same[0].message)
        for same in groups.values()
    ]


def _cause(diagnosis: Diagnosis) -> tuple[State, str]:
    """Return the problem without its place, which is equal where one cause has several results."""
    place, colon, problem = diagnosis.message.partition(": ")
    is_place = bool(colon) and place.startswith(diagnosis.subject)
    return diagnosis.state, problem if is_place else diagnosis.message


def verdict(causes: Sequence[DiagnosedCause]) -> str:
    """Return the sentence that ends the list: whether reports can be issued, and where to begin."""
    serious = [cause for cause in causes if cause.state is State.CRITICAL]
    doubtful = [cause for cause in causes if cause.state is State.WARNING]
    if serious:
        first = " ".join(serious[0].items[0])
        others = tr(", and look at {count} warning(s)", count=len(doubtful)) if doubtful else ""
        return tr(
            "not ready: {count} problem(s) to solve, begin with {first}{others}",
            count=len(serious),
            first=first,
            others=others,
        )
    if doubtful:
        return tr("ready, with {count} warning(s): reports come out, look at each of them", count=len(doubtful))
    return tr("ready: everything is in order")


def exit_code(diagnoses: Iterable[Diagnosis]) -> int:
    """Return 0 if nothing is critical, else the exit code of the first critical item."""
    return next((diagnosis.exit_code for diagnosis in diagnoses if diagnosis.state is State.CRITICAL), 0)
