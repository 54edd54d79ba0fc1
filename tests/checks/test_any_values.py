"""No table of the contract's domain breaks a check, a section, or the metrics below them."""

from __future__ import annotations

import pytest

from ntanalytics.checks.check import DAY, MONTH, WEEK
from ntanalytics.checks.subsystem import Subsystem
from ntanalytics.contract import DATASETS
from ntanalytics.subsystems import SUBSYSTEMS
from tests.any_tables import KINDS, extreme
from tests.subsystems.made import evaluation

#: Rules that read the coverage of the lake, which the tables of this test do not have.
ASKS_THE_LAKE = {"infra.log_retention"}

_PLATFORM = [one for one in SUBSYSTEMS if one.id != "data"]

#: Each section with extreme rows and, in turn, with one of the other kinds; all of them take a minute.
_OTHERS = [kind for kind in KINDS if kind != "extreme"]
_SECTIONS = [(one, kind) for place, one in enumerate(_PLATFORM) for kind in ("extreme", _OTHERS[place % len(_OTHERS)])]


@pytest.mark.parametrize("subsystem", _PLATFORM, ids=lambda one: one.id)
def test_no_check_ends_in_an_error(subsystem: Subsystem) -> None:
    data = {name: extreme(dataset) for name, dataset in DATASETS.items()}
    codes = {check.rule for check in subsystem.checks} - ASKS_THE_LAKE
    made = evaluation(subsystem, codes, data, spans=(DAY, WEEK, MONTH))
    failed = [(finding.code, finding.details) for finding in made.findings if finding.unknown == "failed"]
    assert failed == []
    assert {finding.code for finding in made.findings} & codes


@pytest.mark.parametrize(("subsystem", "kind"), _SECTIONS, ids=lambda one: one if isinstance(one, str) else one.id)
def test_no_section_ends_in_an_error(subsystem: Subsystem, kind: str) -> None:
    data = {name: KINDS[kind](dataset) for name, dataset in DATASETS.items()}
    made = evaluation(subsystem, [], data, has_section=True)
    assert [(finding.code, finding.details) for finding in made.findings] == []
    assert made.summaries[subsystem.id].highlights
