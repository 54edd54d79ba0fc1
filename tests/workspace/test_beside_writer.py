"""The scheduler writes while the analyst reads: what is read is one state of the lake, and stays what it was."""

from __future__ import annotations

import datetime as dt
import subprocess
from pathlib import Path

import pytest

from ntanalytics.workspace import open_workspace
from tests.extraction.small_site import SmallSite
from tests.warm import WarmProcess

MONDAY, SUNDAY = dt.date(2026, 11, 16), dt.date(2026, 11, 22)
#: Every day has as many messages as the number of segments that each of them has: 1, 2, 3, 1, 2, 3 …
ROUND = """
import datetime as dt, itertools, sys
from pathlib import Path
from tests.extraction.small_site import SmallSite

site = SmallSite.__new__(SmallSite)
site.folder = Path(sys.argv[1])
from ntanalytics.ledger import Ledger
from ntanalytics.settings import load
site.settings = load(site.folder / "ntanalytics.yml")
site.ledger = Ledger(site.settings.ledger)
first, last = dt.date(2026, 11, 16), dt.date(2026, 11, 22)
for number in itertools.count():
    many = number % 3 + 1
    site.run("shop", "DELETE FROM message")
    days = [first + dt.timedelta(days=offset) for offset in range(7)]
    site.messages("shop", *((f"{day}-{each}", f"{day} 09:00:00", "mobile", many, None, None)
                            for day in days for each in range(many)))
    (taken, _) = site.extractor().extract(["sms.messages"], first, last)
    assert not taken.error, taken.error
    print(many, flush=True)
"""
READS = 15


@pytest.fixture
def site(tmp_path: Path) -> SmallSite:
    return SmallSite(tmp_path)


def test_an_analyst_reads_one_state_of_the_lake_while_the_scheduler_replaces_its_days(site: SmallSite):
    writer = WarmProcess("-c", ROUND, site.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "1\n"  # there is something to read
        patient = open_workspace(site.config)
        met = patient.sql("SELECT count(*) AS n, sum(segments) AS s FROM sms_messages").iloc[0].tolist()
        seen = set()
        for _ in range(READS):
            hasty = open_workspace(site.config)
            rows = hasty.sql(
                "SELECT count(*) AS n, min(segments) AS low, max(segments) AS high FROM sms_messages"
            ).iloc[0]
            assert (rows.n, rows.low) == (7 * rows.high, rows.high), "half of one state, half of another"
            by_day = hasty.table("sms.messages").group_by("day").agg(n=lambda each: each.count()).to_pandas()
            assert set(by_day["n"]) == {rows.high}, "the table and the query of one workspace agree"
            assert patient.sql("SELECT count(*) AS n, sum(segments) AS s FROM sms_messages").iloc[0].tolist() == met
            assert patient.table("sms.messages").count().to_pyarrow().as_py() == met[0]
            seen.add(int(rows.high))
            if len(seen) < 2:
                writer.stdout.readline()  # until the scheduler has written once more
        assert len(seen) > 1, "nothing was written meanwhile: the test tested nothing"
        assert writer.poll() is None
    finally:
        writer.kill()
        _, said = writer.communicate()
    assert "Error" not in said, said
