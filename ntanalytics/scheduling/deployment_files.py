"""The files by which a machine calls ``run-due`` and ``health``: systemd, cron, Kubernetes, Airflow.

When a report comes stands in ``jobs.yml`` and nowhere else: each of them only calls, every few minutes. What they
repeat of the site (paths, zone, the longest deadline, the list of the jobs) is written by this module.
"""

from __future__ import annotations

import json
import pwd
import re
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from os import getuid
from pathlib import Path

import jinja2
from sqlalchemy.engine import make_url

import ntanalytics
from ntanalytics.errors import SettingsError, UsageError
from ntanalytics.scheduling.jobs import Job
from ntanalytics.settings import Settings, project_dir

#: So often they call. A turn begins at most so long after its time.
EVERY_MIN = 5

#: Where Debian's node_exporter looks for text files.
_TEXTFILE = Path("/var/lib/prometheus/node-exporter/ntanalytics.prom")

_WRITTEN = (
    "Written by `ntanalytics schedule --write DIR` from jobs.yml and ntanalytics.yml: write it anew when they change."
)

#: What is written; each has a template of that name.
FILES = (
    "ntanalytics-run-due.service",
    "ntanalytics-run-due.timer",
    "ntanalytics-health.service",
    "ntanalytics-health.timer",
    "ntanalytics.crontab",
    "ntanalytics-cronjob.yml",
    "ntanalytics_dag.py",
)


@dataclass(frozen=True)
class DeploymentPaths:
    """Where the program and a site are on a machine.

    Attributes:
        program: the program ``ntanalytics``.
        config: the site's ``ntanalytics.yml``.
        zone: the site's zone.
        user: the account that calls.
        writable: the folders that a run writes below.
        ledger: the folder of the ledger, where it is a file.
    """

    program: Path
    config: Path
    zone: str
    user: str
    writable: tuple[Path, ...]
    ledger: tuple[Path, ...] = ()

    def __post_init__(self) -> None:
        for path in (self.program, self.config, *self.writable):
            if re.search(r"[\x00-\x1f\x7f{}]", str(path)):
                raise SettingsError("a path has a control character or a brace", where=repr(str(path)))


#: The site that the files in ``scheduled/`` are written for: copy them, or write your own.
EXAMPLE = DeploymentPaths(
    Path("/opt/ntanalytics/bin/ntanalytics"), Path("/srv/ntanalytics/ntanalytics.yml"), "Asia/Shanghai", "ntanalytics",
    (Path("/srv/ntanalytics"),), (Path("/srv/ntanalytics"),),
)  # fmt: skip


def deployment_paths(settings: Settings) -> DeploymentPaths:
    """Where this program and a site are on this machine, and who calls: this account, or ``ntanalytics`` for root."""
    url = make_url(settings.ledger)
    ledger = (Path(url.database).parent,) if url.get_backend_name() == "sqlite" and url.database else ()
    journals = [source.path.parent for source in settings.sources.values() if source.targets and source.path]
    wanted = sorted({settings.lake, settings.outputs, *ledger, *journals})
    writable = [path for path in wanted if not any(other in path.parents for other in wanted)]
    user = "ntanalytics" if getuid() == 0 else pwd.getpwuid(getuid()).pw_name
    program = Path(sys.executable).parent / "ntanalytics"
    return DeploymentPaths(program, settings.file, settings.site.timezone, user, tuple(writable), ledger)


def contents(place: DeploymentPaths, jobs: Mapping[str, Job]) -> dict[str, str]:
    """The files: name → text.

    Raises:
        SettingsError: there is no job, so nothing would ever be called for.
    """
    if not jobs:
        raise SettingsError("there is no job", where="jobs.yml", todo="see docs/schedule.md")
    templates = jinja2.Environment(
        loader=jinja2.PackageLoader("ntanalytics.scheduling"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - none of them is HTML; each filter quotes
    )
    templates.filters |= {"unit": _unit, "line": _line, "json": _json, "py": _json}
    known = {
        **vars(place),
        "home": place.config.parent,
        "lock": place.config.parent / ".run-due.lock",
        "textfile": _TEXTFILE,
        "every_min": EVERY_MIN,
        "version": ntanalytics.__version__,
        "written": _WRITTEN,
        "timeout_min": max(job.deadline_min for job in jobs.values()),
        "jobs_table": _table(jobs),
    }
    return {name: templates.get_template(f"{name}.j2").render(known) for name in FILES}


def write(directory: Path, place: DeploymentPaths, jobs: Mapping[str, Job]) -> list[Path]:
    """Write the files into a folder, over those that are there.

    Returns:
        Their paths.

    Raises:
        UsageError: it cannot be written.
        SettingsError: as :func:`contents`.
    """
    made = []
    for name, text in contents(place, jobs).items():
        path = directory / name
        try:
            directory.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"cannot write: {error.strerror}", where=str(path)) from error
        made.append(path)
    return made


def write_examples() -> list[Path]:
    """Write the files of :data:`EXAMPLE` into ``scheduled/`` of the checkout (``make docs``)."""
    from ntanalytics.scheduling.jobs import load_jobs

    folder = project_dir("scheduled")
    return write(folder, EXAMPLE, load_jobs(folder / "jobs.yml"))


def _table(jobs: Mapping[str, Job]) -> str:
    """The jobs as a Markdown table that can stand in a docstring."""
    rows = [
        "| job | report | period | when |",
        "|---|---|---|---|",
        *(f"| {name} | {job.report} | {job.period} | {job.when} |" for name, job in jobs.items()),
    ]
    return "\n".join(rows).replace("\\", "").replace('"', "")


def _unit(path: Path) -> str:
    """A path as a word of a systemd unit: quoted where need be, without specifiers."""
    text = str(path).replace("%", "%%").replace("$", "$$")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' if re.search(r"[\s\"'\\;]", text) else text


def _line(path: Path) -> str:
    """A path as a word of the shell in a crontab, where a bare percent sign would end the line."""
    return shlex.quote(str(path)).replace("%", r"\%")


def _json(value: object) -> str:
    """A text as JSON, which YAML and Python read alike."""
    return json.dumps(str(value), ensure_ascii=False)
