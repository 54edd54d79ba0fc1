"""Probes: checks by HTTP, TCP, TLS or a database query whether a target answers now.

A check has no history, so the results are appended to a journal, one JSON line each, which is read like a log. Reading
a window that contains the present first checks every target. Nothing is known between two checks, and a day without a
check is absent, not up.
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
from ntanalytics.language import tr
from ntanalytics.settings import SourceSettings, Target
from ntanalytics.sources.logs import LogsSource
from ntanalytics.sources.target_check import check_target, target_kind

#: Number of parallel checks, so that a silent target does not delay the others.
_PARALLEL_CHECKS = 8


class ProbeSource(LogsSource):
    """Live checks of targets, and the journal of their results.

    Args:
        name: name of the source in ntanalytics.yml.
        settings: its ``targets``, and ``path``, the journal.
        product: the product ``probe``.
        zone: not used; the times of the journal are UTC.

    Raises:
        SettingsError: journal or targets are missing, or a target cannot be checked.
    """

    def __init__(self, name: str, settings: SourceSettings, product: Product, zone: ZoneInfo) -> None:
        where = f"sources.{name}"
        if settings.path is None:
            raise SettingsError(tr("a probe keeps a journal"), where=where, todo=tr("add `path: probes.jsonl`"))
        if not settings.targets:
            raise SettingsError(
                tr("there is nothing to check"), where=where, todo=tr("list `targets:`; see docs/settings.md")
            )
        for target in settings.targets:
            if target.subsystem not in SUBSYSTEMS:
                raise UnknownName("subsystem", target.subsystem, SUBSYSTEMS, where=f"{where}.targets")
            target_kind(target, where=f"{where}.targets")
        super().__init__(name, settings, product, zone)
        self._journal: Path = settings.path
        self._targets: tuple[Target, ...] = settings.targets

    @contextmanager
    def read(self, mapping: Mapping, since: dt.datetime, until: dt.datetime) -> Iterator[Iterator[pa.RecordBatch]]:
        """Yield the checks in the window, after new ones if the window contains the present.

        Raises:
            PublishError: the journal cannot be written.
        """
        self._append(self._checks() if since <= dt.datetime.now(dt.UTC) < until else [])
        with super().read(mapping, since, until) as batches:
            yield batches

    def _checks(self) -> list[str]:
        with ThreadPoolExecutor(_PARALLEL_CHECKS) as pool:
            return list(pool.map(self._line, self._targets))

    def _line(self, target: Target) -> str:
        checked_at = dt.datetime.now(dt.UTC)
        result = check_target(target, where=f"{self.name}: {target.display_name}")
        line = {
            "checked_at": checked_at.isoformat(timespec="microseconds"),
            "subsystem": target.subsystem,
            "target": target.display_name,
            "kind": target_kind(target),
            "is_up": not result.failure,
            "duration_ms": result.duration_ms,
            "failure": result.failure or None,
            "expires_at": result.expires_at.isoformat() if result.expires_at else None,
        }
        return json.dumps(line, ensure_ascii=False)

    def _append(self, lines: list[str]) -> None:
        try:
            self._journal.parent.mkdir(parents=True, exist_ok=True)
            with self._journal.open("a", encoding="utf-8") as journal:
                journal.write("".join(f"{line}\n" for line in lines))
        except OSError as error:
            raise PublishError(
                tr("cannot write the journal of the probes: {strerror}", strerror=error.strerror),
                where=f"{self.name}: {self._journal}",
            ) from error
