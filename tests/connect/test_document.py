"""docs/connecting.md, followed word by word on a real MariaDB."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.ledger import Ledger
from ntanalytics.settings import load
from tests.connect.typed_document import Typed, follow, steady

DOCUMENT = Path(__file__).parents[2] / "docs" / "connecting.md"

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reader")


@pytest.fixture(scope="module")
def typed(mariadb_url: str, folder: Path) -> Iterator[list[Typed]]:
    url = sa.make_url(mariadb_url)
    engine = sa.create_engine(url.set(username="root"), poolclass=NullPool, isolation_level="AUTOCOMMIT")

    def run_sql(statement: str) -> None:
        with engine.connect() as connection:
            connection.exec_driver_sql(statement.replace("%", "%%"))

    yield follow(DOCUMENT.read_text(encoding="utf-8"), folder, f"{url.host}:{url.port}", run_sql)
    run_sql("DROP DATABASE jeecg")
    run_sql("DROP USER reader")
    engine.dispose()


def test_one_sees_what_the_document_shows(typed: list[Typed]):
    assert len(typed) >= 10
    for each in typed:
        assert steady(each.seen) == steady(each.expected), each.command


def test_a_draft_ends_with_4_and_what_fits_with_0(typed: list[Typed]):
    ended = [(each.command.split()[1:3], each.exit_code) for each in typed if "connect " in each.command]
    assert ended == [
        (["connect", "jeecg"], 4),
        (["connect", "jeecg"], 0),
        (["connect", "portal"], 4),
        (["connect", "portal"], 4),
        (["connect", "portal"], 0),
    ]
    assert [each.exit_code for each in typed if "map check" in each.command] == [0, 0]


def test_the_lake_holds_the_rows_that_the_document_counts(typed: list[Typed], folder: Path):
    coverage = Ledger(load(folder / "ntanalytics.yml").ledger).coverage
    rows = {
        (each.source, each.day): each.rows
        for each in coverage.days("identity.logins", date(2026, 11, 19), date(2026, 11, 20))
        if each.rows
    }
    assert rows == {
        ("jeecg", date(2026, 11, 19)): 2,
        ("jeecg", date(2026, 11, 20)): 2,
        ("portal", date(2026, 11, 20)): 4,
    }


def test_nothing_personal_is_written_or_shown(typed: list[Typed], folder: Path):
    written = "".join(path.read_text(encoding="utf-8") for path in (folder / "queries").rglob("*.*"))
    shown = "".join(each.seen for each in typed)
    for canary in ("张伟", "李娜", "王芳", "13900000000", "my-password"):
        assert canary not in written + shown
