"""A demo estate of some days, small, taken whole; and the same taken only as far as one of its days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ntanalytics.contract import DATASETS, Kind
from ntanalytics.evaluation.estate import EvaluatedEstate, Wanted, prepare
from ntanalytics.evaluation.past_workspace import MORNING
from ntanalytics.extraction import Extractor, check
from ntanalytics.ledger import Ledger
from tests.city import share_caches

#: A Thursday; the estate goes on until Sunday.
DAY = dt.date(2026, 11, 19)
WANTED = Wanted(1, days=9, scale=0.002)


@pytest.fixture(scope="session")
def estate(once: Callable[..., Path], caches: Path) -> EvaluatedEstate:
    """The estate, with a lake that holds all of its days."""

    def write(folder: Path) -> Path:
        written = prepare(folder / "estate", WANTED, lambda _what, _rows: None)
        share_caches(caches, written.settings.lake)
        return folder / "estate"

    return prepare(once("evaluated", write), WANTED, lambda _what, _rows: None)


@pytest.fixture(scope="session")
def cut(estate: EvaluatedEstate, tmp_path_factory: pytest.TempPathFactory, caches: Path) -> EvaluatedEstate:
    """The same sources with a lake that was filled on the morning after ``DAY``, and holds no later event."""
    folder: Path = tmp_path_factory.mktemp("cut")
    settings = replace_lake(estate, folder)
    share_caches(caches, settings.settings.lake)
    morning = dt.datetime.combine(DAY + dt.timedelta(days=1), MORNING, settings.settings.zone)
    ledger = Ledger(settings.settings.ledger)
    extractor = Extractor(settings.settings, ledger, clock=lambda: morning)
    taken = []
    # its source tells of a case as it is at the end, whenever it is asked: what came later is taken back, not rejected
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(check, "_CLOCKS_DIFFER", WANTED.last - DAY + dt.timedelta(days=1))
        for name in sorted(name for name in DATASETS if extractor.sources_of(name)):
            last = WANTED.last if DATASETS[name].kind is Kind.CASE else DAY
            taken += extractor.extract([name], WANTED.first, last)
    assert not [each.error for each in taken if each.error]
    return settings


def replace_lake(estate: EvaluatedEstate, folder: Path) -> EvaluatedEstate:
    """The estate with another, empty lake and ledger; what hashes its accounts is the same."""
    lake = folder / "lake"
    lake.mkdir()
    for key in estate.settings.lake.glob(".*"):
        if key.is_file():
            (lake / key.name).write_bytes(key.read_bytes())
    url = f"sqlite:///{folder / 'ledger.sqlite'}"
    return replace(estate, settings=estate.settings.model_copy(update={"lake": lake, "ledger": url}))
