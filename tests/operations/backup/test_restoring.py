"""A restoration writes over nothing, believes no damaged file, and can be broken off."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ntanalytics.errors import BackupError
from ntanalytics.operations.backup import restoring
from ntanalytics.operations.backup.repository import Repository
from ntanalytics.operations.backup.restoring import RestoreRequest, restore
from ntanalytics.operations.backup.site_files import relocated_settings
from ntanalytics.settings import load
from tests.faults.town import Town
from tests.operations.backup.conftest import DAY, EIGHT, backed_up


def _request(town: Town, tmp_path: Path, home: Path | None = None) -> RestoreRequest:
    keys = town.home.parent / "keys"
    return RestoreRequest(address=str(tmp_path / "backup"), home=home or tmp_path / "elsewhere", keys=keys)


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_nothing_is_written_over(town: Town, tmp_path: Path):
    backed_up(town, tmp_path / "backup")
    before = _bytes(town.home)
    with pytest.raises(BackupError, match="ledger already"):
        restore(_request(town, tmp_path, town.home), EIGHT)
    assert _bytes(town.home) == before
    foreign = tmp_path / "elsewhere" / "outputs" / "probe" / f"{DAY}" / "report.html"
    foreign.parent.mkdir(parents=True)
    foreign.write_text("of somebody else", encoding="utf-8")
    with pytest.raises(BackupError, match="not of the backup"):
        restore(_request(town, tmp_path), EIGHT)
    assert foreign.read_text(encoding="utf-8") == "of somebody else"
    foreign.unlink()
    table = tmp_path / "elsewhere" / "lake" / "sms.messages" / "_delta_log" / f"{0:020d}.json"
    table.parent.mkdir(parents=True)
    table.write_text("{}", encoding="utf-8")
    with pytest.raises(BackupError, match="another table"):
        restore(_request(town, tmp_path), EIGHT)


def test_a_damaged_content_ends_the_restoration_before_the_site_can_run(town: Town, tmp_path: Path):
    result = backed_up(town, tmp_path / "backup")
    [digest] = [file.sha256 for file in result.snapshot.files if file.path.endswith("report.html")]
    content = tmp_path / "backup" / "contents" / digest[:2] / digest
    content.chmod(0o640)
    sound = content.read_bytes()
    content.write_bytes(sound.replace(b"3", b"8", 1))
    with pytest.raises(BackupError, match="damaged"):
        restore(_request(town, tmp_path), EIGHT)
    home = tmp_path / "elsewhere"
    assert not (home / "ntanalytics.yml").exists()
    assert not (home / "ledger.sqlite").exists()
    assert not list(home.rglob("report.html"))
    content.write_bytes(sound)
    restore(_request(town, tmp_path), EIGHT)
    Town(home).is_whole()


@pytest.mark.parametrize("place", ["place_lake", "load_ledger", "_prove_chain"])
def test_a_restoration_that_is_broken_off_is_typed_again(
    town: Town, tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
):
    class Killed(BaseException):
        pass

    def killed(*_rest: object) -> None:
        raise Killed

    backed_up(town, tmp_path / "backup")
    with monkeypatch.context() as patch:
        patch.setattr(restoring, place, killed)
        with pytest.raises(Killed):
            restore(_request(town, tmp_path), EIGHT)
    home = tmp_path / "elsewhere"
    assert not (home / "ntanalytics.yml").exists()
    restore(_request(town, tmp_path), EIGHT)
    Town(home).is_whole()


def test_the_key_of_the_pseudonyms_is_wanted_and_must_be_the_sites(town: Town, tmp_path: Path):
    backed_up(town, tmp_path / "backup")
    keys, home = town.home.parent / "keys", tmp_path / "elsewhere"
    key = (town.settings.lake / ".pseudonym.key").read_bytes()
    assert key not in b"".join(_bytes(tmp_path / "backup").values())
    without = RestoreRequest(address=str(tmp_path / "backup"), home=home)
    with pytest.raises(BackupError, match="not in the backup"):
        restore(without, EIGHT)
    (keys / "pseudonym.key").write_bytes(bytes(32))
    with pytest.raises(BackupError, match="not that of the backup"):
        restore(_request(town, tmp_path), EIGHT)
    assert not home.exists()
    (keys / "pseudonym.key").write_bytes(key)
    restore(_request(town, tmp_path), EIGHT)
    restored = home / "lake" / ".pseudonym.key"
    assert (restored.read_bytes(), restored.stat().st_mode & 0o777) == (key, 0o600)


def test_a_snapshot_that_leads_out_of_the_site_is_refused(town: Town, tmp_path: Path):
    result = backed_up(town, tmp_path / "backup")
    file = tmp_path / "backup" / "snapshots" / f"{result.snapshot.name}.json"
    for path in ("outputs/../../escaped", "lake/../../escaped", "lake/sms.messages/../../../escaped"):
        content = json.loads(file.read_bytes())
        content["files"].append([path, 1, 1, result.snapshot.files[0].sha256])
        (file.parent / "20990101T000000Z-aaaa.json").write_text(json.dumps(content), encoding="utf-8")
        with pytest.raises(BackupError, match="leads out"):
            restore(_request(town, tmp_path), EIGHT)
        assert not list(tmp_path.rglob("escaped"))
        shutil.rmtree(tmp_path / "elsewhere")


def test_a_snapshot_of_a_newer_form_is_said(town: Town, tmp_path: Path):
    result = backed_up(town, tmp_path / "backup")
    file = tmp_path / "backup" / "snapshots" / f"{result.snapshot.name}.json"
    file.chmod(0o640)
    file.write_text(json.dumps({**json.loads(file.read_bytes()), "format": 2}), encoding="utf-8")
    with pytest.raises(BackupError, match="form 2"):
        restore(_request(town, tmp_path), EIGHT)


def test_the_operators_settings_say_where_everything_goes(town: Town, tmp_path: Path):
    backed_up(town, tmp_path / "backup")
    home = tmp_path / "elsewhere"
    home.mkdir()
    (home / "ntanalytics.yml").write_text(
        f"lake: {tmp_path}/disk/lake\noutputs: reports\nledger: sqlite:///run/ledger.db\n"
        "queries: mappings\nsources: {shop: {product: shop, url: 'sqlite:///other.sqlite'}}\n",
        encoding="utf-8",
    )
    text = (home / "ntanalytics.yml").read_text(encoding="utf-8")
    result = restore(_request(town, tmp_path), EIGHT)
    assert (home / "ntanalytics.yml").read_text(encoding="utf-8") == text
    assert (home / "reports" / "probe" / f"{DAY}" / "manifest.json").is_file()
    assert (home / "mappings" / "shop" / "source.yml").is_file()
    assert (home / "run" / "ledger.db").is_file()
    assert result.settings.lake.samefile(tmp_path / "disk" / "lake")
    [run] = Town(home).ledger.runs.history()
    assert run.path == str(home / "reports" / "probe" / f"{DAY}")


def test_paths_of_the_settings_become_those_of_the_restored_site_and_comments_stay(tmp_path: Path):
    text = (
        "# our city\nlake: /data/lake   # the big disk\noutputs: '/data/out'\nledger: sqlite:////data/ledger.db\n"
        "site: {calendar: /etc/days.yml}\nsources:\n  sms:\n    product: sms_platform\n"
        "    url: mysql://reader@db/sms\n    password: file:/etc/keys/sms\nlabels: &a [x]\n"
    )
    made = relocated_settings(text, {"file:/etc/keys/sms": "file:/srv/site/secrets/1-sms"})
    assert made == (
        '# our city\nlake: "lake"   # the big disk\noutputs: "outputs"\nledger: "sqlite:///ledger.sqlite"\n'
        'site: {calendar: "calendar.yml"}\nsources:\n  sms:\n    product: sms_platform\n'
        '    url: mysql://reader@db/sms\n    password: "file:/srv/site/secrets/1-sms"\nlabels: &a [x]\n'
    )


def test_secrets_in_files_come_with_the_keys(town: Town, tmp_path: Path):
    secret = tmp_path / "etc" / "sms-password"
    secret.parent.mkdir()
    secret.write_text("correct horse battery", encoding="utf-8")
    text = town.config.read_text(encoding="utf-8").replace("timeout_s: 5", f"password: 'file:{secret}'")
    town.config.write_text(text, encoding="utf-8")
    backed_up(town, tmp_path / "backup")
    assert b"correct horse" not in b"".join(_bytes(tmp_path / "backup").values())
    secret.unlink()
    result = restore(_request(town, tmp_path), EIGHT)
    assert result.missing_secrets == ()
    [reference] = load(tmp_path / "elsewhere" / "ntanalytics.yml").references
    file = Path(reference.removeprefix("file:"))
    assert (file.read_text(encoding="utf-8"), file.stat().st_mode & 0o777) == ("correct horse battery", 0o600)


def test_no_backup_is_said(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(BackupError, match="no snapshot"):
        restore(RestoreRequest(address=str(tmp_path / "empty"), home=tmp_path / "home"), EIGHT)
    with pytest.raises(BackupError):
        Repository(str(tmp_path / "missing")).snapshots()
