"""Records of rejected rows: the reason, the day, and what cannot identify a person."""

from __future__ import annotations

import json

import pyarrow as pa

from ntanalytics.contract import Dataset, Privacy
from ntanalytics.extraction.pii import mask_text
from ntanalytics.lake.delta import REJECTS

#: Characters of a value in the record of a reject.
_MOST_CHARACTERS = 120

#: Rejects of a batch that are kept row by row; the others are counted by day and reason, so that a mapping that fits
#: nothing does not fill the disk.
_MOST_RECORDS = 1000


def rejects_of(rows: pa.Table, dataset: Dataset, facts: pa.Table) -> pa.Table:
    """Return rejected rows as ``delta.REJECTS``; of a row, only columns that cannot identify a person are kept.

    Args:
        rows: the rows.
        dataset: their dataset.
        facts: ``reason``, ``rows`` (of the source), ``at`` (place in the source) and ``day`` of each.
    """
    if rows.num_rows == 0:
        return REJECTS.empty_table()
    shown = [column.name for column in dataset.columns if column.privacy is Privacy.OPEN]
    values = rows.select(shown).slice(0, _MOST_RECORDS).to_pylist()
    records = [_record({"at": at, **row}) for row, at in zip(values, facts["at"].to_pylist(), strict=False)]
    counts = pa.Table.from_arrays([rows["source"], facts["day"], facts["reason"], facts["rows"]], REJECTS.names[:-1])
    one_by_one = counts.slice(0, _MOST_RECORDS).append_column("record", pa.array(records, pa.string()))
    groups = counts.slice(_MOST_RECORDS).group_by(["source", "day", "reason"]).aggregate([("source_rows", "sum")])
    counted = groups.rename_columns([*groups.column_names[:-1], "source_rows"]).select(counts.column_names)
    counted = counted.append_column("record", pa.nulls(groups.num_rows, pa.string()))
    return pa.concat_tables([one_by_one.cast(REJECTS), counted.cast(REJECTS)])


def _record(values: dict[str, object]) -> str:
    """Return values as JSON, shortened and without numbers of persons; nulls are left out."""
    short = {
        name: value if isinstance(value, int | float | bool) else str(value)[:_MOST_CHARACTERS]
        for name, value in values.items()
        if value is not None
    }
    return mask_text(json.dumps(short, ensure_ascii=False))
