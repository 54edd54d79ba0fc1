"""One soak from its seed to its figures."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ntanalytics.settings import load
from tests.servers.mailbox import mailbox
from tests.soak.checking import LedgerRows, SoakChecks
from tests.soak.expected_runs import LAST
from tests.soak.faults import DATABASES, draw_faults
from tests.soak.lakes import compare, prove, tidy
from tests.soak.site import JOBS, notebooks_of, write_site
from tests.soak.timeline import Timeline

#: The demo city's last day; the soak's is the same.
UNTIL = dt.date(2026, 11, 22)


@dataclass(frozen=True)
class SoakResult:
    """Result of a soak.

    Attributes:
        figures: its counts.
        wrong: contradictions, one sentence each.
    """

    figures: dict[str, object]
    wrong: list[str]


def soak(
    folder: Path,
    *,
    seed: int,
    days: int,
    jobs: Iterable[str] = JOBS,
    exclude: Iterable[str] = (),
    scale: float = 0.001,
    databases: Sequence[str] = DATABASES,
    before: int = 15,
    verified: int = 0,
    small: Collection[str] = (),
    ledger: str = "",
    show: Callable[[str], None] = lambda _text: None,
) -> SoakResult:
    """Simulate some days of a schedule on a small city, with faults, and check the results.

    Args:
        folder: a new folder for the city.
        seed: the seed of the faults.
        days: number of days; the last is the city's last but one.
        jobs: names of :data:`tests.soak.site.JOBS`.
        exclude: kinds of faults to leave out.
        scale: the city's scale.
        databases: databases that may be absent for a while.
        before: days of data before the first day.
        verified: number of reports that are verified at the end; 0 for all.
        small: jobs that issue a small report in place of theirs: what is simulated is the schedule.
        ledger: the URL of the ledger; an SQLite file by default.
        show: a callback for progress.
    """
    rng = random.Random(seed)
    chosen = {name: JOBS[name] | ({"report": "probe"} if name in small else {}) for name in jobs}
    last = UNTIL + dt.timedelta(days=1)
    first = last - dt.timedelta(days=days - 1)
    assert last < LAST
    with mailbox() as box:
        estate = write_site(
            folder,
            chosen,
            first=first - dt.timedelta(days=before),
            until=UNTIL,
            scale=scale,
            mail_port=box.port,
            ledger=ledger,
            is_small=bool(small),
        )
        url = load(estate.config).ledger
        kinds = {*exclude, *(() if url.startswith("sqlite") else ("ledger locked",))}
        faults = draw_faults(rng, first, last, exclude=kinds, databases=databases)
        show(f"{days} days from {first}, {len(faults)} faults, seed {seed}")
        log = Timeline(estate.config, url, chosen, box, faults, rng, show).run(first, last)
        checks = SoakChecks(folder, LedgerRows(url), chosen, log, box)
        checks.check_all()
        reports = sorted(checks.published().values())
        show("comparing the lake with the sources")
        sample = reports if not verified else rng.sample(reports, min(verified, len(reports)))
        aside = folder / "in-one-go"
        notebooks = notebooks_of(folder) if small else None
        checks.wrong += compare(estate, {job["report"] for job in chosen.values()}, notebooks, aside, checks.figures)
        checks.wrong += [*prove(sample, checks.figures), *tidy(estate.config)]
    figures = {
        "days simulated": days,
        "seed": seed,
        "calls of run-due that came to their end": len(log.calls),
        "calls that failed": len(log.broken),
        "faults by kind": dict(sorted(log.counts_by_fault.items())),
        "calls killed in their midst": log.deaths,
        **checks.figures,
        "seconds of the simulation": round(log.seconds),
    }
    for moment, error in log.broken:
        show(f"failed: {moment:%Y-%m-%d %H:%M} {error.splitlines()[0][:160]}")
    return SoakResult(figures, checks.wrong)
