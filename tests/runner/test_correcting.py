"""A report that is issued again says what it corrects: real kernels, and the version before in its place."""

from __future__ import annotations

from ntanalytics.delivery.manifest import read_manifest
from ntanalytics.runner.correcting import UNREADABLE
from tests.desk import HEAD, Desk


def test_a_new_version_says_what_changed_and_keeps_what_was_said_before(desk: Desk):
    desk.write()
    desk.run()
    first = read_manifest(desk.published)
    desk.write_bare(HEAD.replace('gaps=("短信平台缺 11月18日。",)', "gaps=()"))
    desk.run()
    second = read_manifest(desk.published)
    assert (first["version"], first["corrects"], second["version"]) == (1, [], 2)
    assert second["corrects"] == [
        {"version": 1, "run_id": first["run_id"], "changes": ["已补齐：短信平台缺 11月18日。"]}
    ]
    (desk.published / "report.ipynb").write_text("{}", encoding="utf-8")
    desk.run()
    third = read_manifest(desk.published)
    assert third["corrects"] == [
        *second["corrects"],
        {"version": 2, "run_id": second["run_id"], "changes": [UNREADABLE]},
    ]
