"""Files of ``ntanalytics init``: commented settings, an empty service-desk workbook, the jobs."""

from __future__ import annotations

from pathlib import Path

from ntanalytics.contract import DATASETS
from ntanalytics.errors import UsageError
from ntanalytics.language import language, tr
from ntanalytics.settings import FILE_NAME, project_dir
from ntanalytics.sources.workbook_template import write_template

DESK_WORKBOOK_NAME = "运维台账.xlsx"
JOBS_NAME = Path("scheduled/jobs.yml")
#: Example of a scoring sheet, beside the jobs.
SCORING_EXAMPLE = "scoring.example.yml"

#: Datasets of the service-desk workbook, one sheet each.
DESK_WORKBOOK_DATASETS = (
    "desk.tickets",
    "desk.incidents",
    "desk.attendance",
    "desk.checks",
    "desk.plans",
    "desk.trainings",
    "desk.drills",
    "desk.changes",
    "desk.onboardings",
    "desk.access_grants",
    "desk.roster",
    "desk.report_plan",
    "desk.signoffs",
    "desk.recommendations",
    "desk.dispositions",
    "infra.patches",
    "sms.bills",
)

_SETTINGS = """\
# {about}
site:
  name: 南通市电子政务工作平台
  timezone: Asia/Shanghai
  # {days}
  # calendar: holidays.yml

lake: lake
ledger: sqlite:///ledger.sqlite
outputs: outputs

sources:
  # {workbook}
  desk:
    product: desk_workbook
    path: {file}

  # {database}
  # sms:
  #   product: sms_platform
  #   url: mysql+pymysql://ntanalytics@10.0.0.5/sms_send
  #   password: env:SMS_PASSWORD

  # {logs}
  # web:
  #   product: nginx
  #   paths: [/var/log/nginx/*access*.log*]

# {channels}
# channels:
#   mail: {{kind: mail, host: smtp.example.cn, sender: reports@example.cn}}
#   duty: {{kind: robot, url: "file:/etc/ntanalytics/robot"}}
# operators:
#   - {{channel: mail, to: [duty@example.cn]}}
#   - {{channel: duty}}
"""


def write_starter(directory: Path) -> list[Path]:
    """Write a commented ntanalytics.yml, an empty service-desk workbook and the built-in jobs.

    Args:
        directory: target folder; created if it does not exist.

    Returns:
        The written files.

    Raises:
        UsageError: one of the files exists already; nothing is written then.
    """
    settings, workbook, jobs = directory / FILE_NAME, directory / DESK_WORKBOOK_NAME, directory / JOBS_NAME
    for path in (settings, workbook, jobs):
        if path.exists():
            raise UsageError(
                tr("the file is already there"), where=str(path), todo=tr("name another folder, or move it away")
            )
    try:
        directory.mkdir(parents=True, exist_ok=True)
        # a scheduler's environment has no language: it is that in which the site was set up
        spoken = f"language: {language().partition('_')[0]}\n"
        settings.write_text(_settings_text().replace("site:\n", f"{spoken}site:\n", 1), encoding="utf-8")
        write_jobs(directory)
        write_template(workbook, [DATASETS[name] for name in DESK_WORKBOOK_DATASETS])
    except OSError as error:
        raise UsageError(tr("cannot write: {strerror}", strerror=error.strerror), where=str(directory)) from error
    return [settings, workbook, jobs]


def _settings_text() -> str:
    """Return the commented settings of a new site in the language of the person who sets it up."""
    return _SETTINGS.format(
        file=DESK_WORKBOOK_NAME,
        about=tr("Settings of ntanalytics. Relative paths are relative to this file. Every key: docs/settings.md"),
        days=tr("Working days that differ from the State Council's calendar, or of years it does not know yet:"),
        workbook=tr("The contractor's own workbook: fill it in, or point `path` at yours."),
        database=tr(
            "A database, read with an account that may only SELECT. The password is referred to, never written: "
            "env:NAME, file:PATH or keyring:SERVICE/USER."
        ),
        logs=tr("Access logs, rotated and compressed ones included."),
        channels=tr("Where reports and notices go, and who is told when something goes wrong (docs/delivery.md)."),
    )


def write_jobs(directory: Path) -> Path:
    """Write the built-in jobs, and an example of a scoring sheet, into the folder of a site; return the jobs' file."""
    path = directory / JOBS_NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    for name in (path.name, SCORING_EXAMPLE):
        (path.parent / name).write_bytes((project_dir("scheduled") / name).read_bytes())
    return path
