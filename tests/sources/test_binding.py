import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from ntanalytics.sources.binding import bound_value, rename_parameters

ZONE = ZoneInfo("Asia/Shanghai")
MOMENT = dt.datetime(2026, 11, 19, 16, tzinfo=dt.UTC)  # local midnight of 20 November


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("naive", dt.datetime(2026, 11, 20)),
        ("aware", MOMENT),
        ("utc", dt.datetime(2026, 11, 19, 16)),
        ("epoch_s", 1_795_104_000),
        ("epoch_ms", 1_795_104_000_000),
        ("date", dt.date(2026, 11, 20)),
        ("text:%y%m%d%H%M", "2611200000"),
    ],
)
def test_a_moment_is_bound_in_the_form_in_which_the_source_writes_it(form, value):
    assert bound_value(form, MOMENT, ZONE) == value


def test_only_parameters_are_renamed():
    sql = "SELECT ':since', x::text, a AS until FROM t WHERE b >= :since AND b < :until AND c = 'it''s :until'"
    assert rename_parameters(sql, "$") == (
        "SELECT ':since', x::text, a AS until FROM t WHERE b >= $since AND b < $until AND c = 'it''s :until'"
    )
