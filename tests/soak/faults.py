"""Faults of a soak, drawn from its seed: real faults of the site's files, servers or processes."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.servers.mailbox import Mailbox
from tests.soak.expected_runs import ZONE

#: Kind → number in thirty days, and duration in hours: shortest, longest.
KINDS: dict[str, tuple[float, float, float]] = {
    "source gone": (3.0, 3, 96),
    "logs gone": (0.7, 3, 72),
    "half-written gz": (0.7, 3, 48),
    "process killed": (4.0, 120, 120),
    "disk full": (1.0, 2, 14),
    "ledger locked": (0.5, 120, 120),
    "host down": (0.7, 24, 320),
    "clock set back": (1.5, 24, 24),
    "share gone": (0.8, 4, 100),
    "mail refused": (0.8, 4, 40),
    "mail line cut": (1.2, 20, 30),
    "two at once": (4.0, 120, 120),
}

#: Kinds that happen once, to the first suitable call in their time.
MOMENTARY = ("process killed", "ledger locked", "clock set back", "two at once")

#: Hours of the day at which faults begin: most of them before a scheduled run.
_BEGINS = (6.0, 7.6, 8.25, 13.0)

#: Databases that are absent for a while; the one that most reports read occurs twice.
DATABASES = (
    "sms_platform.sqlite", "sms_platform.sqlite", "oa_general.sqlite", "maxkey.sqlite", "zabbix.sqlite",
    "openfire.sqlite", "exchange.sqlite", "seals.sqlite",
)  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes:
        kind: one of :data:`KINDS`.
        begin: its beginning (aware).
        end: its end; a momentary fault without a suitable call ends then, too.
        what: the file or folder with the fault, below the site's folder.
    """

    kind: str
    begin: dt.datetime
    end: dt.datetime
    what: str = ""

    def holds(self, moment: dt.datetime) -> bool:
        """Return whether a moment is in its time."""
        return self.begin <= moment < self.end


def draw_faults(
    rng: random.Random,
    first: dt.date,
    last: dt.date,
    *,
    exclude: Iterable[str] = (),
    databases: Sequence[str] = DATABASES,
) -> list[Fault]:
    """Draw the faults of some days, at least one of each kind; the first day and the last three have none.

    Args:
        rng: the random numbers.
        first: the first day.
        last: the last day.
        exclude: kinds to leave out.
        databases: databases that may be absent.
    """
    begin = dt.datetime.combine(first + dt.timedelta(days=1), dt.time(), ZONE)
    hours = ((last - first).days - 3) * 24.0
    found = []
    for kind, (often, shortest, longest) in KINDS.items():
        for _ in range(0 if kind in exclude else max(1, round(often * hours / 24 / 30))):
            # the longer ones are the rarer ones
            lasts = min(shortest + (longest - shortest) * rng.random() ** 2, hours / 3)
            since = begin + dt.timedelta(days=int(rng.random() * (hours - lasts) / 24), hours=rng.choice(_BEGINS))
            found.append(Fault(kind, since, since + dt.timedelta(hours=lasts), _what(rng, kind, databases)))
    return sorted(found, key=lambda each: each.begin)


def _what(rng: random.Random, kind: str, databases: Sequence[str]) -> str:
    if kind == "source gone":
        return f"sources/{rng.choice(databases)}"
    if kind == "half-written gz":
        return f"sources/{rng.choice(('nginx', 'probes'))}"
    return {"logs gone": "sources/ca-gateway", "share gone": "share"}.get(kind, "")


class ActiveFaults:
    """The active faults of the site's files and its mail server.

    Args:
        home: the site's folder.
        box: its mail server.
        rng: the random numbers.
    """

    def __init__(self, home: Path, box: Mailbox, rng: random.Random) -> None:
        self._home, self._box, self._rng = home, box, rng
        self._away: set[str] = set()
        self._halved: dict[str, tuple[Path, bytes]] = {}

    def set_faults(self, faults: Iterable[Fault]) -> None:
        """Start and end faults, so that exactly these are active."""
        now = list(faults)
        away = {each.what for each in now if each.kind in ("source gone", "logs gone", "share gone")}
        for what in away - self._away:
            (self._home / what).rename(self._home / f"{what}.away")
        for what in self._away - away:
            (self._home / f"{what}.away").rename(self._home / what)
        self._away = away
        halved = {each.what for each in now if each.kind == "half-written gz"}
        for what in halved - self._halved.keys():
            path = self._rng.choice(sorted((self._home / what).glob("*.gz")))
            content = path.read_bytes()
            self._halved[what] = (path, content)
            path.write_bytes(content[: len(content) // 2])
        for what in self._halved.keys() - halved:
            path, content = self._halved.pop(what)
            path.write_bytes(content)
        kinds = {each.kind for each in now}
        answers = {"RCPT": "451 try again later"} if "mail refused" in kinds else {}
        self._box.answers = answers | ({"DATA": "close"} if "mail line cut" in kinds else {})
