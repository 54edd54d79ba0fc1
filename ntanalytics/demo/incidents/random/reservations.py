"""Where on the calendar of a drawn script there is room: two incidents on one day must not hide one another."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from ntanalytics.demo.incidents.incident import Incident
from ntanalytics.demo.population.units import UNITS
from ntanalytics.periods import days_between

#: States that last, and that hide nothing but another of their kind and subject.
_STATES = (
    "disk_filling", "unit_closed", "certificates_expiring", "seal_untested", "tickets_overdue", "certificate_expiring",
    "old_client", "bill_difference", "patch_failed", "report_unconfirmed",
)  # fmt: skip
#: What a kind touches beside its own subject: on one day there is one of those that touch the same.
_TOUCHES = {
    "service_down": ("{subject}", "oa", "docexchange", "seal"),
    "planned_maintenance": ("{subject}",),
    "late_recovery": ("{subject}",),
    "error_burst": ("{subsystem}",),
    "slow_responses": ("{subsystem}",),
    "login_outage": ("identity", "oa", "docexchange", "im", "sso", "ca", "infra"),
    "method_failing": ("identity",),
    "brute_force": ("identity",),
    "certificates_refused": ("identity", "ca"),
    "expired_in_use": ("ca",),
    "renewal_round": ("ca",),
    "app_silent": ("sso", "{subject}"),
    "calls_failing": ("docexchange",),
    "returned_burst": ("docexchange",),
    "signing_failures": ("seal", "docexchange"),
    "module_stopped": ("oa",),
    "edition_down": ("oa",),
    "tasks_stuck": ("oa",),
    "messages_stopped": ("im",),
    "host_down": ("im", "hosts"),
    "cpu_saturated": ("hosts",),
    "checks_gap": ("hosts",),
    "batch_load": ("hosts",),
    "attendance_gap": ("site",),
    "manual_check": ("site",),
}


class FreeDays:
    """What is taken of the calendar."""

    def __init__(self) -> None:
        self._taken: defaultdict[dt.date, set[str]] = defaultdict(set)

    def are_free_for(self, incident: Incident) -> bool:
        """Whether nothing is planted on its days that it would hide, or be hidden by."""
        touched = _touched(incident)
        return not any(touched & self._taken[day] for day in _days(incident))

    def take(self, incident: Incident) -> None:
        """Note that it is planted."""
        for day in _days(incident):
            self._taken[day] |= _touched(incident)


def _days(incident: Incident) -> list[dt.date]:
    # a backup that comes late must not follow one that is missing
    beside = dt.timedelta(days=incident.kind.startswith("backup_"))
    return days_between(incident.day - beside, (incident.end - dt.timedelta(seconds=1)).date() + beside)


def _touched(incident: Incident) -> set[str]:
    names = {"subsystem": incident.subsystem, "subject": incident.subject}
    found = {each.format(**names) for each in _TOUCHES.get(incident.kind, ())}
    if incident.kind in _STATES:
        return found | {f"{incident.kind} {incident.subject}"}
    # a unit is the same whichever subsystem its incident is of
    found.add(incident.subject if incident.subject in UNITS else f"{incident.subsystem} {incident.subject}")
    return found
