from __future__ import annotations

import json
from types import MappingProxyType

from ntanalytics.contract import DATASETS, Column, Dataset, Kind, Privacy, Type
from ntanalytics.contract.documents import as_data, document, page

VISITS = Dataset(
    name="desk.visits",
    label="上门",
    kind=Kind.CASE,
    meaning="One visit to a unit.",
    columns=(
        Column("visit_no", Type.TEXT, "编号", "Its number; a | within it is kept."),
        Column("came_at", Type.TIMESTAMP, "到达", "When it began."),
        Column("left_at", Type.TIMESTAMP, "离开", "When it ended.", nullable=True),
        Column("result", Type.TEXT, "结果", "What came of it.", values=MappingProxyType({"ok": "完成", "GET": "GET"})),
        Column("person", Type.TEXT, "人员", "Who went.", privacy=Privacy.ROSTER),
        Column(
            "stay_s",
            Type.NUMBER,
            "时长",
            "Stay.",
            unit="秒",
            nullable=True,
            minimum=0,
            maximum=9000,
            elapsed=("came_at", "left_at"),
        ),
    ),
    key=("visit_no", "came_at"),
    time="came_at",
    changed="left_at",
    ended=("left_at",),
    settles_after=7,
)


def test_a_dataset_is_told_with_its_key_times_columns_and_values() -> None:
    assert (
        document(VISITS)
        == r"""## desk.visits 上门

One visit to a unit.

- Kind: case (a record that changes over time, merged by key).
- Key, together with the source: `visit_no`, `came_at`.
- A row belongs to the local day of `came_at`; a mapping bounds its window by `left_at`.
- The last 7 days are extracted again at each extraction.
- It may be open as long as `left_at` has no value.

| column | type | unit | null | label | meaning |
| --- | --- | --- | --- | --- | --- |
| `visit_no` | text |  |  | 编号 | Its number; a \| within it is kept. |
| `came_at` | timestamp |  |  | 到达 | When it began. |
| `left_at` | timestamp |  | yes | 离开 | When it ended. |
| `result` | text |  |  | 结果 | What came of it. |
| `person` | text |  |  | 人员 | Who went. Name of the contractor's staff: shown in the desk's reports only. |
| `stay_s` | number | 秒 | yes | 时长 | Stay. Computed by the loader, not selected by a mapping. From 0 to 9,000. |

Values (a row with another value is rejected):

- `result`: `ok` 完成, `GET`
"""
    )


def test_the_page_holds_every_dataset_once() -> None:
    text = page()
    assert [text.count(f"\n## {name} ") for name in DATASETS] == [1] * len(DATASETS)


def test_a_dataset_for_machines_survives_json() -> None:
    data = as_data(VISITS)
    assert json.loads(json.dumps(data)) == data
    assert data["window"] == "left_at"
    assert [column["name"] for column in data["columns"]] == [
        "visit_no",
        "came_at",
        "left_at",
        "result",
        "person",
        "stay_s",
    ]
    assert data["columns"][3]["values"] == {"ok": "完成", "GET": "GET"}
    assert [column["derived"] for column in data["columns"]] == [False, False, False, False, False, True]
