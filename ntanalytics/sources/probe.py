"""Probes: whether something answers now, by HTTP, TCP, TLS or a database's ping.

A probe has no history: it can only tell of now. So it keeps a journal of its own, one line of JSON
a check, and is read like a log: asked for a window that now lies in, it checks every target and
adds what it found to the journal; then, as for any other window, the mapping reads the journal's
lines. Between two checks nothing is known, and a day without a check is absent, not up.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa

from ntanalytics.catalog import Mapping, Product
from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.errors import PublishError, SettingsError, UnknownName
from ntanalytics.settings import SourceSettings, Target
from ntanalytics.sources.logs import LogsSource
from ntanalytics.sources.target_check import check, kind_of

#: Targets that are checked at once, so that one that is silent delays no other.
_AT_ONCE = 8


class ProbeSource(LogsSource):
    """Live checks of some targets, and the journal of those that were made.

    Args:
        name: the source's name in ntanalytics.yml.
        settings: its ``targets``, and ``path``, the journal.
        product: the probe.
        zone: of no use: the journal's times are UTC.

    Raises:
        SettingsError: there is no journal or no target, or a target cannot be checked.
    """

    def __init__(self, name: str, settings: SourceSettings, product: Product, zone: ZoneInfo) -> None:
        where = f"sources.{name}"
        if settings.path is None:
            raise SettingsError("a probe keeps a journal", where=where, todo="add `path: probes.jsonl`")
        if not settings.targets:
            raise SettingsError("there is nothing to check", where=where, todo="list `targets:`; see docs/settings.md")
        for target in settings.targets:
            if target.subsystem not in SUBSYSTEMS:
                raise UnknownName("subsystem", target.subsystem, SUBSYSTEMS, where=f"{where}.targets")
            kind_of(target, where=f"{where}.targets")
        super().__init__(name, settings.model_copy(update={"paths": (f"{settings.path}*",)}), product, zone)
        self._journal: Path = settings.path
        self._targets: tuple[Target, ...] = settings.targets

    @contextmanager
    def read(self, mapping: Mapping, since: dt.datetime, until: dt.datetime) -> Iterator[Iterator[pa.RecordBatch]]:
        """The checks in the window, after making new ones when now lies in it.

        Raises:
            PublishError: the journal cannot be written.
        """
        self._append(self._checks() if since <= dt.datetime.now(dt.UTC) < until else [])
        with super().read(mapping, since, until) as batches:
            yield batches

    def _checks(self) -> list[str]:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(self._line, self._targets))

    def _line(self, target: Target) -> str:
        checked_at = dt.datetime.now(dt.UTC)
        found = check(target, where=f"{self.name}: {target.shown}")
        line = {
            "checked_at": checked_at.isoformat(timespec="microseconds"),
            "subsystem": target.subsystem,
            "target": target.shown,
            "kind": kind_of(target),
            "is_up": not found.failure,
            "duration_ms": found.duration_ms,
            "failure": found.failure or None,
            "expires_at": found.expires_at.isoformat() if found.expires_at else None,
        }
        return json.dumps(line, ensure_ascii=False)

    def _append(self, lines: list[str]) -> None:
        try:
            self._journal.parent.mkdir(parents=True, exist_ok=True)
            with self._journal.open("a", encoding="utf-8") as journal:
                journal.write("".join(f"{line}\n" for line in lines))
        except OSError as error:
            raise PublishError(
                f"cannot write the journal of the probes: {error.strerror}", where=f"{self.name}: {self._journal}"
            ) from error
