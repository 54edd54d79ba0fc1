"""Sites of the gap matrix: the small demo city, and copies of it that lack something."""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
import yaml
from deltalake import DeltaTable, write_deltalake
from sqlalchemy.pool import NullPool
from sqlglot import exp

from ntanalytics import contract
from ntanalytics.catalog.loading import load_product
from ntanalytics.catalog.parameters import bound_names
from ntanalytics.catalog.parsed_sql import selected_columns
from ntanalytics.catalog.product import Mapping
from ntanalytics.contract import Type
from ntanalytics.demo import Estate
from ntanalytics.extraction import Extractor
from ntanalytics.ledger import Ledger
from ntanalytics.settings import ENVIRONMENT, Settings, load, project_dir
from tests.city import FIRST, UNTIL

#: Kinds of products of which the extraction takes a day without rows for a gap.
EMPTY_MEANS_ABSENT = ("logs", "prometheus")

#: Hours of a day, and the share of the busiest hour that the quietest of evenly spread rows has.
_HOURS, _EVEN = 24, 0.7


@dataclass(frozen=True)
class GapSite:
    """A site whose reports are read without extraction.

    Attributes:
        folder: holds settings, lake and ledger.
    """

    folder: Path

    @cached_property
    def settings(self) -> Settings:
        """Return the site's settings."""
        return load(self.config)

    @property
    def config(self) -> Path:
        """Return the settings file."""
        return self.folder / "ntanalytics.yml"

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Make it the site of a notebook."""
        before = os.environ.get(ENVIRONMENT)
        os.environ[ENVIRONMENT] = str(self.config)
        try:
            yield
        finally:
            if before is None:
                del os.environ[ENVIRONMENT]
            else:
                os.environ[ENVIRONMENT] = before

    def table(self, dataset: str) -> DeltaTable:
        """Return a dataset's table in the lake."""
        return DeltaTable(str(self.folder / "lake" / dataset))

    def change_settings(self, dataset: str) -> None:
        """Take a dataset away from all sources that feed it; a source that feeds nothing else goes."""
        from ntanalytics.workspace import Workspace

        feeding = Workspace(self.settings).sources_by_dataset
        content = yaml.safe_load(self.config.read_text(encoding="utf-8"))
        for source in feeding[dataset]:
            kept = sorted(name for name, sources in feeding.items() if source in sources and name != dataset)
            if kept:
                content["sources"][source]["datasets"] = kept
            else:
                del content["sources"][source]
        self.config.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        self.__dict__.pop("settings", None)

    def switch_off(self, *rules: str) -> None:
        """Switch rules off in the settings."""
        content = yaml.safe_load(self.config.read_text(encoding="utf-8"))
        content.setdefault("rules", {}).update({rule: {"enabled": False} for rule in rules})
        self.config.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        self.__dict__.pop("settings", None)

    def forget(self, dataset: str, first: dt.date, last: dt.date, error: str = "", ended: Sequence[str] = ()) -> None:
        """Remove days of a dataset from lake and ledger, as if they had never been extracted.

        Args:
            dataset: the dataset.
            first: the first day.
            last: the last day, included.
            error: the error of the extraction that did not get them; empty if there was none.
            ended: columns of the end of a case; with them, cases that were open at the end of the last day stay.
        """
        next_day = last + dt.timedelta(days=1)
        midnight = dt.datetime.combine(next_day, dt.time(), self.settings.zone).astimezone(dt.UTC)
        dates = {column.name for column in contract.dataset(dataset).columns if column.type is Type.DATE}
        ends = " OR ".join(f"{name} < '{next_day if name in dates else midnight.isoformat()}'" for name in ended)
        self.delete_rows(dataset, f"day >= '{first}' AND day <= '{last}'" + (f" AND ({ends})" if ends else ""))
        engine = sa.create_engine(self.settings.ledger, poolclass=NullPool)
        where = "WHERE dataset = :dataset AND day BETWEEN :first AND :last"
        days = {"dataset": dataset, "first": first.isoformat(), "last": last.isoformat()}
        with engine.begin() as connection:
            sources = [
                row[0] for row in connection.execute(sa.text(f"SELECT DISTINCT source FROM coverage {where}"), days)
            ]
            connection.execute(sa.text(f"DELETE FROM coverage {where}"), days)
        engine.dispose()
        if error:
            from ntanalytics.ledger.coverage import ExtractionResult

            at = dt.datetime.combine(UNTIL + dt.timedelta(days=1), dt.time(2), dt.UTC)
            for source in sources:
                failed = ExtractionResult(
                    dataset=dataset, source=source, first=first, last=last, taken_at=at, seconds=1.0,
                    error=error, cause=error, exit_code=5,
                )  # fmt: skip
                Ledger(self.settings.ledger).coverage.record(failed)

    def empty(self, dataset: str, first: dt.date, last: dt.date) -> None:
        """Have the source answer without a row about some days, as if it had not existed then."""
        self.delete_rows(dataset, f"day >= '{first}' AND day <= '{last}'")
        engine = sa.create_engine(self.settings.ledger, poolclass=NullPool)
        days = {"dataset": dataset, "first": first.isoformat(), "last": last.isoformat()}
        where = "WHERE dataset = :dataset AND day BETWEEN :first AND :last"
        with engine.begin() as connection:
            connection.execute(sa.text(f'UPDATE coverage SET "rows" = 0, source_rows = 0 {where}'), days)
            for source, settings in self.settings.sources.items():
                product = load_product(project_dir("queries") / settings.product)
                if product.kind in EMPTY_MEANS_ABSENT:
                    absent = f"UPDATE coverage SET is_held = 0 {where} AND source = :source"
                    connection.execute(sa.text(absent), {**days, "source": source})
        engine.dispose()

    def cut_snapshots(self, dataset: str, whole_on: dt.date) -> None:
        """Have the snapshots of a state come with half of their rows, after a whole one of an earlier day."""
        table = self.table(dataset)
        rows = table.to_pyarrow_table()
        kept = rows.take(list(range(0, rows.num_rows, 2)))
        number = rows.schema.get_field_index("day")
        days = pa.array([whole_on] * rows.num_rows, pa.date32())
        earlier = rows.set_column(number, rows.schema.field(number), days)
        write_deltalake(table, pa.concat_tables([earlier, kept]), mode="overwrite")
        by_source = Counter(kept["source"].to_pylist())
        engine = sa.create_engine(self.settings.ledger, poolclass=NullPool)
        with engine.begin() as connection:
            coverage = sa.Table("coverage", sa.MetaData(), autoload_with=connection)
            taken = connection.execute(sa.select(coverage).where(coverage.c.dataset == dataset)).mappings().all()
            for row in taken:
                step = row["day"] - whole_on
                before = {"day": whole_on, "taken_at": row["taken_at"] - step}
                connection.execute(coverage.insert().values({**row, **before}))
                cut = {"rows": by_source[row["source"]], "source_rows": by_source[row["source"]]}
                same = (coverage.c.dataset == dataset, coverage.c.source == row["source"], coverage.c.day == row["day"])
                connection.execute(coverage.update().where(*same).values(cut))
        engine.dispose()

    def delete_rows(self, dataset: str, predicate: str) -> None:
        """Delete rows of a dataset from the lake alone: the source did not give them."""
        self.table(dataset).delete(predicate)

    def double(self, dataset: str, first: dt.date, last: dt.date) -> None:
        """Extract some days again from sources that give each row twice, by mappings of the site's own."""
        for mapping, own in self._mappings(dataset):
            header, _, body = mapping.sql.partition("*/")
            # a mapping of two databases has no word of SQL for a column
            is_quoted = len(mapping.dialects) == 1
            quoted = (exp.to_identifier(name, quoted=is_quoted) for name in _columns(mapping))
            names = ", ".join(name.sql(dialect=mapping.dialects[0]) for name in quoted)
            query = body.strip().rstrip(";")
            own.write_text(
                f"{header}*/\nSELECT {names} FROM ({query}\n) AS once "
                f"UNION ALL SELECT {names} FROM ({query}\n) AS again\n",
                encoding="utf-8",
            )
        _extract(self, [dataset], first, last)

    def lose_column(self, dataset: str, column: str) -> bool:
        """Have no source give a column, and its mappings say so; return whether one gave it."""
        losing = [(mapping, own) for mapping, own in self._mappings(dataset) if column in _columns(mapping)]
        for mapping, own in losing:
            comment, _, body = mapping.sql.partition("*/")
            header = yaml.safe_load(comment.partition("/*")[2])
            header["absent"] = [*sorted(mapping.absent), column]
            for part in ("times", "translate"):
                header.get(part, {}).pop(column, None)
            names = ", ".join(name for name in _columns(mapping) if name != column)
            query = f"SELECT {names} FROM ({body.strip().rstrip(';')}\n) AS given"
            own.write_text(f"/*\n{yaml.safe_dump(header, allow_unicode=True)}*/\n{query}\n", encoding="utf-8")
        if losing:
            self.table(dataset).update(updates={column: "NULL"})
        return bool(losing)

    def _mappings(self, dataset: str) -> list[tuple[Mapping, Path]]:
        """Return the mappings of a dataset, each with the file of the site's own in its place."""
        from ntanalytics.workspace import Workspace

        found = {}
        for source in Workspace(self.settings).sources_by_dataset[dataset]:
            product = self.settings.sources[source].product
            own = self.folder / "queries" / product
            for (name, _), mapping in load_product(
                *filter(Path.is_dir, (project_dir("queries") / product, own))
            ).mappings.items():
                if name == dataset:
                    own.mkdir(parents=True, exist_ok=True)
                    found[own / mapping.path.name] = mapping
        self.__dict__.pop("settings", None)
        return [(mapping, file) for file, mapping in found.items()]

    def is_even(self, dataset: str, column: str, first: dt.date, last: dt.date) -> bool:
        """Return whether each hour of the day has about as many rows of some days as any other."""
        rows = self.table(dataset).to_pyarrow_table(filters=[("day", ">=", first), ("day", "<=", last)])
        counts = pc.value_counts(pc.hour(rows[column])).field("counts").to_pylist()
        return len(counts) == _HOURS and min(counts) >= _EVEN * max(counts)

    def shift(self, dataset: str, column: str, first: dt.date, last: dt.date, by: dt.timedelta) -> None:
        """Shift the times of the rows of some days, which puts late ones on the next day."""
        table = self.table(dataset)
        where = f"day >= '{first}' AND day <= '{last}'"
        rows = table.to_pyarrow_table(filters=[("day", ">=", first), ("day", "<=", last)])
        times = pc.add(rows[column], pa.scalar(by))
        local = pc.add(times, pa.scalar(dt.timedelta(hours=8)))
        days = pc.cast(pc.floor_temporal(pc.cast(local, pa.timestamp("us")), unit="day"), pa.date32())
        rows = rows.set_column(rows.column_names.index(column), rows.schema.field(column), times)
        rows = rows.set_column(rows.column_names.index("day"), rows.schema.field("day"), days)
        table.delete(where)
        write_deltalake(self.table(dataset), rows, mode="append")


def _extract(site: GapSite, datasets: list[str], first: dt.date, last: dt.date) -> None:
    settings = site.settings
    clock = Estate(directory=site.folder, config=site.config, first=FIRST, until=UNTIL).clock
    results = Extractor(settings, Ledger(settings.ledger), clock=clock).extract(datasets, first, last)
    failed = [(result.dataset, result.error) for result in results if result.error]
    assert not failed, failed


def _columns(mapping: Mapping) -> tuple[str, ...]:
    return selected_columns(mapping.sql, mapping.dialects, mapping.path, frozenset(bound_names(mapping.sql)))
