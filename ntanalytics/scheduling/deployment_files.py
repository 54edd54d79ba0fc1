"""Files for systemd and cron, which call ``run-due`` and ``health`` every few minutes, and ``maintain`` once a week.

Only ``jobs.yml`` says when a report is issued. The files repeat the site's paths and zone, and the longest deadline.
"""

from __future__ import annotations

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

from ntanalytics.errors import SettingsError, UsageError
from ntanalytics.language import tr
from ntanalytics.scheduling.jobs import Job
from ntanalytics.settings import Settings, project_dir

#: Minutes between two calls; a scheduled run starts at most so much later.
EVERY_MIN = 5

#: File in the folder that Debian's node_exporter reads.
_TEXTFILE = Path("/var/lib/prometheus/node-exporter/ntanalytics.prom")

_WRITTEN = (
    "Written by `ntanalytics schedule --write DIR` from jobs.yml and ntanalytics.yml: write it anew when they change."
)

#: Names of the files; each has a template of the same name.
FILES = (
    "ntanalytics-run-due.service",
    "ntanalytics-run-due.timer",
    "ntanalytics-health.service",
    "ntanalytics-health.timer",
    "ntanalytics-maintain.service",
    "ntanalytics-maintain.timer",
    "ntanalytics.crontab",
)


@dataclass(frozen=True, kw_only=True)
class DeploymentPaths:
    """Paths of the program and of a site on a machine.

    Attributes:
        program: the program ``ntanalytics``.
        config: the site's ``ntanalytics.yml``.
        zone: the site's zone.
        user: the account that calls the program.
        writable: the folders in which a run writes.
        ledger: the folder of the ledger if it is a file.
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
                raise SettingsError(tr("a path has a control character or a brace"), where=repr(str(path)))


#: Site of the files in ``scheduled/``, which can be copied and changed.
EXAMPLE = DeploymentPaths(
    program=Path("/opt/ntanalytics/bin/ntanalytics"),
    config=Path("/srv/ntanalytics/ntanalytics.yml"),
    zone="Asia/Shanghai",
    user="ntanalytics",
    writable=(Path("/srv/ntanalytics"),),
    ledger=(Path("/srv/ntanalytics"),),
)


def deployment_paths(settings: Settings) -> DeploymentPaths:
    """Return the paths on this machine; the account is the present one, or ``ntanalytics`` for root."""
    url = make_url(settings.ledger)
    ledger = (Path(url.database).parent,) if url.get_backend_name() == "sqlite" and url.database else ()
    journals = [source.path.parent for source in settings.sources.values() if source.targets and source.path]
    wanted = sorted({settings.lake, settings.outputs, *ledger, *journals})
    writable = [path for path in wanted if not any(other in path.parents for other in wanted)]
    user = "ntanalytics" if getuid() == 0 else pwd.getpwuid(getuid()).pw_name
    return DeploymentPaths(
        program=Path(sys.executable).parent / "ntanalytics",
        config=settings.file,
        zone=settings.site.timezone,
        user=user,
        writable=tuple(writable),
        ledger=ledger,
    )


def contents(paths: DeploymentPaths, jobs: Mapping[str, Job]) -> dict[str, str]:
    """Return the files, name → text.

    Raises:
        SettingsError: there is no job.
    """
    if not jobs:
        raise SettingsError(tr("there is no job"), where="jobs.yml", todo=tr("see docs/schedule.md"))
    templates = jinja2.Environment(
        loader=jinja2.PackageLoader("ntanalytics.scheduling"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - none of them is HTML; each filter quotes
    )
    templates.filters |= {"unit": _unit, "line": _line}
    values = {
        **vars(paths),
        "lock": paths.config.parent / ".run-due.lock",
        "textfile": _TEXTFILE,
        "every_min": EVERY_MIN,
        "written": _WRITTEN,
        "timeout_min": max(job.deadline_min for job in jobs.values()),
    }
    return {name: templates.get_template(f"{name}.j2").render(values) for name in FILES}


def write(directory: Path, paths: DeploymentPaths, jobs: Mapping[str, Job]) -> list[Path]:
    """Write the files to a folder; existing ones are replaced.

    Returns:
        Their paths.

    Raises:
        UsageError: a file cannot be written.
        SettingsError: as :func:`contents`.
    """
    written = []
    for name, text in contents(paths, jobs).items():
        path = directory / name
        try:
            directory.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise UsageError(tr("cannot write: {strerror}", strerror=error.strerror), where=str(path)) from error
        written.append(path)
    return written


def write_examples() -> list[Path]:
    """Write the files of :data:`EXAMPLE` to ``scheduled/`` of the checkout (``make docs``)."""
    from ntanalytics.scheduling.jobs import load_jobs

    folder = project_dir("scheduled")
    return write(folder, EXAMPLE, load_jobs(folder / "jobs.yml"))


def _unit(path: Path) -> str:
    """Return a path as a word of a systemd unit: quoted if need be, without specifiers."""
    text = str(path).replace("%", "%%").replace("$", "$$")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' if re.search(r"[\s\"'\\;]", text) else text


def _line(path: Path) -> str:
    """Return a path as a word of the shell in a crontab, in which a bare percent sign ends the line."""
    return shlex.quote(str(path)).replace("%", r"\%")
