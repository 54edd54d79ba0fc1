"""The comparison of the gap matrix: it passes what is marked, and nothing that is false."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gaps.comparison import compare
from tests.gaps.texts import compare_text

_FIELDS = {"place": "integer", "state": "string", "unit": "string", "open": "integer"}
_FORMATS = {"state": "state"}
_SCHEMA = {"fields": [{"name": name, "type": kind, "format": _FORMATS.get(name)} for name, kind in _FIELDS.items()]}


def _table(*rows: dict[str, Any], note: str = "") -> dict[str, Any]:
    return {"block": "table", "title": "待办", "note": note, "rows": list(rows), "schema": _SCHEMA}


def _row(place: int, unit: str, count: int | None, **more: Any) -> dict[str, Any]:
    return {"place": place, "state": "warning", "unit": unit, "open": count, **more}


def _false(true: dict[str, Any], seen: dict[str, Any], whole: dict[str, Any] | None = None) -> set[str]:
    complete, damaged = {"it": true}, {"it": seen}
    return set(compare(complete, damaged, {"it": whole or true}).false)


TRUE = _table(_row(1, "甲", 3), _row(2, "乙", 5))


@pytest.mark.parametrize(
    ("seen", "false"),
    [
        (TRUE, set()),
        # the number of a row moves where another is missing, which the note must say
        (_table(_row(1, "乙", 5), note="1 项检查未知，其待办未列入。"), set()),
        (_table(_row(1, "乙", 5)), {"it[甲]"}),
        (_table(_row(1, "乙", 5), note="按单位排列。"), {"it[甲]"}),
        # bounds hold on their side alone
        (_table(_row(1, "甲", 2, certainty={"open": "lower_bound"}), _row(2, "乙", 5)), set()),
        (_table(_row(1, "甲", 4, certainty={"open": "lower_bound"}), _row(2, "乙", 5)), {"it[甲].open"}),
        (_table(_row(1, "甲", 4, certainty={"open": "upper_bound"}), _row(2, "乙", 5)), set()),
        (_table(_row(1, "甲", 2), _row(2, "乙", 5)), {"it[甲].open"}),
        # nothing is no answer, unless it is said to be none
        (_table(_row(1, "甲", None), _row(2, "乙", 5)), {"it[甲].open"}),
        (_table(_row(1, "甲", None, certainty={"open": "unknown"}), _row(2, "乙", 5)), set()),
        (_table(_row(1, "甲", 3), _row(2, "乙", 5), _row(3, "丙", 1)), {"it[丙]"}),
        (_table({**_row(1, "甲", 3), "state": "ok"}, _row(2, "乙", 5)), {"it[甲].state"}),
        (_table({**_row(1, "甲", 3), "state": "unknown"}, _row(2, "乙", 5)), set()),
        # the worst of what is known is no lie where the row says that a part is not; that all is well is one
        (_table({**_row(1, "甲", 3), "state": "critical"}, _row(2, "乙", 5)), {"it[甲].state"}),
        (_table({**_row(1, "甲", 3), "state": "critical", "points": "1 项检查未知"}, _row(2, "乙", 5)), set()),
        (_table({**_row(1, "甲", 3), "state": "ok", "points": "1 项检查未知"}, _row(2, "乙", 5)), {"it[甲].state"}),
    ],
)  # fmt: skip
def test_a_table(seen: dict[str, Any], false: set[str]) -> None:
    assert _false(TRUE, seen) == false


@pytest.mark.parametrize(
    ("since", "is_false"),
    [("11月14日（第7天）", False), ("11月20日", True), ("11月20日或更早", False), ("11月12日或更早", True)],
)
def test_a_beginning_over_a_gap_is_the_latest_day_that_it_can_be(since: str, is_false: bool) -> None:
    true, seen = ({**_row(1, "甲", 3), "since": text} for text in ("11月14日（第7天）", since))
    assert bool(_false(_table(true), _table(seen))) is is_false


def test_what_was_hidden_comes_up_as_it_is_without_hiding() -> None:
    seen, whole = _table(_row(1, "甲", 3), _row(2, "乙", 5), _row(3, "丙", 1)), _table(*TRUE["rows"], _row(9, "丙", 1))
    assert _false(TRUE, seen, whole) == set()
    graver = _table(*TRUE["rows"], {**_row(9, "丙", 1), "state": "critical"})
    assert _false(TRUE, seen, graver) == {"it[丙]"}


def _sentences(*texts: str) -> dict[str, Any]:
    return {"block": "sentences", "title": "", "items": [{"text": text} for text in texts]}


OVERDUE, BACKUP, TICKETS = "逾期未签收 137 件次。", "备份逾期 2 项。", "工单 12 件。"


@pytest.mark.parametrize(
    ("seen", "false"),
    [
        ((OVERDUE, BACKUP), set()),
        # of a list that is cut the next one moves up, where the report says that one is unknown
        (("逾期未签收未知。", BACKUP, TICKETS), set()),
        ((BACKUP, TICKETS), {"it[was 0]"}),
        (("公文没有逾期未签收的。", BACKUP), {"it[0]", "it[was 0]"}),
        (("逾期未签收 ≥ 130 件次。", BACKUP), set()),
        (("逾期未签收 ≥ 140 件次。", BACKUP), {"it[0]", "it[was 0]"}),
    ],
)
def test_sentences(seen: tuple[str, ...], false: set[str]) -> None:
    whole = _sentences(OVERDUE, BACKUP, TICKETS)
    assert _false(_sentences(OVERDUE, BACKUP), _sentences(*seen), whole) == false


@pytest.mark.parametrize(
    ("seen", "kind"),
    [
        ("失败 197 条，占 1.6%。", "equal"),
        ("失败 ≥ 190 条，占比未知。", "unknown"),
        ("失败 190 条，占比未知。", "false"),
        ("失败 ≤ 190 条，占 1.6%。", "false"),
        ("没有失败短信。", "false"),
        ("没有失败短信，占比未知。", "false"),
        ("本期数据不完整，失败的不少于已知。", "unknown"),
    ],
)
def test_each_clause_of_a_text(seen: str, kind: str) -> None:
    assert compare_text(["失败 197 条，占 1.6%。"], seen) == kind


def test_a_row_of_the_board_that_goes_without_a_word_is_false() -> None:
    def board(*rows: tuple[str, str, str]) -> dict[str, Any]:
        names = ("code", "state", "subsystem")
        return {"block": "board", "rows": [dict(zip(names, row, strict=True), entity="x/y") for row in rows]}

    true = board(("ca.expiring_times", "warning", "CA证书"), ("sms.failed", "ok", "短信平台"))
    assert _false(true, board(("sms.failed", "ok", "短信平台"))) == {"it[ca.expiring_times/x/y]"}
    assert _false(true, board(("sms.failed", "ok", "短信平台"), ("ca.source", "unknown", "CA证书"))) == set()
    assert _false(true, board(("ca.expiring_times", "ok", "CA证书"), ("sms.failed", "ok", "短信平台"))) == {
        "it[ca.expiring_times/x/y].state"
    }
