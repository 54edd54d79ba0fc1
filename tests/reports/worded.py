"""Findings with their wording, as a board takes them; every text is given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.headline import EventWords
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.text import WordedFinding, Wording, since_words
from ntanalytics.findings.threshold import Status, Threshold


def worded(
    code: str,
    entity: str,
    check: str,
    status: Status,
    value: float | None = 1,
    form: str = "integer",
    *,
    limits: str = "0",
    evidence: str = "",
    since: date | None = None,
    advice: str = "",
    figures: Mapping[str, float | None] | None = None,
    origin: Mapping[str, object] | None = None,
    effect: str = "",
    owner: str = "",
    effort: str = "",
    is_applicable: bool = True,
    over: str = "",
) -> WordedFinding:
    """Return a finding of a rule, with its wording."""
    finding = Finding(
        rule=Rule(code, "submitted", Threshold(0, 0, "down"), advice, "A rule of a test.", label=check),
        entity=Entity("subject", entity, entity),
        status=status,
        value=value,
        format=form,
        since=since,
        figures=figures or {},
        origin=origin or {},
        is_applicable=is_applicable,
    )
    wording = Wording(
        entity=entity,
        check=check,
        limits=limits,
        event=EventWords(f"{entity}{check}", over),
        evidence=evidence,
        since=since_words(finding),
        advice=advice,
    )
    return WordedFinding(finding=finding, wording=wording, effect=effect, owner=owner, effort=effort)
