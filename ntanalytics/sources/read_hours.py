"""Hours in which a source may be read (``allowed`` in its settings), outside the busy time of its database."""

from __future__ import annotations

import datetime as dt

from ntanalytics.errors import SourceClosed
from ntanalytics.language import tr
from ntanalytics.periods import Hours
from ntanalytics.settings import Settings


def check_read_hours(settings: Settings, source: str, now: dt.datetime) -> None:
    """Check that a source may be read now.

    Args:
        settings: the site; the hours are local times of its zone.
        source: name of the source in ntanalytics.yml.
        now: present moment, aware.

    Raises:
        SourceClosed: it may not; the message has the next allowed time.
    """
    allowed = settings.sources[source].allowed
    if not allowed:
        return
    hours, local = Hours.parse(allowed), now.astimezone(settings.zone)
    if not hours.contains(local):
        raise SourceClosed(
            tr("it may be read {allowed}, and it is {local:%H:%M}", allowed=allowed, local=local),
            where=f"sources.{source}.allowed",
            todo=tr("again from {next_start:%Y-%m-%d %H:%M}", next_start=hours.next_start(local)),
        )
