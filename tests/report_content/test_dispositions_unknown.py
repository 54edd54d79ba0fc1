"""Why the desk's decisions about findings are unknown."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import ibis
import pytest

from ntanalytics.findings.lifecycle import LifecycleState
from ntanalytics.report_content.contents import DISPOSITIONS
from ntanalytics.report_content.dispositions import EMPTY, PARTIAL, UNREAD, dispositions_of, muted_sentence
from tests.subsystems.made import ON, at, table_of

TAKEN = at(ON, 30)


def _decided(*noted: dt.date, taken_at: dt.datetime | None = TAKEN, sources: tuple[str, ...] = ("desk",)) -> Any:
    shared = {"entity": "甲局", "check": "剔除率", "disposition": "known"}
    made = [{**shared, "day": day, "noted_at": at(day, 9)} for day in noted]
    view = SimpleNamespace(
        sources=sources, is_complete=False, sources_without=lambda _: [],
        cases=ibis.memtable(table_of(DISPOSITIONS, made)),
        status=lambda: [SimpleNamespace(taken_at=taken_at) for _ in sources],
    )  # fmt: skip
    context = SimpleNamespace(dataset=lambda *_: view)
    evaluation: Any = SimpleNamespace(context=context, findings=())
    return dispositions_of(evaluation, LifecycleState())


@pytest.mark.parametrize(
    ("decided", "note"),
    [(_decided(sources=()), UNREAD), (_decided(taken_at=None), UNREAD), (_decided(), EMPTY), (_decided(ON), PARTIAL)],
)
def test_a_register_that_was_read_and_is_empty_is_not_one_that_did_not_come(decided: Any, note: str) -> None:
    assert (decided.is_known, muted_sentence(decided)) == (False, note)
    assert "处理情况未知" in note
