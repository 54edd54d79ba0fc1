"""The sources of a demo city, opened for reading alone: its databases, log files, listings and workbook."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import re
import sqlite3
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import openpyxl

from tests.truth.span import DAY, midnight

Row = tuple[Any, ...]


def _spelling(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())


class Sources:
    """Sources of a city, as they were read on the morning after its last day."""

    def __init__(self, folder: Path, until: dt.date, days: int) -> None:
        self.folder = folder / "sources"
        self.site = folder
        self.first = until - (days - 1) * DAY
        self.until = until
        self._opened: dict[str, sqlite3.Connection] = {}

    @property
    def read_at(self) -> dt.datetime:
        """Return the moment at which the sources were read."""
        return midnight(self.until + DAY).replace(hour=6, minute=10)

    def database(self, name: str) -> sqlite3.Connection:
        """Return the connection to a database of the city, which can't write to it."""
        if name not in self._opened:
            path = self.folder / f"{name}.sqlite"
            connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
            connection.execute("PRAGMA temp_store = MEMORY")
            self._opened[name] = connection
        return self._opened[name]

    def rows(self, name: str, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
        """Return the rows of a query to a database."""
        return self.database(name).execute(sql, values).fetchall()

    def tables(self, name: str, pattern: str) -> list[str]:
        """Return the tables of a database with a name that matches a pattern."""
        found = self.rows(name, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return [str(table) for (table,) in found if re.fullmatch(pattern, table)]

    def lines(self, pattern: str) -> Iterator[tuple[Path, str]]:
        """Yield the lines of log files, packed or not, each with its file."""
        for path in sorted(self.folder.glob(pattern)):
            content = path.read_bytes()
            unpacked = gzip.decompress(content) if path.suffix == ".gz" else content
            for line in unpacked.decode("utf-8", "replace").split("\n"):
                if line.strip():
                    yield path, line

    def sheet(self, title: str) -> list[dict[str, Any]]:
        """Return the rows of a sheet of the workbook by their headers, without empty ones."""
        head, *rows = self._workbook[title].iter_rows(values_only=True)
        return [
            {str(name): value for name, value in zip(head, row, strict=True)}
            for row in rows
            if any(value is not None for value in row)
        ]

    @cached_property
    def _workbook(self) -> openpyxl.Workbook:
        (path,) = self.folder.glob("*.xlsx")
        return openpyxl.load_workbook(path)

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Return the units' names in the directory by what a system calls them."""
        with (self.site / "unit-aliases.csv").open(encoding="utf-8", newline="") as file:
            return {_spelling(row["theirs"]): row["ours"] for row in csv.DictReader(file)}

    def unit(self, name: str | None) -> str | None:
        """Return the name of a unit in the directory, by the table of aliases; as it is written where there is none."""
        if not name or not name.strip():
            return None
        meant = self.aliases.get(_spelling(name), name)
        return self.directory.get(_spelling(meant), meant)

    def words(self, path: str) -> dict[str, str]:
        """Return a translation that the site keeps, by the product's word."""
        with (self.site / "queries" / path).open(encoding="utf-8", newline="") as file:
            return {row["theirs"]: row["ours"] for row in csv.DictReader(file)}

    @cached_property
    def directory(self) -> dict[str, str]:
        """Return the units of the identity system by their names without blanks, of full or half width."""
        listed = self.rows("maxkey", "SELECT ORGNAME FROM mxk_organizations WHERE STATUS <> 9")
        return {_spelling(name): str(name) for (name,) in listed}
