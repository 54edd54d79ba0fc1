"""States of what extractions read, and by what: of a file that has not changed since, no day is read again.

A day that has not settled is asked again by each run. Of a server nobody knows whether a row has changed; of a file its
state tells. Program, settings and mappings belong to the state, since other ones may read other rows.
"""

from __future__ import annotations

import datetime as dt
import socket
import time
from functools import cached_property

from ntanalytics.file_cache import FileCache
from ntanalytics.ledger import CoverageDay
from ntanalytics.settings import Settings
from ntanalytics.settings.program import program_at_start
from ntanalytics.settings.state_digests import digest, files_digest, files_of, last_changes, site_digest

#: File of the states, in the lake's folder; it can be deleted at any time.
FILE = "source-states.jsonl"

#: Some ten thousand extractions; every run reads the file.
_MOST_BYTES = 4 << 20

#: Word of what read a day, beside the state of its file.
_READ_BY = "read by"

#: Time that a file has rested when it is read: two changes within them may have one time on a file system.
_REST_NS = 2_000_000_000


class SourceStates:
    """States of the files of a site's sources, and of the program and the site, at its extractions.

    Args:
        settings: the site.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._cache = FileCache(settings.lake / FILE, _MOST_BYTES)

    def now(self, source: str) -> str | None:
        """Return the state of a source; None where none can be known: no file, or one that was changed just now."""
        files = files_digest(self._settings, [source])
        content, inode = last_changes(self._settings, source)
        if files is None or time.time_ns() - content < _REST_NS:
            return None
        return digest(*self._program, files, str(inode))

    def has_files(self, source: str) -> bool:
        """Return whether a source is read from files."""
        return files_of(self._settings.sources[source]) is not None

    def is_unmodified(self, dataset: str, day: CoverageDay, now: str | None) -> bool:
        """Return whether a source has the state that it had when a day was extracted.

        Args:
            dataset: the day's dataset.
            day: the day as the ledger has it.
            now: the present state of its source.
        """
        return now is not None and self._cache.get(_key(dataset, day.source, day.extraction_id, day.taken_at)) == now

    def keep(self, dataset: str, source: str, extraction_id: int, taken_at: dt.datetime, before: str | None) -> None:
        """Keep the state of a source at an extraction, unless it changed while it was read, and by what it was read.

        Args:
            dataset: the extracted dataset.
            source: the source.
            extraction_id: the extraction's id.
            taken_at: its start.
            before: the state of the source at its start.
        """
        texts = {_key(dataset, source, extraction_id, taken_at, _READ_BY): self._reader}
        if before is not None and before == self.now(source):
            texts[_key(dataset, source, extraction_id, taken_at)] = before
        self._cache.put(texts)

    def was_read_alike(self, dataset: str, day: CoverageDay) -> bool:
        """Return whether a day was extracted by the same program with the same settings and mappings as now."""
        return self._cache.get(_key(dataset, day.source, day.extraction_id, day.taken_at, _READ_BY)) == self._reader

    @cached_property
    def _reader(self) -> str:
        return digest(*self._program[1:])

    @cached_property
    def _program(self) -> tuple[str, str, str]:
        """The host, and digests of the program and the site: a file of another host may have the same name."""
        return socket.gethostname(), program_at_start(), site_digest(self._settings)


def _key(dataset: str, source: str, extraction_id: int, taken_at: dt.datetime, *more: str) -> str:
    # the id alone may come again in a new ledger
    return digest(dataset, source, str(extraction_id), taken_at.astimezone(dt.UTC).isoformat(), *more)
