"""Estate: the demo estate that is evaluated, written and extracted once, and used again as long as it is there."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from ntanalytics.demo import Incident, write_estate, write_untouched_estate
from ntanalytics.demo.estate import BENIGN_EVENTS_FILE, INCIDENTS_FILE
from ntanalytics.demo.incidents.planning import benign_events, plan_incidents
from ntanalytics.errors import LakeError
from ntanalytics.extraction import Extractor
from ntanalytics.language import tr
from ntanalytics.ledger import Ledger
from ntanalytics.periods import Calendar
from ntanalytics.settings import Settings, load

#: File that marks a complete estate; one that was interrupted is written anew.
MARK_FILE = "evaluation.json"

Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Wanted:
    """Parameters of an estate.

    Attributes:
        seed: seed of its random numbers, and of its incidents.
        until: its last day, as ISO text.
        days: number of its days.
        scale: factor of its volumes.
        is_untouched: whether no incident and no benign event is planted in it.
    """

    seed: int
    until: str = "2026-11-22"
    days: int = 98
    scale: float = 0.02
    is_untouched: bool = False

    @property
    def last(self) -> dt.date:
        """The last day."""
        return dt.date.fromisoformat(self.until)

    @property
    def first(self) -> dt.date:
        """The first day."""
        return self.last - dt.timedelta(days=self.days - 1)


@dataclass(frozen=True)
class EvaluatedEstate:
    """An estate and its lake.

    Attributes:
        wanted: its parameters.
        settings: its settings.
        incidents: the planted incidents.
        benign_events: planted events that only look like incidents.
    """

    wanted: Wanted
    settings: Settings
    incidents: tuple[Incident, ...]
    benign_events: tuple[Incident, ...]


def prepare(directory: Path, wanted: Wanted, progress: Progress) -> EvaluatedEstate:
    """Write an estate and extract all of its days; one that is there already is only read.

    Args:
        directory: its folder.
        wanted: its parameters.
        progress: receives what is done, and a count.

    Raises:
        UsageError: the folder holds something that is no demo estate.
        LakeError: a source of the estate could not be extracted.
    """
    mark = directory / MARK_FILE
    if not _is_there(directory, wanted):
        mark.unlink(missing_ok=True)
        write = write_untouched_estate if wanted.is_untouched else write_estate
        estate = write(
            directory, until=wanted.last, days=wanted.days, seed=wanted.seed, scale=wanted.scale, progress=progress
        )
        settings = load(estate.config)
        results = Extractor(settings, Ledger(settings.ledger), progress, estate.clock).extract(
            [], estate.first, estate.until
        )
        failed = [f"{result.dataset} ← {result.source}: {result.error}" for result in results if result.error]
        if failed:
            raise LakeError(
                tr("some data of the demo city were not extracted: {failed}", failed="; ".join(failed)),
                where=str(directory),
            )
        mark.write_text(json.dumps(asdict(wanted)) + "\n", encoding="utf-8")
    return read_estate(directory, wanted)


def _is_there(directory: Path, wanted: Wanted) -> bool:
    """Return whether the estate was prepared, and the same incidents would be planted in it today."""
    mark = directory / MARK_FILE
    # a mark of an earlier version does not say whether it is untouched: none was
    if not mark.is_file() or {"is_untouched": False, **json.loads(mark.read_text(encoding="utf-8"))} != asdict(wanted):
        return False
    estate = read_estate(directory, wanted)
    return (estate.incidents, estate.benign_events) == _planted(wanted)


def _planted(wanted: Wanted) -> tuple[tuple[Incident, ...], tuple[Incident, ...]]:
    """Return the incidents and the benign events that would be planted in an estate today."""
    if wanted.is_untouched:
        return (), ()
    span = (Calendar(), wanted.first, wanted.last)
    return plan_incidents(*span, seed=wanted.seed), benign_events(*span, seed=wanted.seed)


def read_estate(directory: Path, wanted: Wanted) -> EvaluatedEstate:
    """Return an estate that was prepared."""
    settings = load(directory / "ntanalytics.yml")
    return EvaluatedEstate(wanted, settings, _read(directory / INCIDENTS_FILE), _read(directory / BENIGN_EVENTS_FILE))


def _read(path: Path) -> tuple[Incident, ...]:
    records = json.loads(path.read_text(encoding="utf-8"))
    moments = [{name: dt.datetime.fromisoformat(record[name]) for name in ("start", "end")} for record in records]
    return tuple(Incident(**{**record, **moment}) for record, moment in zip(records, moments, strict=True))
