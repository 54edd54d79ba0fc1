"""The hours in which a source may be read (``allowed`` in its settings): a city's databases have their busy time."""

from __future__ import annotations

import datetime as dt

from ntanalytics.errors import SourceClosed
from ntanalytics.periods import Hours
from ntanalytics.settings import Settings


def check_read_hours(settings: Settings, source: str, now: dt.datetime) -> None:
    """Let pass who would read a source now, where its hours allow it.

    Args:
        settings: the site; the hours are those of its zone.
        source: the source's name in ntanalytics.yml.
        now: the present moment, aware.

    Raises:
        SourceClosed: they do not; it says when they begin again.
    """
    allowed = settings.sources[source].allowed
    if not allowed:
        return
    hours, local = Hours.parse(allowed), now.astimezone(settings.zone)
    if not hours.contains(local):
        raise SourceClosed(
            f"it may be read {allowed}, and it is {local:%H:%M}",
            where=f"sources.{source}.allowed",
            todo=f"again from {hours.next_start(local):%Y-%m-%d %H:%M}",
        )
