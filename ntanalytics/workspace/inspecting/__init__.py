"""What the inspection of a day asks beyond the looks: one function a subsystem, each a list of findings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ntanalytics.findings.finding import Finding
from ntanalytics.workspace.inspecting.ca import inspect_ca
from ntanalytics.workspace.inspecting.desk import inspect_desk
from ntanalytics.workspace.inspecting.docexchange import inspect_docexchange
from ntanalytics.workspace.inspecting.identity import inspect_identity
from ntanalytics.workspace.inspecting.im import inspect_im
from ntanalytics.workspace.inspecting.infra import inspect_infra
from ntanalytics.workspace.inspecting.oa import inspect_oa
from ntanalytics.workspace.inspecting.seal import inspect_seal
from ntanalytics.workspace.inspecting.sms import inspect_sms
from ntanalytics.workspace.inspecting.sso import inspect_sso
from ntanalytics.workspace.report import Report

#: Subsystem → what is asked of it on a day.
INSPECTIONS: Mapping[str, Callable[[Report], list[Finding]]] = MappingProxyType({
    "identity": inspect_identity,
    "sso": inspect_sso,
    "docexchange": inspect_docexchange,
    "oa": inspect_oa,
    "im": inspect_im,
    "sms": inspect_sms,
    "ca": inspect_ca,
    "seal": inspect_seal,
    "infra": inspect_infra,
    "desk": inspect_desk,
})  # fmt: skip
