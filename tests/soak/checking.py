"""Checks at the end of a soak: expected runs compared with the ledger's tables and the files."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from tests.servers.mailbox import Mailbox
from tests.soak.expected_runs import ZONE, ExpectedRun, expected_runs
from tests.soak.timeline import SoakLog

#: A recipient of a report: (channel, address).
_To = tuple[str, str]


class LedgerRows:
    """Rows of the ledger's tables, read without the suite's own code.

    Args:
        url: the ledger's URL.
    """

    def __init__(self, url: str) -> None:
        engine = sa.create_engine(url, poolclass=NullPool)
        with engine.connect() as connection:
            tables = sa.MetaData()
            tables.reflect(connection)
            rows = {
                name: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
                for name, table in tables.tables.items()
            }
        self.turns = {(row["job"], _aware(row["turn_at"])): row for row in rows["turns"]}
        self.corrections = {(row["job"], _aware(row["turn_at"])): row for row in rows["corrections"]}
        self.runs = {row["id"]: row for row in rows["runs"]}
        self.deliveries, self.notices = rows["deliveries"], rows["notices"]
        self.leases, self.coverage, self.extractions = rows["leases"], rows["coverage"], rows["extractions"]
        self.of_turn: dict[tuple[str, dt.datetime], list[dict[str, Any]]] = defaultdict(list)
        for row in rows["turn_runs"]:
            run = self.runs.get(row["run_id"])
            if run is not None and run["status"] == "published":
                self.of_turn[row["job"], _aware(row["turn_at"])].append(run)


class SoakChecks:
    """Checks of a soak, with its figures.

    Args:
        home: the site's folder.
        rows: the rows of its ledger.
        jobs: its jobs.
        log: the log of the simulation.
        box: its mail server.
    """

    def __init__(
        self, home: Path, rows: LedgerRows, jobs: Mapping[str, Mapping[str, Any]], log: SoakLog, box: Mailbox
    ) -> None:
        self._home, self._rows, self._jobs, self._log, self._box = home, rows, jobs, log, box
        self.turns = expected_runs(jobs, log.first, log.last)
        self.wrong: list[str] = []
        self.figures: dict[str, object] = {}

    def check_all(self) -> None:
        """Check runs, versions, deliveries, notices, coverage and leftovers."""
        self.wrong += [
            *self._turns(),
            *self._versions(),
            *self._deliveries(),
            *self._mail(),
            *self._notices(),
            *self._coverage(),
            *self._left_behind(),
        ]

    def published(self) -> dict[tuple[str, str], Path]:
        """Return (report, period) → folder of each issued run."""
        return {
            (each.report, each.period): self._home / "outputs" / each.report / each.period
            for each in self.turns
            if self._status(each) == "issued"
        }

    def _status(self, turn: ExpectedRun) -> str:
        row = self._rows.turns.get((turn.job, turn.at))
        return str(row["status"]) if row else "unknown"

    def _turns(self) -> Iterator[str]:
        """Check that each expected run is in the ledger once, with its report or the reason for its absence."""
        known = {(each.job, each.at) for each in self.turns}
        for job, at in self._rows.turns.keys() - known:
            yield f"a turn that never came is in the ledger: {job} {at.astimezone(ZONE)}"
        absent: Counter[str] = Counter()
        for turn in self.turns:
            row = self._rows.turns.get((turn.job, turn.at))
            where = f"{turn.job} {turn.period}"
            if row is None:
                yield f"{where}: neither issued nor recorded as absent"
            elif row["period"] != turn.period:
                yield f"{where}: the ledger says {row['period']}"
            elif row["status"] == "skipped":
                absent[row["why"].partition(";")[0].replace(turn.period, "…")[:60]] += 1
                yield from self._skipped(turn, row["why"])
            elif row["status"] != "issued":
                yield f"{where}: {row['status']}: {row['why']}"
        self.figures["reports due"] = len(self.turns)
        self.figures["issued"] = sum(self._status(each) == "issued" for each in self.turns)
        self.figures["absent, recorded with the cause"] = dict(absent)

    def _skipped(self, turn: ExpectedRun, why: str) -> Iterator[str]:
        """Check that a run was skipped only if no call could execute it in time."""
        until = turn.at + turn.max_age
        if "stands for it" in why:
            until = min(each.at for each in self.turns if each.job == turn.job and each.at > turn.at)
        elif not why.startswith("older than"):
            yield f"{turn.job} {turn.period}: skipped for no reason that there is: {why}"
        calls = [each for each in self._log.calls if turn.at <= each < until]
        if calls and "it failed of" not in why:
            yield f"{turn.job} {turn.period}: skipped ({why}), though a call came to its end at {calls[0]}"

    def _versions(self) -> Iterator[str]:
        """Check that each report has one version 1, later ones only for missing data, and the files of its manifest."""
        corrected = 0
        runs_of = Counter((row["report"], row["period"]) for row in self._rows.runs.values() if _is_out(row))
        for turn in self.turns:
            where, runs = f"{turn.job} {turn.period}", self._rows.of_turn[turn.job, turn.at]
            if self._status(turn) != "issued":
                if runs:
                    yield f"{where}: {self._status(turn)}, and published all the same"
                continue
            versions = sorted(run["version"] for run in runs)
            if versions != list(range(1, len(runs) + 1)) or runs_of[turn.report, turn.period] != len(runs):
                yield f"{where}: versions {versions}, {runs_of[turn.report, turn.period]} published"
                continue
            corrected += len(runs) - 1
            last = max(runs, key=lambda run: int(run["version"]))
            yield from self._published(where, turn, last, len(runs))
        self.figures["corrected (a version after the first)"] = corrected
        status = Counter(str(row["status"]) for row in self._rows.corrections.values())
        self.figures["issued with a hole"] = sum(status.values())
        self.figures["what became of the holes"] = dict(status)

    def _published(self, where: str, turn: ExpectedRun, run: Mapping[str, Any], count: int) -> Iterator[str]:
        folder = self._home / "outputs" / turn.report / turn.period
        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            yield f"{where}: no manifest: {error}"
            return
        if (manifest["run_id"], manifest["version"]) != (run["id"], run["version"]):
            yield f"{where}: version {manifest['version']} stands there, the ledger says {run['version']}"
        for name, artefact in manifest["artefacts"].items():
            if _hash(folder / name) != artefact["sha256"]:
                yield f"{where}: {name} is not the manifest's"
        lacking = self._rows.corrections.get((turn.job, turn.at))
        if count > 1 and (lacking is None or len(manifest["corrects"]) != count - 1):
            yield f"{where}: {count} versions, and no reason for the later ones"
        if any(not each["changes"] for each in manifest["corrects"]):
            yield f"{where}: a later version does not say what changed"
        failed = [line for line in manifest["as_of"] if line["error"] and line["missing_days"]]
        if failed and lacking is None:
            yield f"{where}: came out with a hole that nobody mends: {failed[0]['dataset']} of {failed[0]['source']}"
        if lacking is not None and lacking["status"] == "corrected" and failed:
            yield f"{where}: said to be corrected, and lacks {failed[0]['dataset']} of {failed[0]['source']}"

    def _deliveries(self) -> Iterator[str]:
        """Check that the last version of each report is sent, or ambiguous, for each recipient."""
        reports = [row for row in self._rows.deliveries if row["kind"] == "report"]
        by: dict[tuple[str, str, _To], dict[int, dict[str, Any]]] = defaultdict(dict)
        for row in reports:
            by[row["subject"], row["period"], (row["channel"], row["recipient"])][row["version"]] = row
        wanted: set[tuple[str, str, _To]] = set()
        for turn in self.turns:
            if self._status(turn) != "issued":
                continue
            last = max(run["version"] for run in self._rows.of_turn[turn.job, turn.at])
            for to in _recipients(self._jobs[turn.job]):
                wanted.add((turn.report, turn.period, to))
                got = by[turn.report, turn.period, to].get(last)
                if got is None or got["status"] not in ("sent", "ambiguous"):
                    said = f"{got['status']}: {got['why']}" if got else "never tried"
                    yield f"{turn.report} {turn.period} version {last} to {to}: {said}"
                elif to[0] == "share" and got["status"] == "sent":
                    yield from self._on_share(turn, to[1])
        for strange in by.keys() - wanted:
            if by[strange]:
                yield f"delivered what was not issued, or to nobody's wish: {strange}"
        status = Counter(str(row["status"]) for row in reports)
        self.figures["deliveries"] = dict(status)

    def _on_share(self, turn: ExpectedRun, to: str) -> Iterator[str]:
        there = self._home / "share" / to / turn.report / turn.period
        for name in ("report.html", "report.xlsx"):
            if _hash(there / name) != _hash(self._home / "outputs" / turn.report / turn.period / name):
                yield f"{there / name} is not what was published last"

    def _mail(self) -> Iterator[str]:
        """Check that the mail server got each sent delivery once, and no other."""
        got = Counter(str(message["X-Ntanalytics-Delivery"]).strip() for _, message in self._box.received)
        for delivery, times in got.items():
            if times > 1:
                yield f"delivery {delivery[:12]} arrived {times} times"
        mailed = {row["id"]: row["status"] for row in self._rows.deliveries if row["channel"] == "mail"}
        for delivery, status in mailed.items():
            if status == "sent" and got[delivery] != 1:
                yield f"delivery {delivery[:12]} stands as sent, and never arrived"
            if status in ("retry", "failed") and got[delivery]:
                yield f"delivery {delivery[:12]} stands as {status}, and arrived"
        for strange in got.keys() - mailed.keys():
            yield f"the mail server got {strange[:12]}, which the ledger does not know"
        self.figures["messages that the mail server took"] = got.total()

    def _notices(self) -> Iterator[str]:
        """Check that operators got one notice of each delay and of each ambiguous delivery."""
        told = Counter(row["key"] for row in self._rows.notices)
        due: Counter[str] = Counter()
        before: set[tuple[str, str]] = set()
        for now in self._log.overdue:
            for job, period in now - before:
                due[f"overdue {job} {period}"] += 1
            before = now
        for row in self._rows.deliveries:
            if row["kind"] == "report" and row["status"] == "ambiguous":
                due[f"ambiguous {row['subject']} {row['period']} {row['channel']}"] = 1
        for key in due.keys() | {key for key in told if key.startswith(("overdue", "ambiguous"))}:
            if told[key] != due[key]:
                yield f"{due[key]} notices were to be given, {told[key]} were: {key}"
        named = {key.removeprefix("source ") for key in told if key.startswith("source ")}
        lacked = {source for row in self._rows.corrections.values() for _, source, _ in row["lacking"]}
        failed = {row["source"] for row in self._rows.extractions if row["status"] == "failed"}
        if not lacked <= named <= failed:
            yield f"{sorted(failed)} failed, reports lacked {sorted(lacked)}, the operators know of {sorted(named)}"
        sent = Counter((row["subject"], row["version"]) for row in self._rows.deliveries if row["kind"] == "notice")
        files = list((self._home / "duty" / "notices").glob("*.txt"))
        if set(sent) != {(row["key"], row["round"]) for row in self._rows.notices} or len(files) != len(sent):
            yield f"{len(self._rows.notices)} notices, {len(sent)} sent, {len(files)} arrived"
        self.figures["notices to the operators"] = dict(Counter(key.partition(" ")[0] for key in told.elements()))

    def _coverage(self) -> Iterator[str]:
        """Check that each day that a report needs is covered, or recorded as failed."""
        failed: dict[tuple[str, str], set[dt.date]] = defaultdict(set)
        for row in self._rows.extractions:
            if row["status"] == "failed":
                failed[row["dataset"], row["source"]] |= _days(row["first_on"], row["last_on"])
        covered: dict[tuple[str, str], set[dt.date]] = defaultdict(set)
        for row in self._rows.coverage:
            covered[row["dataset"], row["source"]].add(row["day"])
        gaps, before, from_failed = 0, 0, 0
        for (report, period), folder in self.published().items():
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            for line in manifest["as_of"]:
                pair = line["dataset"], line["source"]
                days = {dt.date.fromisoformat(day) for day in line["missing_days"]}
                gaps, before = gaps + len(days) * bool(line["error"]), before + len(days) * (not line["error"])
                if line["error"] and days - covered[pair] - failed[pair]:
                    yield f"{report} {period}: a hole of {pair} that no extraction failed in"
        for pair, days in covered.items():
            whole = _days(max(min(days), self._log.first.date()), max(days))
            lost = whole - days - failed[pair]
            from_failed += len((whole - days) & failed[pair])
            if lost and not _is_state(pair[0]):
                yield f"{pair}: neither covered nor recorded as missing: {sorted(lost)[:3]} … {len(lost)} days"
        self.figures["days that reports lack of a source that failed"] = gaps
        self.figures["days that reports lack otherwise (from before the city's data, no snapshot)"] = before
        self.figures["days of datasets not in the lake at the end, recorded as failed"] = from_failed
        count = Counter(str(row["status"]) for row in self._rows.extractions)
        self.figures["extractions"] = dict(count)

    def _left_behind(self) -> Iterator[str]:
        for row in self._rows.leases:
            yield f"a lease is left: {row['name']} of {row['holder']}"
        for path in (self._home / "outputs" / ".staging").iterdir():
            yield f"a staging folder is left: {path.name}"
        status = Counter(str(row["status"]) for row in self._rows.runs.values())
        self.figures["runs"] = dict(status)
        for run in self._rows.runs.values():
            if run["status"] not in ("published", "failed"):
                yield f"a run is left {run['status']}: {run['id']}"


def _is_out(run: Mapping[str, Any]) -> bool:
    return bool(run["status"] == "published")


def _is_state(dataset: str) -> bool:
    from ntanalytics.contract import DATASETS, Kind

    return DATASETS[dataset].kind is Kind.STATE


def _recipients(job: Mapping[str, Any]) -> list[_To]:
    return [(each["channel"], address) for each in job["recipients"] for address in each.get("to", [""])]


def _days(first: dt.date, last: dt.date) -> set[dt.date]:
    return {first + dt.timedelta(days=number) for number in range((last - first).days + 1)}


def _hash(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        return f"{path.name}: {error.strerror}"


def _aware(moment: dt.datetime) -> dt.datetime:
    return moment.replace(tzinfo=dt.UTC).astimezone(ZONE)
