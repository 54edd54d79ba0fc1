"""An evaluation that a kernel divides with its worker is the one that it makes alone."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ntanalytics.kernels.worker import VARIABLE
from ntanalytics.runner.report_kernels import GETTING_READY
from ntanalytics.settings import ENVIRONMENT
from tests.city import City
from tests.kernels.test_forked import run

#: Findings and lines of some subsystems of a day, the datasets in the order of the head, and who did something.
EVALUATION = """
import json
from ntanalytics.checks.check import span_of
from ntanalytics.kernels import worker
from ntanalytics.report_content.parallel_evaluation import parallel_evaluation
from ntanalytics.report_content.year_volumes import volumes_of_year
from ntanalytics.subsystems import evaluate
from ntanalytics.workspace import open_report
report = open_report("daily_inspection", "2026-11-20")
ahead = {f"volumes of {name}": (volumes_of_year, name) for name in ("sso", "im", "seal")}
task = (("sso", "im", "ca", "seal"), (span_of(report.period),), {}, ahead)
asked = []
there = parallel_evaluation(report, *task)
if there is not None:
    send = worker._pipe.send
    worker._pipe.send = lambda work: asked.append(str(work)) or send(work)
if there is None:  # nothing is worked out before it is asked for
    made = evaluate(report, *task[:3])
else:
    made = evaluate(report, *task, there)
volumes = [str([v.volume.measure, v.now.value, v.total]) for call in ahead.values() for v in made.context.shared(*call)]
def rounded(number):  # two threads add up numbers in any order
    return f"{number:.8g}" if isinstance(number, float) else number
def figures(finding):
    return {name: rounded(number) for name, number in finding.figures.items()}
print(json.dumps([
    [[f.identity, f.status, rounded(f.value), figures(f), str(f.since), f.unknown] for f in made.findings],
    {name: [summary.name, str(summary.highlights)] for name, summary in made.summaries.items()},
    [list(report.head().versions), report.head().gaps, str(report.head().as_of)],
    volumes,
    len(asked),
    worker.has_worker(),
], default=str))
"""


def _evaluated(folder: Path, city: City, **environment: str) -> list[Any]:
    site = {**os.environ, ENVIRONMENT: str(city.estate.config), **environment}
    return list(json.loads(run(folder, EVALUATION, environment=site)[-1]))


def test_a_divided_evaluation_is_that_of_one_process(city: City, tmp_path: Path) -> None:
    *alone, asked_nobody, _ = _evaluated(tmp_path / "alone", city)
    *divided, asked, has_worker = _evaluated(tmp_path / "divided", city, **{VARIABLE: GETTING_READY})
    assert (asked_nobody, asked > 0, has_worker) == (0, True, True)
    assert divided == alone
    assert len(alone[0]) > 5
