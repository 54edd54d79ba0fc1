"""Files that a killed process left half written in a folder of deliveries."""

from __future__ import annotations

import os
import time
from pathlib import Path

from ntanalytics.delivery import folder
from ntanalytics.delivery.message import Message
from ntanalytics.settings.channels import Channel


def test_drafts_of_killed_processes_are_removed_a_day_later(tmp_path: Path) -> None:
    channel = Channel.model_validate({"kind": "folder", "path": str(tmp_path)})
    notice = Message(id="0" * 64, subject="提醒", text="磁盘将满", brief="提醒", place=("notices",))
    notices = tmp_path / "notices"
    notices.mkdir()
    old, young, other = (notices / f".{name}.new" for name in ("a" * 16, "b" * 16, "their own"))
    for path in (old, young, other):
        path.touch()
    for path in (old, other):
        os.utime(path, (time.time() - 2 * 86_400,) * 2)
    assert folder.send(channel, "", notice).status == "sent"
    assert {path.name for path in notices.iterdir()} == {young.name, other.name, "0" * 16 + ".txt"}
