"""The files for systemd and cron: each is held against the program that reads it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ntanalytics.errors import SettingsError
from ntanalytics.scheduling.deployment_files import EXAMPLE, FILES, contents, deployment_paths, write
from ntanalytics.scheduling.jobs import Job, load_jobs
from ntanalytics.settings import Settings
from tests.servers.process import program
from tests.test_cli import nta

SCHEDULED = Path(__file__).parents[2] / "scheduled"
JOBS = load_jobs(SCHEDULED / "jobs.yml")
#: A site whose paths hold what each of the programs takes for something else.
ODD = replace(
    EXAMPLE,
    program=Path(sys.executable),
    config=Path("/srv/50% of 'the' \"city\"/$HOME/ntanalytics.yml"),
    writable=(Path("/srv/50% of 'the' \"city\""), Path("/srv/lake")),
)


def test_the_files_that_come_with_the_suite_are_those_of_its_jobs():
    made = contents(EXAMPLE, JOBS)
    there = {name: (SCHEDULED / name).read_text(encoding="utf-8") for name in FILES}
    assert there == made, "scheduled/ is written from jobs.yml: run `make docs`"
    assert {path.name for path in SCHEDULED.iterdir()} == {"jobs.yml", "scoring.example.yml", *FILES}


def test_the_longest_deadline_of_the_jobs_ends_a_call_everywhere():
    longest = Job.model_validate({"report": "r", "period": "last-week", "when": "Monday 08:00", "deadline_min": 321})
    made = contents(EXAMPLE, {**JOBS, "long": longest})
    assert "TimeoutStartSec=321min" in made["ntanalytics-run-due.service"].splitlines()
    assert " timeout 321m /opt" in made["ntanalytics.crontab"]
    with pytest.raises(SettingsError, match="no job"):
        contents(EXAMPLE, {})


def test_a_path_that_would_begin_a_line_of_its_own_is_refused():
    with pytest.raises(SettingsError, match="control character"):
        replace(EXAMPLE, config=Path("/srv/x\nExecStart=/bin/sh"))


@pytest.mark.servers
@pytest.mark.parametrize("place", [replace(EXAMPLE, program=Path(sys.executable)), ODD], ids=["plain", "odd"])
def test_systemd_takes_the_units(tmp_path: Path, place):
    verify = program("systemd-analyze")
    units = [str(path) for path in write(tmp_path, place, JOBS) if path.suffix in (".service", ".timer")]
    assert len(units) == 6
    done = subprocess.run([verify, "verify", "--man=no", *units], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    services = [unit for unit in units if unit.endswith(".service")]
    # 0 to 100; a service without any protection has 96
    exposed = subprocess.run(
        [verify, "security", "--offline=yes", "--threshold=30", "--no-pager", *services],
        capture_output=True,
        text=True,
        check=False,
    )
    assert exposed.returncode == 0, exposed.stdout


@pytest.mark.servers
def test_cron_takes_the_crontab_and_the_shell_its_commands(tmp_path: Path):
    crontab = program("crontab")
    if "-T" not in subprocess.run([crontab, "--help"], capture_output=True, text=True, check=False).stderr:
        pytest.skip("this cron cannot test a crontab (cronie can)")
    config = tmp_path / "50% of 'it'" / "ntanalytics.yml"
    config.parent.mkdir()
    said = tmp_path / "said"
    teller = tmp_path / "tell % me"
    teller.write_text(f'#!/bin/sh\nprintf "%s\\n" "$(umask)" "$@" >> {said}\n', encoding="utf-8")
    teller.chmod(0o755)
    write(tmp_path, replace(EXAMPLE, config=config, program=teller), JOBS)
    file = tmp_path / "ntanalytics.crontab"
    done = subprocess.run([crontab, "-T", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    # what cron hands to the shell: what follows five fields, up to a bare percent sign, escaped ones as they are meant
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith(("*", "30 ")):
            command = line.split(maxsplit=5)[5]
            assert "%" not in command.replace(r"\%", "")
            run = command.replace(r"\%", "%").replace("logger --tag", "true")
            subprocess.run(["/bin/sh", "-c", f"umask 022; {run}"], check=True)
    textfile = "/var/lib/prometheus/node-exporter/ntanalytics.prom"
    assert said.read_text(encoding="utf-8").splitlines() == [
        "0027",
        "--config",
        str(config),
        "run-due",
        "0022",
        "--config",
        str(config),
        "health",
        "--notify",
        "--textfile",
        textfile,
        "0027",
        "--config",
        str(config),
        "maintain",
    ]


def test_a_site_s_own_files_name_its_folders(tmp_path: Path):
    settings = Settings.model_validate(
        {
            "file": tmp_path / "ntanalytics.yml",
            "lake": "/data/lake",
            "outputs": "/data/lake/outputs",
            "ledger": "postgresql://nta@db/ledger",
            "site": {"timezone": "Asia/Urumqi"},
        }
    )
    place = deployment_paths(settings)
    assert (place.writable, place.ledger) == ((Path("/data/lake"),), ())
    made = contents(place, JOBS)
    assert "ReadWritePaths=/data/lake" in made["ntanalytics-run-due.service"].splitlines()
    assert "OnCalendar=*-*-* *:0/5:00 Asia/Urumqi" in made["ntanalytics-run-due.timer"].splitlines()


def test_the_command_writes_them(tmp_path: Path):
    nta("init", str(tmp_path / "city"))
    done = nta("--config", str(tmp_path / "city/ntanalytics.yml"), "schedule", "--write", str(tmp_path / "made"))
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "made").iterdir()} == set(FILES)
    text = (tmp_path / "made" / "ntanalytics-run-due.service").read_text(encoding="utf-8")
    assert f"ReadWritePaths={tmp_path}/city" in text.splitlines()
