"""Identifiers that the dataset which describes them lacks: how many they are, by hand, and when that is told."""

from __future__ import annotations

import ibis
import pytest

from ntanalytics.metrics.references import unmatched_ids
from ntanalytics.metrics.rows import rows
from ntanalytics.subsystems import word
from ntanalytics.subsystems.data.references import reference_findings
from tests.subsystems.data.given import RULES

RULE = RULES["data.unmatched_ids"]


def _unmatched(seen: list[str | None], known: list[str]) -> ibis.Table:
    events = ibis.memtable(
        [{"source": "seals", "seal_id": each} for each in seen], schema={"source": "string", "seal_id": "string"}
    )
    register = ibis.memtable(
        [{"source": "books", "seal_id": each} for each in known], schema={"source": "string", "seal_id": "string"}
    )
    return unmatched_ids(events, register, "seal_id")


def test_each_identifier_counts_once_and_none_is_no_identifier() -> None:
    (row,) = rows(_unmatched(["a", "a", "B", None, "c"], ["a", "b", "d"]))
    assert (row["source"], row["ids"], row["unmatched"]) == ("seals", 3, 2)
    assert row["unmatched_share"] == pytest.approx(2 / 3)
    assert rows(_unmatched([None], ["a"])) == []


def test_that_most_are_written_otherwise_is_told_and_some_strangers_are_not() -> None:
    names = [f"nt-{number}" for number in range(20)]
    written_otherwise = [name.upper() for name in names]
    (finding,) = reference_findings(RULE, "seal.signings", [("seal_id", _unmatched(names, written_otherwise))])
    assert (finding.status, finding.value, finding.entity.key) == ("critical", 1.0, "seals/seal.signings")
    assert (finding.figures["ids"], finding.figures["unmatched"]) == (20.0, 20.0)
    assert "20 个印章编号中有 20 个不在“印章”登记内" in word(finding).evidence
    assert reference_findings(RULE, "seal.signings", [("seal_id", _unmatched(names, names[:12]))]) == []
    assert reference_findings(RULE, "seal.signings", [("seal_id", _unmatched(names[:19], []))]) == []  # too few


def test_of_two_identifiers_of_a_dataset_the_worse_one_is_told() -> None:
    names = [f"a{number}" for number in range(30)]
    good, bad = (
        unmatched_ids(
            ibis.memtable([{"source": "sso", column: name} for name in names]),
            ibis.memtable([{column: f"{prefix}{name}"} for name in names]),
            column,
        )
        for column, prefix in (("account_id", ""), ("app_id", "app-"))
    )
    (finding,) = reference_findings(RULE, "sso.accesses", [("account_id", good), ("app_id", bad)])
    assert (finding.status, finding.details["column"]) == ("critical", "应用编号")
