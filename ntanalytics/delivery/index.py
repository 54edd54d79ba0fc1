"""Index page ``outputs/index.html``: the issued reports and the missing ones; static."""

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

import jinja2
from markupsafe import Markup

from ntanalytics.contract.enumerations import EDITIONS
from ntanalytics.delivery.issued_reports import IssuedReport, UnreadableReport, read_issued_reports
from ntanalytics.delivery.manifest import RENDERINGS
from ntanalytics.delivery.missing import MissingReport, failures, publication_gaps, without_known
from ntanalytics.disk_space import sync
from ntanalytics.errors import PublishError
from ntanalytics.findings.threshold import STATUSES
from ntanalytics.language import tr
from ntanalytics.ledger import Run
from ntanalytics.periods import Calendar, Period, PeriodKind
from ntanalytics.reports import fragments
from ntanalytics.reports.data import clean_text

INDEX = "index.html"
THEME = Path(__file__).with_name("theme")

#: Number of the latest issues of each report that are shown open; the others are folded.
_OPEN_ROWS = 10

#: Reports in the order of their readers: the manager's week first. Others follow by name.
_ORDER = {
    name: place
    for place, name in enumerate(
        (
            "weekly_service_report", "daily_inspection", "service_quality", "sms_volume", "oa_adoption",
            "optimization_recommendations", "acceptance",
        )
    )
}  # fmt: skip

PARAMETER_LABELS = {"unit": "单位", "edition": "版本", "as_of": "数据所知截至"}


@dataclass(frozen=True)
class SiteLabels:
    """Names and zone of a site.

    Attributes:
        site: the platform's name.
        titles: report → its title, also of reports that were never issued.
        zone: the zone of the local day.
    """

    site: str
    titles: Mapping[str, str]
    zone: ZoneInfo


@dataclass(frozen=True)
class ReportIndex:
    """Content of the index page.

    Attributes:
        path: the page.
        issued: every issued report.
        missing: the reports that were due and were not issued.
        unreadable: the folders that cannot be read.
        unjudged: sentences on reports of which it is not known whether they are missing.
    """

    path: Path
    issued: Sequence[IssuedReport]
    missing: Sequence[MissingReport]
    unreadable: Sequence[UnreadableReport]
    unjudged: Sequence[str]

    @property
    def absent(self) -> int:
        """The number of reports that were due and have no version: each period of a gap counts."""
        return sum(len(report.periods) for report in self.missing if report.standing is None)

    @property
    def outdated(self) -> int:
        """The number of reports whose version stands since a later run failed."""
        return sum(report.standing is not None for report in self.missing)


@dataclass(frozen=True)
class OverdueReports:
    """Reports of the jobs whose deadline has passed.

    Attributes:
        reports: one for each period.
        unjudged: sentences on jobs of which it is not known.
    """

    reports: Sequence[MissingReport] = ()
    unjudged: Sequence[str] = ()


def write_index(
    outputs: Path,
    runs: Iterable[Run],
    *,
    site: SiteLabels,
    calendar: Calendar,
    now: dt.datetime,
    overdue: OverdueReports | None = None,
) -> ReportIndex:
    """Read the outputs and write their index in one step; the caller holds the lock on the index.

    Args:
        outputs: the folder of all reports.
        runs: the ledger's runs, newest first.
        site: the names and the zone of the site.
        calendar: the working days.
        now: the present moment (aware).
        overdue: what the jobs owe; None without jobs.

    Raises:
        PublishError: it cannot be written; the old page stays.
    """
    path = outputs / INDEX
    draft = outputs / f".{INDEX}.{os.getpid()}"
    try:
        outputs.mkdir(mode=0o750, parents=True, exist_ok=True)
        issued, unreadable = read_issued_reports(outputs)
        failed = failures(issued, runs, outputs)
        gaps, unjudged = publication_gaps(issued, failed, now.astimezone(site.zone).date(), calendar)
        owed = overdue or OverdueReports()
        late = without_known(owed.reports, issued, [*failed, *gaps])
        missing = sorted([*failed, *gaps, *late], key=lambda report: report.periods[0].last, reverse=True)
        index = ReportIndex(path, issued, missing, unreadable, [*unjudged, *owed.unjudged])
        draft.write_text(page_text(index, site, now), encoding="utf-8", newline="\n")
        draft.chmod(0o640)
        sync(draft)
        draft.replace(path)
    except OSError as error:
        raise PublishError(
            tr("cannot write the index: {strerror}", strerror=error.strerror or error),
            where=str(path),
            todo=tr("run `ntanalytics index`"),
        ) from error
    finally:
        with suppress(OSError):  # nothing was written, or the outputs are not a folder
            draft.unlink(missing_ok=True)
    return index


def page_text(index: ReportIndex, site: SiteLabels, now: dt.datetime) -> str:
    """Return the page; the template escapes every text from outside."""
    script = (THEME / "index.js").read_text(encoding="utf-8")
    style = fragments.stylesheet() + (THEME / "index.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    titles: Mapping[Any, str] = {**site.titles, **{report.report: report.title for report in index.issued}}
    groups = _groups(index.issued)
    return compiled_template().render(
        site=clean_text(site.site),
        policy=policy,
        style=Markup(style),  # noqa: S704 — our own files
        script=Markup(script),  # noqa: S704 — our own file
        now=f"{now.astimezone(site.zone):%Y-%m-%d %H:%M}",
        groups=groups,
        latest=[report for group in groups for report in group.latest],
        missing=index.missing,
        absent=index.absent,
        again=index.outdated,
        unreadable=index.unreadable,
        unjudged=index.unjudged,
        count=len(index.issued),
        zone=site.zone,
        title_of=lambda name: clean_text(titles.get(name, name)),
        open_rows=_OPEN_ROWS,
    )


@dataclass(frozen=True)
class _Group:
    """Issues of a report, the latest first: those with default parameters, and the others."""

    name: str
    title: str
    whole: list[IssuedReport]
    own: list[IssuedReport]

    @property
    def latest(self) -> list[IssuedReport]:
        """The latest issue of each kind of period."""
        kinds: dict[str, IssuedReport] = {}
        for report in self.whole:
            kinds.setdefault(report.period.kind, report)
        return list(kinds.values())


def _groups(issued: Iterable[IssuedReport]) -> list[_Group]:
    groups: dict[str, _Group] = {}
    for report in sorted(issued, key=lambda report: (report.period.last, report.period.first), reverse=True):
        group = groups.setdefault(report.report, _Group(report.report, clean_text(report.title), [], []))
        (group.own if report.parameters else group.whole).append(report)
    return sorted(groups.values(), key=lambda group: (_ORDER.get(group.name, len(_ORDER)), group.name))


def parameters_text(parameters: Mapping[str, Any]) -> str:
    """Return parameters in Chinese, such as ``单位：市行政审批局``; a parameter without a label has its name."""
    texts = []
    for name, value in parameters.items():
        label = EDITIONS.get(value, value) if name == "edition" and isinstance(value, str) else value
        texts.append(f"{PARAMETER_LABELS.get(name, name)}：{label}")
    return clean_text("；".join(texts))


def periods_text(periods: Sequence[Period]) -> str:
    """Return one period, or successive ones such as ``2026-11-02 至 2026-11-06，共 5 个工作日``."""
    if len(periods) == 1:
        return periods[0].label
    units = {PeriodKind.DAY: "个工作日", PeriodKind.WEEK: "周", PeriodKind.MONTH: "个月", PeriodKind.CONTRACT: "期"}
    unit = units[periods[0].kind]
    return f"{periods[-1].text} 至 {periods[0].text}，共 {len(periods)} {unit}"


@cache
def compiled_template() -> jinja2.Template:
    """Return the template of the page; Jinja compiles it at the first call, which a run makes while a kernel works."""
    environment = fragments.template_environment(THEME)
    environment.globals.update(
        states={str(state): words for state, words in STATUSES.items()},
        renderings=RENDERINGS,
        parameters_text=parameters_text,
        periods_text=periods_text,
        url=lambda *parts: "/".join(quote(part) for part in parts),
        clean=clean_text,
        local=lambda moment, zone: f"{moment.astimezone(zone):%Y-%m-%d %H:%M}",
    )
    return environment.get_template("index.html.j2")
