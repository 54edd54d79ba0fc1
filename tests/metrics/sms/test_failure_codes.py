from __future__ import annotations

import ibis
import pytest

from ntanalytics.metrics.sms.failure_codes import CLASSES, CODES, PREFIXES, REMEDIES, failure_class


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("MK:0001", "number_invalid"),
        ("DB:0100", "number_invalid"),
        ("EXPIRED", "unreachable"),
        ("SGIP:2:25", "unreachable"),
        ("005", "blacklisted"),
        ("DD0012", "blocked"),
        ("DB:0141", "blacklisted"),
        ("MB:1041", "rate_limited"),  # and not by the prefix MB:
        ("ID:0076", "content"),
        ("DB:0103", "suspended"),
        ("REJECTD", "blocked"),
        ("MK:0017", "phone_fault"),
        ("MA:0051", "carrier_internal"),
        ("CB:0001", "number_invalid"),  # a code wins over its prefix
        ("UNDELIV", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_code_is_classed(code: str, expected: str) -> None:
    assert failure_class(ibis.literal(code)).to_pyarrow().as_py() == expected


def test_no_code_is_in_two_classes_and_every_class_has_words() -> None:
    codes = [code for its in CODES.values() for code in its]
    assert len(codes) == len(set(codes))
    assert {*CODES, *PREFIXES} <= set(CLASSES) == set(REMEDIES)
    assert all(code == code.upper().strip() for code in codes)
