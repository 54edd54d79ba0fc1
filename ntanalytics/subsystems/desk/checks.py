"""Checks of the service desk: tickets, daily duties, obligations of the contract."""

from __future__ import annotations

from ntanalytics.checks.check import Check
from ntanalytics.subsystems.desk.obligation_checks import OBLIGATION_CHECKS
from ntanalytics.subsystems.desk.service_checks import SERVICE_CHECKS
from ntanalytics.subsystems.desk.ticket_checks import TICKET_CHECKS
from ntanalytics.subsystems.desk.ticket_flow_checks import FLOW_CHECKS

CHECKS: tuple[Check, ...] = (*SERVICE_CHECKS, *TICKET_CHECKS, *FLOW_CHECKS, *OBLIGATION_CHECKS)
