"""Ten thousand real lines of a public web server, read through the nginx mapping."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from ntanalytics.catalog import load_product
from ntanalytics.extraction.check import check
from ntanalytics.periods import local_window
from ntanalytics.settings import SourceSettings, project_dir
from ntanalytics.sources.logs import LogsSource

LOG = Path(__file__).parents[2].parent / "shared" / "data" / "apache_access.log"
UTC = ZoneInfo("UTC")
FIRST, LAST = dt.date(2015, 5, 17), dt.date(2015, 5, 20)

#: The fields that are counted, found without a thought to what follows them.
LINE = re.compile(r'\S+ \S+ \S+ \[(\d+/\w+/\d+):[^]]+\] "(\S+) (\S+)[^"]*" (\d{3}) (\d+|-)')

pytestmark = pytest.mark.skipif(not LOG.is_file(), reason=f"there is no {LOG.name} beside the repository")


@pytest.fixture(scope="module")
def checked() -> tuple[pa.Table, pa.Table, int]:
    """Rows, rejects and lines read, of the whole log."""
    product = load_product(project_dir("queries") / "nginx")
    source = LogsSource("apache", SourceSettings(product="nginx", paths=(str(LOG),)), product, UTC)
    mapping = source.mapping("infra.requests")
    since, until = local_window(FIRST, LAST, UTC)
    with source.read(mapping, since, until) as batches:
        results = [check(batch, mapping, source, site_zone=UTC, days=(FIRST, LAST), key=b"k") for batch in batches]
    return (
        pa.concat_tables(result.rows for result in results),
        pa.concat_tables(result.rejects for result in results),
        sum(result.source_rows.total() for result in results),
    )


def test_no_line_is_lost_and_none_is_rejected(checked: tuple[pa.Table, pa.Table, int]) -> None:
    rows, rejects, lines = checked
    assert lines == 10_000
    assert sum(rows["requests"].to_pylist()) == 10_000
    assert rejects.to_pylist() == []


def test_requests_bytes_and_status_of_each_day_are_an_independent_counts(
    checked: tuple[pa.Table, pa.Table, int],
) -> None:
    requests: Counter[tuple[dt.date, int]] = Counter()
    sizes: Counter[dt.date] = Counter()
    for line in LOG.read_text(encoding="utf-8").splitlines():
        match = LINE.match(line)
        assert match, "a line that the test itself cannot read"
        day = dt.datetime.strptime(match[1], "%d/%b/%Y").replace(tzinfo=dt.UTC).date()
        requests[day, int(match[4])] += 1
        sizes[day] += 0 if match[5] == "-" else int(match[5])
    counted: Counter[tuple[dt.date, int]] = Counter()
    weighed: Counter[dt.date] = Counter()
    for row in checked[0].select(["day", "status", "requests", "size_bytes"]).to_pylist():
        counted[row["day"], row["status"]] += row["requests"]
        weighed[row["day"]] += row["size_bytes"]
    assert counted == requests
    assert weighed == sizes
    assert {day: sum(n for (d, _), n in counted.items() if d == day) for day in weighed} == {
        dt.date(2015, 5, 17): 1632,
        dt.date(2015, 5, 18): 2893,
        dt.date(2015, 5, 19): 2896,
        dt.date(2015, 5, 20): 2579,
    }


def test_nothing_of_a_client_is_kept(checked: tuple[pa.Table, pa.Table, int]) -> None:
    texts = {text for name in ("service", "method", "route") for text in checked[0][name].to_pylist()}
    assert not [text for text in texts if re.search(r"\d+\.\d+\.\d+\.\d+|\?|Mozilla|https?:", text)]
    assert set(checked[0]["service"].to_pylist()) == {"apache"}
