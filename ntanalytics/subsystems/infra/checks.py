"""Checks of hosts, services and backups."""

from __future__ import annotations

from ntanalytics.checks.check import Check
from ntanalytics.subsystems.infra import (
    availability_checks,
    backup_checks,
    decay_checks,
    host_checks,
    load_checks,
    novelty_checks,
    retention_checks,
    web_checks,
)

CHECKS: tuple[Check, ...] = (
    *web_checks.CHECKS,
    *availability_checks.CHECKS,
    *host_checks.CHECKS,
    *load_checks.CHECKS,
    *novelty_checks.CHECKS,
    *decay_checks.CHECKS,
    *backup_checks.CHECKS,
    *retention_checks.CHECKS,
)
