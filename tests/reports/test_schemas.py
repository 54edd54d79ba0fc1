"""The published schemas refuse what is not of them, and content of a newer schema is refused by name."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any, Literal

import pytest
from jsonschema import Draft202012Validator

from ntanalytics.errors import ReportIncomplete
from ntanalytics.reports.record import read_record
from ntanalytics.reports.schemas import SCHEMA_VERSION, newer_version, schema
from ntanalytics.reports.verification.manifest import manifest_differences

Name = Literal["record", "manifest", "findings"]
NAMES: tuple[Name, ...] = ("record", "manifest", "findings")

#: The smallest content of each schema.
CONTENT: dict[Name, dict[str, Any]] = {
    "record": {
        "nbformat": 4,
        "metadata": {
            "ntanalytics": {
                "schema_version": 2,
                "title": "日报",
                "publication": {"report": "probe", "run_id": "1", "version": 1},
            },
            "papermill": {"parameters": {}},
        },
        "cells": [
            {
                "outputs": [
                    {"data": {"application/vnd.ntanalytics.block+json": {"block": "table", "id": "a", "title": ""}}}
                ]
            }
        ],
    },
    "findings": {
        "schema_version": 2,
        "report": "probe",
        "period": "2026-11-20",
        "run": "1",
        "generated_at": "2026-11-21T00:00:00+00:00",
        "tables": {},
        "findings": [],
        "closed": [
            {
                "identity": "sms.delivery_rate:carrier/unicom",
                "code": "sms.delivery_rate",
                "subsystem": "sms",
                "entity": {"kind": "carrier", "key": "unicom", "label": "中国联通"},
                "check": "送达率",
                "status": "warning",
                "value": None,
                "format": "rate:1",
                "lifecycle": None,
            }
        ],
        "codes": None,
    },
    "manifest": {
        "schema_version": 2,
        "report": "probe",
        "title": "日报",
        "period": {
            "kind": "day",
            "text": "2026-11-20",
            "label": "11月20日",
            "first": "2026-11-20",
            "last": "2026-11-20",
        },
        "run_id": "1",
        "version": 1,
        "created_at": "2026-11-21T00:00:00+00:00",
        "code_version": "0.2.0",
        "renderer": "0.2.0+0",
        "python": "3.11.7",
        "parameters": {"period": "2026-11-20", "top": 10},
        "notebook_sha256": "0" * 64,
        "artefacts": {
            name: {"sha256": "0" * 64, "size_bytes": 1} for name in ("report.ipynb", "report.html", "report.xlsx")
        },
        "left_out": {},
        "state": "critical",
        "status": [],
        "tables": {"sms.messages": 0},
        "as_of": [],
        "gaps": [],
        "rejected": [],
        "manifest_sha256": "0" * 64,
    },
}


def _is_valid(name: Name, content: object) -> bool:
    return Draft202012Validator(schema(name)).is_valid(content)


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_one_and_takes_its_content(name: Name) -> None:
    Draft202012Validator.check_schema(schema(name))
    assert _is_valid(name, CONTENT[name])


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("manifest", ["schema_version"], 1),
        ("manifest", ["artefacts", "report.ipynb"], {"sha256": "0" * 63, "size_bytes": 1}),
        ("manifest", ["state"], "bad"),
        ("manifest", ["tables", "sms.messages"], -1),
        ("findings", ["closed", 0, "entity"], {"kind": "carrier", "label": "中国联通"}),
        ("findings", ["closed", 0, "status"], "watch"),
        ("findings", ["closed", 0, "value"], "0.7"),
        ("record", ["metadata", "ntanalytics", "publication"], None),
        ("record", ["metadata", "ntanalytics", "schema_version"], 3),
        ("record", ["cells", 0, "outputs", 0, "data", "application/vnd.ntanalytics.block+json", "block"], "picture"),
    ],
)
def test_the_schemas_refuse_what_is_not_of_them(name: Name, path: list[str | int], value: object) -> None:
    content = copy.deepcopy(CONTENT[name])
    place: Any = content
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert not _is_valid(name, content)


def test_content_of_a_newer_schema_is_refused_by_name() -> None:
    record = copy.deepcopy(CONTENT["record"])
    record["metadata"]["ntanalytics"]["schema_version"] = SCHEMA_VERSION + 1
    with pytest.raises(ReportIncomplete, match="schema version 3"):
        read_record(record)
    manifest = CONTENT["manifest"] | {"schema_version": SCHEMA_VERSION + 1}
    [difference] = manifest_differences(manifest, None, Path("unused"))  # type: ignore[arg-type]
    assert "schema version 3" in difference


@pytest.mark.parametrize(
    ("content", "version"), [({}, None), ({"schema_version": 2}, None), ({"schema_version": 9}, 9)]
)
def test_content_without_a_version_is_of_the_first_release(content: dict[str, int], version: int | None) -> None:
    assert newer_version(content) == version
