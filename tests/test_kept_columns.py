"""What a mapping selects is kept: equal to a fresh parse, and never that of another mapping or another program."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ntanalytics.catalog import Catalog, kept_columns, parsed_sql
from ntanalytics.catalog.kept_columns import FILE, KeptColumns
from ntanalytics.errors import ContractError
from ntanalytics.settings import project_dir

HEADER = "/*\nwindow: month_on\ntimes: {month_on: date}\ndialects: [sqlite, postgres]\n*/\n"
BILLS = (
    f"{HEADER}SELECT m AS month_on, c AS carrier, s AS billed_segments, y AS billed_yuan FROM bill"
    " WHERE m >= :since AND m < :until\n"
)


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    home = tmp_path / "queries" / "shop"
    home.mkdir(parents=True)
    (home / "source.yml").write_text("title: A shop\nkind: database\nneeds: SELECT on bill\n", encoding="utf-8")
    (home / "sms.bills.sql").write_text(BILLS, encoding="utf-8")
    return home.parent


@pytest.fixture
def parses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The mappings that were parsed, in order."""
    parsed: list[str] = []
    fresh = parsed_sql.selected_columns

    def counted(sql: str, dialects: tuple[str, ...], path: Path, wanted: frozenset[str]) -> tuple[str, ...]:
        parsed.append(sql)
        return fresh(sql, dialects, path, wanted)

    monkeypatch.setattr(parsed_sql, "selected_columns", counted)
    return parsed


def shop(queries: Path, lake: Path) -> list[str]:
    return Catalog([queries], kept_in=lake)["shop"].datasets


def test_every_mapping_of_the_suite_selects_what_a_fresh_parse_says(tmp_path: Path, parses: list[str]):
    first = Catalog([project_dir("queries")], kept_in=tmp_path)
    products = {name: first[name] for name in first}
    count = sum(len(product.mappings) for product in products.values())
    assert len(parses) == count > 80
    again = Catalog([project_dir("queries")], kept_in=tmp_path)
    assert {name: again[name] for name in again} == products
    assert len(parses) == count
    fresh, kept = KeptColumns(None), KeptColumns(tmp_path)
    for mapping in (mapping for product in products.values() for mapping in product.mappings.values()):
        wanted = frozenset(("since", "until") if mapping.dataset.window else ())
        asked = (mapping.sql, mapping.dialects, mapping.path, wanted)
        columns = fresh.selected(*asked)
        parses.clear()
        assert kept.selected(*asked) == columns
        assert parses == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("SELECT m", "SELEKT m", "not SQL"),
        ("AND m < :until", "", r"not \['since', 'until'\]"),
        ("y AS billed_yuan", "pg_read_file('x') AS billed_yuan", "more than compute"),
        ("c AS carrier, ", "", "'carrier' of sms.bills is missing"),
    ],
)
def test_a_mapping_that_was_changed_is_checked_anew(queries: Path, tmp_path: Path, before: str, after: str, said: str):
    shop(queries, tmp_path)
    (queries / "shop" / "sms.bills.sql").write_text(BILLS.replace(before, after), encoding="utf-8")
    for _ in range(2):  # what was refused is not kept
        with pytest.raises(ContractError, match=said):
            shop(queries, tmp_path)


def test_another_dialect_is_another_check(queries: Path, tmp_path: Path, parses: list[str]):
    shop(queries, tmp_path)
    changed = BILLS.replace("dialects: [sqlite, postgres]", "dialects: [sqlite, mysql]")
    (queries / "shop" / "sms.bills.sql").write_text(changed, encoding="utf-8")
    shop(queries, tmp_path)
    assert len(parses) == 2


def test_another_version_checks_anew(queries: Path, tmp_path: Path, parses: list[str], monkeypatch: pytest.MonkeyPatch):
    shop(queries, tmp_path)
    for name in ("_AS_IMPORTED", "versions"):
        monkeypatch.setattr(kept_columns, name, "another" if name == "_AS_IMPORTED" else lambda: "another")
    shop(queries, tmp_path)
    shop(queries, tmp_path)
    assert len(parses) == 2


def test_checks_that_were_replaced_under_the_process_keep_nothing(
    queries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(kept_columns, "versions", lambda: "what lies on the disk by now")
    shop(queries, tmp_path)
    assert not (tmp_path / FILE).exists()


def test_a_damaged_line_is_parsed_again(queries: Path, tmp_path: Path, parses: list[str]):
    shop(queries, tmp_path)
    file = tmp_path / FILE
    file.write_bytes(file.read_bytes().replace(b"carrier", b"carried"))
    assert shop(queries, tmp_path) == ["sms.bills"]
    assert len(parses) == 2


def test_a_lake_that_is_not_there_does_no_harm(queries: Path, tmp_path: Path):
    assert shop(queries, tmp_path / "gone") == ["sms.bills"]
    assert not (tmp_path / "gone").exists()


def test_what_is_known_needs_no_parser(queries: Path, tmp_path: Path):
    shop(queries, tmp_path)
    program = (
        "import sys; from pathlib import Path; from ntanalytics.catalog import Catalog;"
        "Catalog([Path(sys.argv[1])], kept_in=Path(sys.argv[2]))['shop']; print('sqlglot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program, queries, tmp_path], capture_output=True, check=True)
    assert done.stdout.strip() == b"False"
