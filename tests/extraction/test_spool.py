from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa

from ntanalytics.contract import dataset
from ntanalytics.extraction.spool import Spool
from ntanalytics.lake.delta import REJECTS

HOUR = dt.datetime(2026, 11, 20, 1, tzinfo=dt.UTC)


def activity(module: str, actions: int, **other: Any) -> dict[str, Any]:
    return {
        "hour_at": HOUR, "account_id": "1", "unit": "甲局", "edition": "party", "module": module, "terminal": "pc",
        "platform": None, "actions": actions, "source": "oa", "day": dt.date(2026, 11, 20), **other,
    }  # fmt: skip


def test_words_that_are_one_module_of_ours_are_added_up_and_none_is_set_aside(tmp_path: Path) -> None:
    contract = dataset("oa.activities")
    given = [activity("cars", 2), activity("cars", 5), activity("mail", 1), activity("cars", 9, terminal="mobile")]
    with Spool(tmp_path, contract) as spool:
        spool.add(pa.Table.from_pylist(given, schema=contract.schema()), REJECTS.empty_table())
        spool.finish()
        kept = spool.reader().read_all().to_pylist()
        assert sorted((row["module"], row["terminal"], row["actions"]) for row in kept) == [
            ("cars", "mobile", 9), ("cars", "pc", 7), ("mail", "pc", 1),
        ]  # fmt: skip
        assert spool.rejects().num_rows == 0
        assert spool.rows == {dt.date(2026, 11, 20): 3}
