# Written by `ntanalytics schedule --write DIR` from jobs.yml and ntanalytics.yml: write it anew when they change.
"""Airflow calls ``ntanalytics run-due``, which knows what is due.

| job | report | period | when |
|---|---|---|---|
| daily-inspection | daily_inspection | last-working-day | working day 07:30 |
| weekly-service-report | weekly_service_report | last-week | Monday 08:00 |
| weekly-sms | sms_volume | last-week | Monday 08:05 |
| weekly-adoption | oa_adoption | last-week | Monday 08:10 |
| monthly-sms | sms_volume | last-month | first working day of the month 08:20 |
| monthly-adoption | oa_adoption | last-month | first working day of the month 08:25 |
| monthly-recommendations | optimization_recommendations | last-month | first working day of the month 08:30 |
"""

from __future__ import annotations

import datetime as dt
import shlex
from zoneinfo import ZoneInfo

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

COMMAND = [
    "/opt/ntanalytics/bin/ntanalytics",
    "--config",
    "/srv/ntanalytics/ntanalytics.yml",
    "run-due",
]

with DAG(
    dag_id="ntanalytics_run_due",
    description="Issue the reports that are due, once.",
    doc_md=__doc__,
    schedule="*/5 * * * *",
    start_date=dt.datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")),
    catchup=False,  # run-due makes up for what was missed
    max_active_runs=1,
    tags=["ntanalytics"],
) as dag:
    BashOperator(
        task_id="run_due",
        # a blank at the end: Airflow would take a command that ends in .sh for a file
        bash_command="umask 027; exec " + shlex.join(COMMAND) + " ",
        execution_timeout=dt.timedelta(minutes=120),  # the longest deadline of the jobs
        retries=0,  # the next call takes up what failed
    )
