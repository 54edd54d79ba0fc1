import pyarrow as pa

from ntanalytics.contract import DATASETS
from ntanalytics.extraction.pseudonym import hash_values
from ntanalytics.extraction.truncation import LONGEST, truncate_texts

TICKETS = DATASETS["desk.tickets"]
KEY = b"k" * 32


def test_a_name_that_nobody_can_read_to_its_end_is_cut_and_says_so():
    given = pa.array(["市" * 500, None, "市" * 501, "局"])
    assert truncate_texts(given, TICKETS.column("unit"), KEY).to_pylist() == [
        "市" * LONGEST,
        None,
        "市" * (LONGEST - 1) + "…",
        "局",
    ]


def test_long_identifiers_that_begin_alike_stay_two():
    given = pa.array(["T-1", "9" * 600 + "a", None, "9" * 600 + "b", "9" * 600 + "a"])
    [one, other] = hash_values(pa.array(["9" * 600 + "a", "9" * 600 + "b"]), KEY).to_pylist()
    assert truncate_texts(given, TICKETS.column("ticket_no"), KEY).to_pylist() == ["T-1", one, None, other, one]
