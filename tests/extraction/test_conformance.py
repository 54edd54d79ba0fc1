from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from ntanalytics.extraction.conformance import conform
from ntanalytics.periods import local_window
from tests.extraction.small_site import SmallSite
from tests.test_cli import nta

DAY = dt.date(2026, 11, 19)


def test_rejects_repeated_keys_ranges_nulls_and_unseen_words_are_told(tmp_path: Path):
    site = SmallSite(tmp_path)
    site.messages(
        "shop",
        (1, "2026-11-19 09:00:00", "mobile", 1, "delivered", "2026-11-19 09:00:02"),
        (1, "2026-11-19 10:00:00", "mobile", 7, None, None),
        (2, "2026-11-19 11:00:00", "satellite", 1, None, None),
        (3, "2026-11-19 11:00:00", "satellite", 1, None, None),
        (4, "2026-11-19 12:00:00", "telecom", 0, None, None),
    )
    source = site.extractor().sources["shop"]
    found = conform(
        source, source.mapping("sms.messages"), *local_window(DAY, DAY, site.settings.zone), site.settings.zone
    )
    assert (found.rows, found.duplicates, found.conforms) == (4, 1, False)
    assert found.rejected == {"计费条数（segments）小于 1": 1}
    assert [json.loads(row)["message_id"] for row in found.samples["计费条数（segments）小于 1"]] == ["4"]
    assert found.replaced_words == {"carrier": 2}
    facts = {column.name: column for column in found.columns}
    assert (facts["segments"].least, facts["segments"].greatest) == ("1", "7")
    assert facts["outcome"].null_share == 0.75
    assert facts["unit"].null_share == 1.0
    assert facts["carrier"].unseen == {"satellite": 2}
    assert facts["outcome"].unseen == {}


def test_map_check_says_so_and_ends_with_4_unless_all_conforms(tmp_path: Path):
    site = SmallSite(tmp_path)
    site.messages("shop", (1, "2026-11-19 09:00:00", "satellite", 1, None, None))
    command = ("--config", str(site.config), "map", "check", "shop", "--from")
    done = nta(*command, "2026-11-19")
    assert done.returncode == 4, done.stderr
    assert "1 with a word of carrier that is not known" in done.stdout
    assert "satellite 1" in done.stdout
    fine = nta(*command, "2026-11-18", "--json")
    assert fine.returncode == 0, fine.stderr
    assert [each["conforms"] for each in json.loads(fine.stdout)] == [True] * 4  # two sources, two datasets
    assert nta("--config", str(site.config), "map", "check", "shopp").returncode == 2
