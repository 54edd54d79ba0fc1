"""Looks: what a report sees of each subsystem, worked out once for all reports that show it.

The inspection, the weekly report and the recommendations look at the same subsystems; each shows what its
reader needs of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ntanalytics.workspace.looks.look import HISTORY, Look
from ntanalytics.workspace.looks.overview import clocks, findings_of, headlines, summary, systems
from ntanalytics.workspace.looks.papers import look_at_docexchange, look_at_seal, look_at_sms
from ntanalytics.workspace.looks.people import look_at_ca, look_at_identity, look_at_im, look_at_oa, look_at_sso
from ntanalytics.workspace.looks.service import look_at_desk, look_at_infra
from ntanalytics.workspace.report import Report

#: Subsystem → how it is looked at, in the order in which a reader meets them.
LOOKS: Mapping[str, Callable[[Report], Look]] = MappingProxyType({
    "identity": look_at_identity, "sso": look_at_sso, "docexchange": look_at_docexchange, "oa": look_at_oa,
    "im": look_at_im, "sms": look_at_sms, "ca": look_at_ca, "seal": look_at_seal, "infra": look_at_infra,
    "desk": look_at_desk,
})  # fmt: skip


def look_at(report: Report, *subsystems: str) -> dict[str, Look]:
    """The looks at some subsystems by id, all of them when none is named, in the order of ``LOOKS``."""
    return {name: look(report) for name, look in LOOKS.items() if not subsystems or name in subsystems}


__all__ = ["HISTORY", "LOOKS", "Look", "clocks", "findings_of", "headlines", "look_at", "summary", "systems"]
