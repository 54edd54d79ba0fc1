"""Backups from the listings of their products, and patches from the workbook."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

from tests.truth.figures import Figures, median, put, rate
from tests.truth.sources import Sources
from tests.truth.span import DAY, Span, epoch, local, midnight, moment

#: Successful runs that tell what is usual.
USUAL = 7

_TAPES = """
SELECT j.name, COALESCE(j.starttime, j.schedtime), j.level, j.jobstatus IN ('T', 'W'), j.jobbytes,
       EXISTS (SELECT 1 FROM jobmedia jm JOIN media m ON m.mediaid = jm.mediaid
               WHERE jm.jobid = j.jobid AND m.mediatype NOT LIKE 'File%')
FROM job j WHERE j.type = 'B' AND j.jobstatus IN ('T', 'W', 'E', 'e', 'f', 'A', 'I')
"""


@dataclass(frozen=True)
class Run:
    """Run of a plan."""

    at: float
    level: str
    is_good: bool
    size: float


class Backups:
    """Runs of each plan of a city."""

    def __init__(self, sources: Sources) -> None:
        self.plans: dict[tuple[str, bool], list[Run]] = defaultdict(list)
        for name, started, level, is_good, size, is_offline in sources.rows("bacula", _TAPES):
            run = Run(epoch(moment(started)) or 0, level, bool(is_good), size)
            self.plans[name, bool(is_offline)].append(run)
        for stanza in json.loads((sources.folder / "pgbackrest" / "main.json").read_text(encoding="utf-8")):
            for backup in stanza["backup"]:
                run = Run(
                    backup["timestamp"]["start"], backup["type"], not backup["error"], backup["info"]["size"]
                )  # fmt: skip
                self.plans[stanza["name"], False].append(run)
        for snapshot in json.loads((sources.folder / "restic" / "files.json").read_text(encoding="utf-8")):
            name = " ".join([snapshot["hostname"], *snapshot["paths"]])
            at = dt.datetime.fromisoformat(snapshot["summary"]["backup_start"]).timestamp()
            level = "incremental" if snapshot.get("parent") else "full"
            self.plans[name, False].append(Run(at, level, True, snapshot["summary"]["total_bytes_processed"]))
        self.patches = sources.sheet("安全补丁")

    def plan(self, runs: list[Run], span: Span) -> dict[str, float | None]:
        """Return the last success of a plan, its age and its size against the usual ones, and the span's failures."""
        since, at = (epoch(moment) or 0 for moment in (span.since, span.until))
        past = sorted((run for run in runs if run.at < at), key=lambda run: run.at)
        good = [run for run in past if run.is_good]
        last = good[-1]
        times = [run.at for run in good[-USUAL - 1 :]]  # the last eight successes
        steps = [later - earlier for earlier, later in pairwise(times)]
        same = [run.size for run in good[:-1] if run.level == last.level][-USUAL:]
        usual = rate(last.size, median(same))
        return {
            "last_success_at": last.at,
            "backup_age_s": at - last.at,
            "backup_lateness": rate(at - last.at, median(steps)),
            "last_size_bytes": last.size,
            "size_drop": None if usual is None else 1 - usual,
            "unmade_backups": self.unmade(past, since, at),
        }

    def unmade(self, past: list[Run], since: float, at: float) -> int:
        """Return the backups that were not made since a moment: failed ones, or more turns without any success."""
        good = [run.at for run in past if run.is_good]
        count = sum(not run.is_good and since <= run.at < good[0] for run in past)
        for place, begin in enumerate(good):
            end = ([*good, at])[place + 1]
            failed = sum(not run.is_good and since <= run.at and begin < run.at < end for run in past)
            steps = [later - earlier for earlier, later in pairwise(good[: place + 1])][-USUAL:]
            turns = 0
            if len(steps) > 2 and end - begin > max(1.5 * (median(steps) or 0), max(steps) + 7200):
                usual = median(steps) or 1
                turn = begin + usual
                while turn <= end - usual / 2:
                    turns += turn >= since
                    turn += usual
            count += max(failed, turns)
        return count

    def table(self, span: Span) -> Figures:
        """Return the plans at the end of a span."""
        figures: Figures = {}
        for (name, _), runs in self.plans.items():
            put(figures, "backups", name, self.plan(runs, span))
        return figures

    def findings(self, span: Span, block: str = "board") -> Figures:
        """Return the values of the checks."""
        figures: Figures = {}
        for (name, _), runs in self.plans.items():
            own = self.plan(runs, span)
            for column in ("backup_lateness", "size_drop"):
                figures[block, f"infra.{column}:plan/{name}", "value"] = own[column]
            last = local(own["last_success_at"] or 0)
            clock_s = last.hour * 3600 + last.minute * 60
            if own["unmade_backups"] and span.first < span.last:
                values = {"value": own["unmade_backups"], "last_s": clock_s}
                put(figures, block, f"infra.unmade_backups:plan/{name}", values)
            figures[block, f"infra.backup_lateness:plan/{name}", "last_s"] = clock_s
        for host, failed in self.waiting(span).items():
            figures[block, f"infra.failed_patches:host/{host}", "value"] = failed
        tapes = [name for name, is_offline in self.plans if is_offline]
        online = [name for name, is_offline in self.plans if not is_offline]
        alone = sum(not any(tape.startswith(name.split(" ")[0] + "-") for tape in tapes) for name in online)
        if tapes:  # without one nobody knows what is kept offline
            put(figures, block, "infra.offline_backup:plans/all", {"value": alone, "online_plans": len(online)})
        return figures

    def waiting(self, span: Span) -> dict[str, int]:
        """Return the failed patches of each host that were not installed since."""
        last: dict[tuple[str, str], tuple[dt.datetime, str]] = {}
        for row in sorted(self.patches, key=lambda row: row["日期"]):
            if row["日期"] < midnight(span.last + DAY):
                last[row["主机"], row["补丁"]] = row["日期"], row["结果"]
        failed: dict[str, int] = defaultdict(int)
        for (host, _), (_, result) in last.items():
            failed[host] += result == "失败"
        return {host: number for host, number in failed.items() if number}
