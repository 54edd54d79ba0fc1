"""``outputs/index.html``: every report that was issued, and what should have come out and did not; static."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import filelock
import jinja2
from markupsafe import Markup

from ntanalytics.contract.enumerations import EDITIONS
from ntanalytics.delivery.catalogue import RENDERINGS, IssuedReport, UnreadableReport, read_issued_reports
from ntanalytics.delivery.missing import MissingReport, failures, publication_gaps
from ntanalytics.errors import PublishError
from ntanalytics.findings.threshold import STATUSES
from ntanalytics.ledger import Run
from ntanalytics.periods import Calendar, Period, PeriodKind
from ntanalytics.reports import fragments
from ntanalytics.reports.data import clean_text

INDEX = "index.html"
THEME = Path(__file__).with_name("theme")

#: So many of the latest of each report stand open; the rest is folded.
OPEN = 10
#: So long one waits for another run that is writing the index.
LOCK_SECONDS = 60

_NAMES = {"unit": "单位", "edition": "版本"}


@dataclass(frozen=True)
class Index:
    """What the index says.

    Attributes:
        path: the page.
        issued: every report.
        missing: what should have come out and did not.
        unreadable: the folders that cannot be read.
    """

    path: Path
    issued: Sequence[IssuedReport]
    missing: Sequence[MissingReport]
    unreadable: Sequence[UnreadableReport]


def write_index(
    outputs: Path,
    runs: Iterable[Run],
    *,
    site: str,
    titles: Mapping[str, str],
    calendar: Calendar,
    now: dt.datetime,
    zone: ZoneInfo,
) -> Index:
    """Look through the outputs and write their index in one step, one writer at a time.

    Args:
        outputs: the folder of the reports.
        runs: the ledger's runs, newest first.
        site: the platform's name.
        titles: a report's name → its title, for reports that never came out.
        calendar: the working days.
        now: the moment at which it is written.
        zone: the zone of the local day.

    Raises:
        PublishError: it cannot be written; what was there stays.
    """
    locks = outputs / ".locks"
    path = outputs / INDEX
    made = outputs / f".{INDEX}.{os.getpid()}"
    if locks.is_symlink():
        raise PublishError("is a symbolic link", where=str(locks), todo="remove the link: reports stay below outputs")
    try:
        locks.mkdir(mode=0o750, parents=True, exist_ok=True)
        # Inside the lock: who writes last has seen what all others have published.
        with filelock.FileLock(locks / "index.lock", timeout=LOCK_SECONDS):
            issued, unreadable = read_issued_reports(outputs)
            failed = failures(issued, runs, outputs)
            absent, unjudged = publication_gaps(issued, failed, now.astimezone(zone).date(), calendar)
            known = {**titles, **{each.report: each.title for each in issued}}
            missing = sorted([*failed, *absent], key=lambda each: each.periods[0].last, reverse=True)
            text = page_text(issued, missing, unreadable, unjudged, site=site, titles=known, now=now, zone=zone)
            made.write_text(text, encoding="utf-8", newline="\n")
            made.chmod(0o640)
            _sync(made)
            made.replace(path)
    except filelock.Timeout as error:
        raise PublishError(
            "another run is writing the index", where=str(path), todo="run `ntanalytics index`"
        ) from error
    except OSError as error:
        raise PublishError(
            f"cannot write the index: {error.strerror or error}", where=str(path), todo="run `ntanalytics index`"
        ) from error
    finally:
        with suppress(OSError):  # nothing was written, or the folder is none
            made.unlink(missing_ok=True)
    return Index(path, issued, missing, unreadable)


def page_text(
    issued: Sequence[IssuedReport],
    missing: Sequence[MissingReport],
    unreadable: Sequence[UnreadableReport],
    unjudged: Sequence[str],
    *,
    site: str,
    titles: Mapping[str, str],
    now: dt.datetime,
    zone: ZoneInfo,
) -> str:
    """The page; every text from outside is escaped by the template."""
    script = (THEME / "index.js").read_text(encoding="utf-8")
    style = fragments.stylesheet() + (THEME / "index.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    local = now.astimezone(zone)
    groups = _groups(issued)
    return (
        _templates()
        .get_template("index.html.j2")
        .render(
            site=clean_text(site),
            policy=policy,
            style=Markup(style),  # noqa: S704 — our own files
            script=Markup(script),  # noqa: S704 — our own file
            now=f"{local:%Y-%m-%d %H:%M}",
            groups=groups,
            latest=[each for group in groups for each in group.latest],
            missing=missing,
            absent=sum(len(each.periods) for each in missing if each.standing is None),
            again=sum(each.standing is not None for each in missing),
            unreadable=unreadable,
            unjudged=unjudged,
            count=len(issued),
            zone=zone,
            title_of=lambda name: clean_text(titles.get(name, name)),
            open_rows=OPEN,
        )
    )


@dataclass(frozen=True)
class _Group:
    """A report's issues: of the whole city, and those with parameters of their own; the latest first."""

    name: str
    title: str
    whole: list[IssuedReport]
    own: list[IssuedReport]

    @property
    def latest(self) -> list[IssuedReport]:
        """The latest of each kind of period."""
        kinds: dict[str, IssuedReport] = {}
        for each in self.whole:
            kinds.setdefault(each.period.kind, each)
        return list(kinds.values())


def _groups(issued: Iterable[IssuedReport]) -> list[_Group]:
    found: dict[str, _Group] = {}
    ordered = sorted(issued, key=lambda each: (each.period.last, each.period.first), reverse=True)
    for each in ordered:
        group = found.setdefault(each.report, _Group(each.report, clean_text(each.title), [], []))
        (group.own if each.parameters else group.whole).append(each)
    return sorted(found.values(), key=lambda group: group.name)


def parameter_words(parameters: Mapping[str, Any]) -> str:
    """Parameters in words: ``单位：市行政审批局``; one that has no word stands by its name."""
    said = []
    for name, value in parameters.items():
        word = EDITIONS.get(value, value) if name == "edition" and isinstance(value, str) else value
        said.append(f"{_NAMES.get(name, name)}：{word}")
    return clean_text("；".join(said))


def periods_words(periods: Sequence[Period]) -> str:
    """One period, or several that follow one another: ``2026-11-02 至 2026-11-06，共 5 个工作日``."""
    if len(periods) == 1:
        return periods[0].label
    word = {PeriodKind.DAY: "个工作日", PeriodKind.WEEK: "周", PeriodKind.MONTH: "个月"}[periods[0].kind]
    return f"{periods[-1].text} 至 {periods[0].text}，共 {len(periods)} {word}"


@cache
def _templates() -> jinja2.Environment:
    environment = fragments.template_environment(THEME)
    environment.globals.update(
        states={str(state): words for state, words in STATUSES.items()},
        renderings=RENDERINGS,
        parameter_words=parameter_words,
        periods_words=periods_words,
        url=lambda *parts: "/".join(quote(part) for part in parts),
        clean=clean_text,
        local=lambda moment, zone: f"{moment.astimezone(zone):%Y-%m-%d %H:%M}",
    )
    return environment


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
