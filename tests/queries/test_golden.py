"""Every mapping against its golden cases, on the databases it claims; and no mapping without a case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from ntanalytics.catalog import Catalog
from ntanalytics.contract import DATASETS
from ntanalytics.settings import project_dir
from ntanalytics.sources import Source
from tests.queries import golden
from tests.queries.golden import Case

CATALOG = Catalog([project_dir("queries")])
#: The same for their dialects alone: each process of a run collects the tests, and parses no SQL for that.
DECLARED = Catalog([project_dir("queries")], is_read=False)
CASES = golden.cases()
DATABASE_CASES = [case for case in CASES if "tables" in case.content]
SERIES_CASES = [case for case in CASES if "series" in case.content]
SQLITE_CASES = [
    case
    for case in DATABASE_CASES
    if any(
        "sqlite" in mapping.dialects
        for (name, _), mapping in DECLARED[case.product].mappings.items()
        if name == case.dataset
    )
]
OTHER_CASES = [case for case in CASES if "files" in case.content or "sheets" in case.content]

#: sqlglot's dialect → the fixture that starts such a server (tests/servers/plugin.py).
SERVERS = {"mysql": "mariadb_url", "postgres": "postgres_url"}

#: Each database case with each dialect that a mapping of its dataset claims and a server speaks.
SERVED = [
    (case, dialect)
    for case in DATABASE_CASES
    for dialect in SERVERS
    if any(
        dialect in mapping.dialects
        for (name, _), mapping in DECLARED[case.product].mappings.items()
        if name == case.dataset
    )
]


Rows = list[dict[str, Any]]


@dataclass
class Reading:
    """What a case gave from a real server.

    Attributes:
        rows: its rows.
        others: what was rejected, withdrawn or unknown.
        wanted: the rows that it expects.
        told: what was logged while it was read.
    """

    rows: Rows
    others: dict[str, Rows]
    wanted: Rows
    told: list[Any]


@pytest.fixture(scope="module")
def read_once(request: pytest.FixtureRequest) -> Iterator[Callable[[Case, str], Reading]]:
    """Reads a case from a real server of a dialect, once for all tests of it."""
    read: dict[tuple[str, str], Reading] = {}
    with ExitStack() as opened:
        connection = cache(
            lambda dialect: opened.enter_context(golden.kept_connection(request.getfixturevalue(SERVERS[dialect])))
        )

        def reading(case: Case, dialect: str) -> Reading:
            if (case.name, dialect) not in read:
                with golden.open_served(case, CATALOG[case.product], connection(dialect)) as source:
                    with capture_logs() as told:
                        rows, others = golden.loaded(case, source)
                    wanted = golden.expected(case, source.mapping(case.dataset))
                read[case.name, dialect] = Reading(rows, others, wanted, [*told])
            return read[case.name, dialect]

        yield reading


def agree(case: Case, source: Source) -> None:
    rows, others = golden.loaded(case, source)
    agreed(case, rows, others, golden.expected(case, source.mapping(case.dataset)))


def agreed(case: Case, rows: Rows, others: dict[str, Rows], wanted: Rows) -> None:
    assert golden.by_content(rows) == golden.by_content(wanted)
    for name, found in others.items():
        assert golden.by_content(found) == golden.by_content(case.content.get(name, [])), name


@pytest.mark.parametrize("case", OTHER_CASES, ids=lambda case: case.name)
def test_a_mapping_of_logs_or_sheets_gives_what_its_case_expects(case: Case, tmp_path: Path) -> None:
    product = CATALOG[case.product]
    open_source = golden.open_files if "files" in case.content else golden.open_workbook
    agree(case, open_source(case, product, tmp_path))


@pytest.mark.parametrize(
    "dataset",
    [
        *("desk.access_grants", "desk.changes", "desk.dispositions", "desk.incidents"),
        *("desk.onboardings", "desk.plans", "desk.report_plan", "desk.tickets"),
    ],
)
def test_a_number_of_the_ledger_that_is_used_again_belongs_to_the_row_that_has_it_first(
    dataset: str, tmp_path: Path
) -> None:
    [case] = [case for case in CASES if case.name == f"desk_workbook/{dataset}/as_typed"]
    contract = DATASETS[dataset]
    [(sheet, [head, first, *_])] = case.content["sheets"].items()
    again, opened = list(first), head.index(contract.column(contract.time).label)
    again[opened] = dt.datetime.fromisoformat(str(first[opened])) + dt.timedelta(hours=1)
    # asked for a day on which neither row changed
    content = {**case.content, "sheets": {sheet: [head, again, first]}, "days": [dt.date(2026, 12, 4)] * 2}
    later = replace(case, content=content)
    source = golden.open_workbook(later, CATALOG[case.product], tmp_path)
    rows, others = golden.loaded(later, source)
    assert rows == golden.expected(case, source.mapping(dataset))[:1]
    [reject] = others["rejected"]
    assert reject["rows"] == 1


@pytest.mark.servers
@pytest.mark.parametrize("case", SERIES_CASES, ids=lambda case: case.name)
def test_a_mapping_of_series_gives_what_its_case_expects_of_a_real_prometheus(case: Case) -> None:
    with golden.open_prometheus(case, CATALOG[case.product]) as source:
        agree(case, source)


@pytest.mark.parametrize("case", SQLITE_CASES, ids=lambda case: case.name)
def test_a_mapping_of_tables_gives_what_its_case_expects_in_sqlite(case: Case, tmp_path: Path) -> None:
    with golden.open_database(case, CATALOG[case.product], f"sqlite:///{tmp_path / 'city.sqlite'}") as source:
        agree(case, source)


@pytest.mark.servers
@pytest.mark.parametrize(("case", "dialect"), SERVED, ids=[f"{case.name}-{dialect}" for case, dialect in SERVED])
def test_a_mapping_of_tables_gives_what_its_case_expects_in_a_real_server(
    case: Case, dialect: str, read_once: Callable[[Case, str], Reading]
) -> None:
    reading = read_once(case, dialect)
    agreed(case, reading.rows, reading.others, reading.wanted)


@pytest.mark.servers
@pytest.mark.skipif(not find_spec("connectorx"), reason="the extra for MySQL is not installed")
@pytest.mark.parametrize("case", [case for case, dialect in SERVED if dialect == "mysql"], ids=lambda case: case.name)
def test_a_mapping_is_read_by_the_fast_driver_of_mariadb(case: Case, read_once: Callable[[Case, str], Reading]) -> None:
    """No column of it is without a type."""
    assert read_once(case, "mysql").told == [], "write a NULL with its type, CAST(NULL AS CHAR(1))"


def test_every_mapping_has_a_case() -> None:
    covered = {(case.product, case.dataset) for case in CASES}
    mapped = {(product.name, dataset) for product in CATALOG.values() for dataset in product.datasets}
    assert mapped - covered == set(), "write tests/queries/<product>/<dataset>/<case>.yml; golden.py tells what goes in"
    assert covered - mapped == set(), "cases of a mapping that is no more"


def test_every_case_says_what_it_is_there_for() -> None:
    assert [case.name for case in CASES if not str(case.content.get("about", "")).strip()] == []
