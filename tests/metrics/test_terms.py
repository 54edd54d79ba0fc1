"""Terms of cases: hand-made deadlines over a weekend, and without one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import ibis.expr.types as ir

from ntanalytics.contract import DATASETS
from ntanalytics.contract.dimensions import lasting_kinds, planned_terms, value_named
from ntanalytics.metrics.terms import terms_of_rows, with_terms

FRIDAY = dt.date(2026, 11, 20)
#: From Friday to the next Friday: Saturday and Sunday are off.
OFF = [False, True, True, False, False, False, False, False]


def _at(day: int, hour: int) -> dt.datetime:
    """Return a local hour of a day of November as a moment in UTC."""
    return dt.datetime(2026, 11, day, hour, tzinfo=dt.timezone(dt.timedelta(hours=8))).astimezone(dt.UTC)


def _terms(table: Callable[..., ir.Table], *spans: tuple[dt.datetime, dt.datetime | None]) -> list[float | None]:
    rows = [
        {"delivery_id": f"{number}", "sent_at": start, "due_at": due, "day": FRIDAY}
        for number, (start, due) in enumerate(spans)
    ]
    terms = planned_terms(DATASETS["docexchange.deliveries"])
    found = with_terms(table("docexchange.deliveries", rows), terms, 8, FRIDAY, OFF).order_by("delivery_id")
    return [row["due_at_term_s"] for row in found.to_pyarrow().to_pylist()]


def test_a_term_counts_no_day_off_between_its_ends(table) -> None:
    spans = [
        (_at(20, 10), _at(20, 18)),  # eight hours of one day
        (_at(20, 10), _at(23, 10)),  # over the weekend, a worked day
        (_at(21, 10), _at(23, 10)),  # sent on Saturday: without the Sunday
        (_at(23, 0), _at(24, 0)),  # from a local midnight to the next
        (_at(20, 10), None),
    ]
    assert _terms(table, *spans) == [8 * 3600.0, 86_400.0, 86_400.0, 86_400.0, None]


def test_a_day_of_which_nothing_is_known_counts_as_worked(table) -> None:
    # ten days, of which two are known to be off
    assert _terms(table, (_at(20, 10), _at(30, 10))) == [8 * 86_400.0]


def test_a_case_has_the_term_of_its_deadline_and_a_probed_certificate_has_none() -> None:
    (term,) = planned_terms(DATASETS["desk.tickets"])
    assert (term.name, term.label, term.unit) == ("due_at_term_s", "应完成时长", "秒")
    assert value_named(DATASETS["desk.tickets"], term.name) == term
    assert value_named(DATASETS["sms.messages"], "segments").label == "计费条数"
    assert planned_terms(DATASETS["infra.checks"]) == ()


def test_what_is_new_in_a_register_has_the_days_from_its_issue_to_its_expiry(table) -> None:
    def certificate(name: str, days: int | None, source: str = "ca") -> dict[str, object]:
        issued, expires = (None, _at(20, 9)) if days is None else (_at(18, 9), _at(18, 9) + dt.timedelta(days=days))
        return {"certificate_id": name, "kind": "unit", "issued_at": issued, "expires_at": expires, "source": source}

    known = [certificate("a", 730), certificate("b", 730)]
    before = table("ca.certificates", known)
    # one is new, one has no begin, and one is of a source that was just connected
    added = [certificate("c", 365), certificate("d", None), certificate("e", 365, "other")]
    after = table("ca.certificates", [*known, *added])
    (term,) = planned_terms(DATASETS["ca.certificates"])
    assert (term.label, term.elapsed) == ("有效期", ("issued_at", "expires_at"))
    assert lasting_kinds(DATASETS["ca.certificates"]) == ("kind",)
    found = terms_of_rows(before, after, ["certificate_id"], term, ["kind"], 8).order_by("is_new").to_pyarrow()
    issued = dt.date(2026, 11, 18)
    assert found.to_pylist() == [
        {"is_new": False, "began_on": issued, "term_d": 730, "kind": "unit", "rows": 2},
        {"is_new": True, "began_on": issued, "term_d": 365, "kind": "unit", "rows": 1},
    ]
