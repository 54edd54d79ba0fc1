"""The demo estate that is evaluated: written and taken whole once, and used again as long as it is there."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from ntanalytics.demo import Incident, write_estate
from ntanalytics.demo.estate import BENIGN_EVENTS_FILE, INCIDENTS_FILE
from ntanalytics.demo.incidents.planning import benign_events, plan_incidents
from ntanalytics.errors import LakeError
from ntanalytics.extraction import Extractor
from ntanalytics.ledger import Ledger
from ntanalytics.periods import Calendar
from ntanalytics.settings import Settings, load

#: Written when an estate is whole, so that an interrupted one is written anew.
MARK_FILE = "evaluation.json"

Told = Callable[[str, int], None]


@dataclass(frozen=True)
class Wanted:
    """Which estate is evaluated.

    Attributes:
        seed: of its random numbers, and of what goes wrong.
        until: its last day, as ISO text.
        days: how many days it has.
        scale: factor of its volumes.
    """

    seed: int
    until: str = "2026-11-22"
    days: int = 98
    scale: float = 0.02

    @property
    def last(self) -> dt.date:
        """Its last day."""
        return dt.date.fromisoformat(self.until)

    @property
    def first(self) -> dt.date:
        """Its first day."""
        return self.last - dt.timedelta(days=self.days - 1)


@dataclass(frozen=True)
class EvaluatedEstate:
    """An estate and its lake.

    Attributes:
        wanted: which it is.
        settings: its settings.
        incidents: its incidents.
        benign_events: events that look like incidents and are none.
    """

    wanted: Wanted
    settings: Settings
    incidents: tuple[Incident, ...]
    benign_events: tuple[Incident, ...]


def prepare(directory: Path, wanted: Wanted, told: Told) -> EvaluatedEstate:
    """Write an estate and take all of its days into its lake; one that is there already is only read.

    Args:
        directory: its folder.
        wanted: which estate.
        told: told how far it is.

    Raises:
        UsageError: the folder holds something that is no demo estate.
        LakeError: a source of the estate could not be taken.
    """
    mark = directory / MARK_FILE
    if not _is_there(directory, wanted):
        mark.unlink(missing_ok=True)
        estate = write_estate(
            directory, until=wanted.last, days=wanted.days, seed=wanted.seed, scale=wanted.scale, progress=told
        )
        settings = load(estate.config)
        taken = Extractor(settings, Ledger(settings.ledger), told, estate.clock).extract([], estate.first, estate.until)
        failed = [f"{each.dataset} ← {each.source}: {each.error}" for each in taken if each.error]
        if failed:
            raise LakeError(f"the estate was not taken whole: {'; '.join(failed)}", where=str(directory))
        mark.write_text(json.dumps(asdict(wanted)) + "\n", encoding="utf-8")
    return read_estate(directory, wanted)


def _is_there(directory: Path, wanted: Wanted) -> bool:
    """Whether the estate was prepared, and has the incidents that would be drawn today."""
    mark = directory / MARK_FILE
    if not mark.is_file() or json.loads(mark.read_text(encoding="utf-8")) != asdict(wanted):
        return False
    there = read_estate(directory, wanted)
    span = (Calendar(), wanted.first, wanted.last)
    incidents, events = (draw(*span, seed=wanted.seed) for draw in (plan_incidents, benign_events))
    return (there.incidents, there.benign_events) == (incidents, events)


def read_estate(directory: Path, wanted: Wanted) -> EvaluatedEstate:
    """An estate that was prepared."""
    settings = load(directory / "ntanalytics.yml")
    return EvaluatedEstate(wanted, settings, _read(directory / INCIDENTS_FILE), _read(directory / BENIGN_EVENTS_FILE))


def _read(path: Path) -> tuple[Incident, ...]:
    records = json.loads(path.read_text(encoding="utf-8"))
    moments = [{name: dt.datetime.fromisoformat(record[name]) for name in ("start", "end")} for record in records]
    return tuple(Incident(**{**record, **moment}) for record, moment in zip(records, moments, strict=True))
