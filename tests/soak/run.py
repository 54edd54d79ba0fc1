"""One soak from its seed to its figures."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ntanalytics.settings import load
from tests.servers.mailbox import mailbox
from tests.soak.checking import Books, Checked
from tests.soak.faults import DATABASES, drawn
from tests.soak.lakes import compare, prove, tidy
from tests.soak.reckoning import LAST
from tests.soak.site import JOBS, write_site
from tests.soak.timeline import Timeline

#: The demo city's last day; the soak's is the same.
UNTIL = dt.date(2026, 11, 22)


@dataclass(frozen=True)
class Soaked:
    """What a soak showed.

    Attributes:
        figures: what was counted.
        wrong: what does not add up, a sentence each.
    """

    figures: dict[str, object]
    wrong: list[str]


def soak(
    folder: Path,
    *,
    seed: int,
    days: int,
    jobs: Iterable[str] = JOBS,
    but: Iterable[str] = (),
    scale: float = 0.001,
    databases: Sequence[str] = DATABASES,
    before: int = 15,
    verified: int = 0,
    ledger: str = "",
    tell: Callable[[str], None] = lambda _said: None,
) -> Soaked:
    """Let some days of a schedule go by on a small city, with faults, and check that everything adds up.

    Args:
        folder: a new folder for the city.
        seed: faults and their moments are drawn from it.
        days: how many days go by; the last is the city's last but one.
        jobs: which of :data:`tests.soak.site.JOBS`.
        but: kinds of faults that do not come.
        scale: the city's.
        databases: which of its databases may be gone for a while.
        before: days of data before the first of them.
        verified: how many of the reports are proved at the end; 0: all.
        ledger: the URL of the ledger; an SQLite file by default.
        tell: told what goes on.
    """
    rng = random.Random(seed)
    chosen = {name: JOBS[name] for name in jobs}
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
        )
        url = load(estate.config).ledger
        kinds = {*but, *(() if url.startswith("sqlite") else ("ledger locked",))}
        faults = drawn(rng, first, last, but=kinds, databases=databases)
        tell(f"{days} days from {first}, {len(faults)} faults, seed {seed}")
        story = Timeline(estate.config, url, chosen, box, faults, rng, tell).run(first, last)
        checked = Checked(folder, Books(url), chosen, story, box)
        checked.everything()
        reports = sorted(checked.published().values())
        tell("comparing the lake with the sources")
        sample = reports if not verified else rng.sample(reports, min(verified, len(reports)))
        aside = folder / "in-one-go"
        checked.wrong += compare(estate, {job["report"] for job in chosen.values()}, aside, checked.figures)
        checked.wrong += [*prove(sample, checked.figures), *tidy(estate.config)]
    figures = {
        "days simulated": days,
        "seed": seed,
        "calls of run-due that came to their end": len(story.calls),
        "calls that failed": len(story.broken),
        "faults by kind": dict(sorted(story.befell.items())),
        "calls killed in their midst": story.deaths,
        **checked.figures,
        "seconds of the simulation": round(story.seconds),
    }
    for moment, error in story.broken:
        tell(f"failed: {moment:%Y-%m-%d %H:%M} {error.splitlines()[0][:160]}")
    return Soaked(figures, checked.wrong)
