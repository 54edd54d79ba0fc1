"""Backup plans of the demo city."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BackupPlan:
    """Backup plan."""

    name: str  # pgBackRest's stanza, or restic's host and path
    gigabytes: float  # at the estate's end
    minute: int  # minute of the day at which a run begins
    place: int  # number of the plan, which decides its random numbers


DATABASE_PLANS = tuple(
    BackupPlan(name, gigabytes, minute, place)
    for place, (name, gigabytes, minute) in enumerate(
        (
            ("identity", 18.0, 62),
            ("sso", 9.0, 68),
            ("exchange", 164.0, 75),
            ("oa", 212.0, 110),
            ("im", 47.0, 160),
            ("sms", 96.0, 175),
            ("ca", 6.0, 200),
            ("seal", 12.0, 205),
        )
    )
)
FILE_PLANS = (
    BackupPlan("oa-files /data/attachments", 1480.0, 150, 8),
    BackupPlan("exchange-files /data/documents", 860.0, 195, 9),
    BackupPlan("seal-files /data/seals", 22.0, 215, 10),
)
