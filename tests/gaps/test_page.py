"""The page of the gap matrix claims no more than was run."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.gaps.comparison import Verdict
from tests.gaps.page import Cell, write_page

MESSAGES, BILLS, LOGINS = (
    Cell("sms.messages", "absent unit", "sms_volume"),
    Cell("sms.bills", "middle_day", "daily_inspection"),
    Cell("identity.logins", "doubled", "sms_volume"),
)


def test_it_counts_what_was_run_of_how_much(tmp_path: Path) -> None:
    page = tmp_path / "truth.md"
    page.write_text("# Truth\n<!-- gaps: begin -->\nold\n<!-- gaps: end -->\nrest\n", encoding="utf-8")
    verdict = Verdict(counts=Counter(equal=7, false=1), false={"by-unit[市数据局]": ("row", None)})
    write_page(page, {MESSAGES: verdict, BILLS: None}, [MESSAGES, BILLS, LOGINS])
    text = page.read_text(encoding="utf-8")
    assert "**2 of 3 cells were run**; 1 were not" in text
    assert "1 of them could not be damaged so" in text
    assert "| absent | 1 | 1 | 7 | 0 | 0 | 1 |" in text
    assert "| doubled | 0 | 1 | 0 | 0 | 0 | 0 |" in text
    assert "- `sms.messages`, absent unit, `sms_volume`: by-unit[市数据局]" in text
    assert "old" not in text
    assert text.endswith("<!-- gaps: end -->\nrest\n")
