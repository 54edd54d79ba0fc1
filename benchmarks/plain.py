"""A plain alternative, written in a day: python -m benchmarks.plain CITY FOLDER.

pandas reads yesterday's rows of seven sources, from SQLite files and web logs, into Parquet; papermill then runs four
notebooks of group-bys, and nbconvert makes HTML of each.
"""

from __future__ import annotations

import datetime as dt
import gzip
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import nbformat
import pandas as pd

UNTIL = dt.date(2026, 11, 22)
_LINE = re.compile(r'\S+ \S+ \S+ \[([^\]]+)\] "(\S+) (\S+)[^"]*" (\d{3}) (\d+|-)')

_CELLS = """
import glob
import pandas as pd
import plotly.express as px
frames = {name: pd.concat(map(pd.read_parquet, sorted(glob.glob(f"{folder}/{name}-*.parquet"))[-days:]))
          for name in ("sms", "identity", "oa", "web")}
sms, logins, oa, web = frames.values()
---
sms.groupby("Operator").size().rename("messages").reset_index()
---
by_day = sms.groupby(["day", "Operator"]).size().rename("messages").reset_index()
px.line(by_day, x="day", y="messages", color="Operator")
---
logins.groupby(["day", "LOGINTYPE"]).agg(n=("ID", "size"), persons=("USERID", "nunique")).reset_index()
---
oa.groupby(["day", "edition", "deptname"]).agg(n=("optid", "size"), persons=("optid", "nunique")).reset_index()
---
hours = web.groupby(["day", "hour"]).agg(requests=("status", "size"), errors=("failed", "sum")).reset_index()
px.line(hours, x="hour", y="errors", color="day")
---
web.groupby("status").size().rename("requests").reset_index()
"""


def extract(city: Path, folder: Path, day: dt.date) -> None:
    """Write a day's rows of each source to a Parquet file."""
    selects = {
        "sms": ("sms_platform.sqlite", f"SELECT * FROM submit_{day:%Y%m%d}"),  # noqa: S608 - a day of ours
        "identity": (
            "maxkey.sqlite",
            f"SELECT * FROM mxk_history_login WHERE date(LOGINTIME) = '{day}'",  # noqa: S608 - a day of ours
        ),
    }
    for name, (file, select) in selects.items():
        with closing(sqlite3.connect(city / "sources" / file)) as database:
            rows = pd.read_sql(select, database)
        rows.assign(day=str(day)).to_parquet(folder / f"{name}-{day}.parquet")
    editions = []
    for edition in ("party", "government", "general", "wecom"):
        with closing(sqlite3.connect(city / "sources" / f"oa_{edition}.sqlite")) as database:
            rows = pd.read_sql(
                "SELECT l.optid, l.type, l.optdt, u.deptname FROM xinhu_log l "
                "LEFT JOIN xinhu_admin u ON u.id = l.optid WHERE date(l.optdt) = ?",
                database,
                params=[str(day)],
            )
        editions.append(rows.assign(edition=edition))
    pd.concat(editions).assign(day=str(day)).to_parquet(folder / f"oa-{day}.parquet")
    requests = []
    stamp = f"{day:%d/%b/%Y}"
    for path in sorted((city / "sources" / "nginx").rglob("*log*")):
        if dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).date() < day:
            continue
        with gzip.open(path, "rt", errors="replace") if path.suffix == ".gz" else path.open(errors="replace") as lines:
            requests += [
                (int(match[1][12:14]), match[2], match[3].partition("?")[0], int(match[4]))
                for line in lines
                if stamp in line and (match := _LINE.match(line))
            ]
    web = pd.DataFrame(requests, columns=["hour", "method", "path", "status"])
    web.assign(day=str(day), failed=web["status"] >= 500).to_parquet(folder / f"web-{day}.parquet")


def main() -> None:
    """Extract yesterday, and issue the four reports."""
    city, folder = map(Path, sys.argv[1:])
    extract(city, folder, UNTIL)
    for report, days in (("daily", 1), ("weekly", 7), ("sms", 7), ("oa", 7)):
        cells = [nbformat.v4.new_code_cell(cell.strip()) for cell in _CELLS.split("---")]
        parameters = nbformat.v4.new_code_cell('folder = ""\ndays = 1', metadata={"tags": ["parameters"]})
        notebook, record = folder / f"{report}.ipynb", folder / f"{report}-made.ipynb"
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        nbformat.write(nbformat.v4.new_notebook(cells=[parameters, *cells], metadata=kernel), notebook)
        papermill = [
            "papermill",
            str(notebook),
            str(record),
            "-k",
            "python3",
            "-r",
            "folder",
            str(folder),
            "-p",
            "days",
        ]
        subprocess.run([*papermill, str(days)], check=True, capture_output=True)  # noqa: S603 - commands of ours
        subprocess.run(["jupyter-nbconvert", "--to", "html", str(record)], check=True, capture_output=True)  # noqa: S603, S607


if __name__ == "__main__":
    main()
