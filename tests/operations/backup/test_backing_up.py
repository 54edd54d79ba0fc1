"""A backup is consistent while reports run, holds each file once, and can be broken off at any point."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ntanalytics.errors import BackupError, LakeError
from ntanalytics.operations.backup import backing_up
from ntanalytics.operations.backup.repository import Repository
from ntanalytics.operations.backup.restoring import RestoreRequest, restore
from ntanalytics.operations.backup.site_files import SourceFile, output_files
from ntanalytics.operations.maintenance import lease_name
from tests import warm
from tests.faults.town import Town
from tests.operations.backup.conftest import DAY, EIGHT, backed_up


def test_a_second_backup_writes_what_is_new(town: Town, tmp_path: Path):
    first = backed_up(town, tmp_path / "backup")
    again = backed_up(town, tmp_path / "backup")
    assert len(first.snapshot.files) == len(again.snapshot.files) > first.new_files / 2 > 5
    assert again.new_files == 1  # the ledger: it records the first backup
    assert len(Repository(str(tmp_path / "backup")).snapshots()) == 2
    events = town.ledger.audit.events(["backup"])
    assert [event.details["new_files"] for event in events] == [1, first.new_files]


def test_a_report_that_is_published_meanwhile_is_in_the_backup_with_its_entry(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The former version was read, then the new one is published, then the ledger is copied."""
    passes = []

    def publishing(outputs: Path) -> Iterator[SourceFile]:
        yield from list(output_files(outputs))
        if not passes:
            town.fill([DAY], 1, since=3)
            assert town.by_hand(f"{DAY}", EIGHT).version == 2
        passes.append(1)

    monkeypatch.setattr(backing_up, "output_files", publishing)
    backed_up(town, tmp_path / "backup")
    assert len(passes) == 2
    home = tmp_path / "elsewhere"
    restore(RestoreRequest(address=str(tmp_path / "backup"), home=home, keys=town.home.parent / "keys"), EIGHT)
    site = Town(home)
    site.is_whole()
    assert (site.manifest(f"{DAY}")["version"], site.counted(f"{DAY}")) == (2, 4)
    last = site.ledger.publications.last()
    assert last is not None
    assert last.run_id == site.manifest(f"{DAY}")["run_id"]


def test_a_backup_that_is_killed_is_typed_again(town: Town, tmp_path: Path):
    program = (
        "import os, sys, tempfile; from pathlib import Path\n"
        "tempfile.tempdir = sys.argv[3]\n"
        "from ntanalytics.operations.backup import repository, backing_up\n"
        "from ntanalytics.runner import RunContext; from ntanalytics.settings import load\n"
        "real = repository.Repository.put; calls = []\n"
        "def killed(self, *rest):\n"
        "    calls.append(1)\n"
        "    if len(calls) > 6: os._exit(9)\n"
        "    real(self, *rest)\n"
        "repository.Repository.put = killed\n"
        "backing_up.back_up(RunContext(settings=load(Path(sys.argv[1]))), sys.argv[2])"
    )
    address = tmp_path / "backup"
    assert warm.run("-c", program, town.config, address, tmp_path).returncode == 9
    assert Repository(str(address)).snapshots() == []
    town.let_leases_expire()
    result = backed_up(town, address)
    assert 0 < result.new_files < len(result.snapshot.files)
    digests = sorted({file.sha256 for file in result.snapshot.files})
    assert Repository(str(address)).check_all(digests) == []


def test_a_damaged_content_is_named_and_written_anew_if_it_is_gone(town: Town, tmp_path: Path):
    address = tmp_path / "backup"
    result = backed_up(town, address)
    first, second, *_ = sorted({file.sha256 for file in result.snapshot.files if file.path.startswith("outputs/")})
    for digest, damage in ((first, b"damaged"), (second, None)):
        content = address / "contents" / digest[:2] / digest
        content.unlink() if damage is None else content.write_bytes(damage)
    checked = backing_up.back_up(town.context(EIGHT), str(address), verify=True)
    assert checked.problems == ()  # the files of the site are still there
    content = address / "contents" / first[:2] / first
    content.write_bytes(content.read_bytes()[:-1] + b"?")
    checked = backing_up.back_up(town.context(EIGHT), str(address), verify=True)
    assert len(checked.problems) == 1
    assert first in checked.problems[0]


def test_a_backup_inside_of_the_site_and_keys_inside_of_the_backup_are_refused(town: Town, tmp_path: Path):
    inside = town.settings.outputs / "backup"
    for address, keys in ((inside, None), (tmp_path / "backup", tmp_path / "backup" / "keys")):
        with pytest.raises(BackupError, match="inside"):
            backing_up.back_up(town.context(EIGHT), str(address), keys=keys)
    assert not inside.exists()


def test_maintenance_and_a_backup_do_not_go_on_at_once(town: Town, tmp_path: Path):
    with town.ledger.lease(lease_name(town.settings)), pytest.raises(LakeError, match="maintained"):
        backed_up(town, tmp_path / "backup")


def test_a_commit_of_the_lake_that_comes_meanwhile_is_not_in_the_backup(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The version is told first; the files of a later one, which may be half there, are left out."""
    from ntanalytics.lake import table_files as module

    real = module.retained_files

    def extracting(location: object, stored: object, wanted: object) -> object:
        monkeypatch.setattr(module, "retained_files", real)
        town.fill([DAY], 1, since=5)
        town.by_hand(f"{DAY}", EIGHT)
        return real(location, stored, wanted)  # type: ignore[arg-type]

    before = {name: (town.settings.lake / name).exists() for name in ("sms.messages",)}
    assert before == {"sms.messages": True}
    monkeypatch.setattr(module, "retained_files", extracting)
    result = backed_up(town, tmp_path / "backup")
    version, rows = result.snapshot.tables["sms.messages"]
    assert rows == 3
    logs = [path for path in result.snapshot.of_area("lake") if path.endswith(f"{version + 1:020d}.json")]
    assert logs == []
