"""The yearly drill: the host is lost, the site is restored elsewhere, the next report has the same figures."""

from __future__ import annotations

import shutil
from pathlib import Path

from ntanalytics.operations.backup.restoring import RestoreRequest, restore
from ntanalytics.reports.verification import verify
from ntanalytics.runner.ledger_proof import prove_by_ledger
from tests.faults.town import Town
from tests.operations.backup.conftest import A_DAY, DAY, EIGHT, NEXT, backed_up, furnish


def _restored(town: Town, living_site: Path, address: Path, **how: object) -> Town:
    """Lose the host, and restore the site in another place."""
    shutil.rmtree(town.home)
    home = town.home.parent.parent / "elsewhere" / "site"
    wish = RestoreRequest(address=str(address), home=home, keys=town.home.parent / "keys", **how)  # type: ignore[arg-type]
    result = restore(wish, EIGHT + A_DAY / 2)
    assert result.settings.outputs == home / "outputs"
    return furnish(living_site, home)


def test_the_restored_site_goes_on_and_sends_nothing_twice(town: Town, living_site: Path, tmp_path: Path):
    backed_up(town, tmp_path / "backup")
    published = town.bytes_of(f"{DAY}")
    anchor = town.ledger.publications.last()

    site = _restored(town, living_site, tmp_path / "backup")

    assert site.bytes_of(f"{DAY}") == published
    assert site.ledger.publications.last() == anchor
    assert site.ledger.chain.verify()[1] == []
    verify(site.folder(f"{DAY}"))
    proven, _open = prove_by_ledger(site.ledger, site.folder(f"{DAY}"))
    assert proven
    [done] = site.due(EIGHT + A_DAY)
    assert (done.status, done.period, site.counted(f"{NEXT}")) == ("issued", f"{NEXT}", 2)
    site.is_whole()
    assert (site.delivered(f"{DAY}"), site.delivered(f"{NEXT}")) == (None, site.bytes_of(f"{NEXT}")["report.xlsx"])
    assert [each.status for each in site.ledger.deliveries.for_subject("report", "probe")] == ["sent", "sent"]
    # a correction of the former report: its version follows from the restored ledger
    site.fill([DAY], 1, since=3)
    assert site.by_hand(f"{DAY}", EIGHT + A_DAY).version == 2


def test_what_the_lost_host_may_have_sent_after_the_backup_is_issued_but_not_sent(
    town: Town, living_site: Path, tmp_path: Path
):
    backed_up(town, tmp_path / "backup")
    assert [each.status for each in town.due(EIGHT + A_DAY)] == ["issued"]  # and sent, which the backup does not know

    site = _restored(town, living_site, tmp_path / "backup", lost_at=EIGHT + 1.5 * A_DAY)

    assert [each.status for each in site.due(EIGHT + 2 * A_DAY)] == ["issued", "issued"]
    states = {each.request.period: each.status for each in site.ledger.deliveries.for_subject("report", "probe")}
    assert states == {f"{DAY}": "sent", f"{NEXT}": "ambiguous", f"{NEXT + A_DAY}": "sent"}
    assert site.delivered(f"{NEXT}") is None
    assert len(site.told()) == 1


def test_a_planned_move_loses_nothing(town: Town, living_site: Path, tmp_path: Path):
    """Nothing happened after the backup, and the operator says so."""
    backed_up(town, tmp_path / "backup")
    site = _restored(town, living_site, tmp_path / "backup", lost_at=EIGHT)
    site.due(EIGHT + A_DAY)
    assert site.delivered(f"{NEXT}") is not None
    assert site.told() == []
