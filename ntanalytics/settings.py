"""ntanalytics.yml, validated into one object.

Unknown keys are errors. A secret is never written in the file: it is referenced, as ``env:NAME``,
``file:PATH`` or ``keyring:SERVICE/USER``, and read only when a source is opened.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from ntanalytics.channels import Channel, Recipient, addresses, reference
from ntanalytics.errors import NtaError, SecretMissing, SettingsError, UnknownName
from ntanalytics.hiding import hide
from ntanalytics.periods import Calendar, Hours

FILE_NAME = "ntanalytics.yml"
ENVIRONMENT = "NTANALYTICS_CONFIG"


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{name!r} is not a time zone; write one like Asia/Shanghai") from None
    return name


def _hours(text: str) -> str:
    if text:
        Hours.of(text)
    return text


def _holds_password(url: str) -> bool:
    before_host = "://" in url and ":" in url.partition("://")[2].rpartition("@")[0]
    return before_host or bool(re.search(r"[?&](password|passwd|pwd)=", url, re.IGNORECASE))


def _bare_url(text: str) -> str:
    if _holds_password(text):
        raise ValueError("the URL holds a password; take it out and refer to it under `password:`")
    return text


def _ledger_url(text: str) -> str:
    if _holds_password(text):
        raise ValueError(
            "the URL holds a password; take it out, and let the driver read it from its own file: "
            "~/.pgpass of PostgreSQL, or ?read_default_file=FILE of MySQL"
        )
    return text


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Site(_Part):
    """The city: its name on reports, its time zone, its own holidays."""

    name: str = Field("南通市电子政务工作平台", description="Name of the platform, on every report.")
    timezone: Annotated[str, AfterValidator(_zone)] = Field(
        "Asia/Shanghai", description="Zone of the local day; naive times of a source are read in it."
    )
    calendar: Path | None = Field(
        None, description="YAML of working days that differ from the State Council's calendar, or of years it lacks."
    )
    unit_aliases: Path | None = Field(
        None, description="CSV of the names that other subsystems give to units: theirs,ours."
    )


class Target(_Part):
    """Something that a probe checks."""

    subsystem: str = Field(description="The subsystem that it belongs to: oa, sms, ...")
    name: str = Field("", description="What a report calls it; its address when empty.")
    url: Annotated[str, AfterValidator(_bare_url)] = Field(
        description="http(s)://, tcp://HOST:PORT, tls://HOST:PORT, or a database's SQLAlchemy URL, without a password."
    )
    password: Annotated[str, AfterValidator(reference)] = Field("", description="Database: reference to the password.")

    @property
    def shown(self) -> str:
        """What a report calls it: its name, else its address without user and query."""
        scheme, _, rest = self.url.partition("://")
        return self.name or f"{scheme}://{rest.partition('?')[0].rpartition('@')[2]}"


class SourceSettings(_Part):
    """One source: which product it is, and where."""

    product: str = Field(description="A folder under queries/: what the source is.")
    datasets: tuple[str, ...] = Field(
        (), description="Only these of the datasets that the product can feed; default: all of them."
    )
    url: Annotated[str, AfterValidator(_bare_url)] = Field(
        "", description="Database: SQLAlchemy URL, without a password. Prometheus: its HTTP address."
    )
    password: Annotated[str, AfterValidator(reference)] = Field(
        "", description="Database: reference to the password: env:NAME, file:PATH or keyring:SERVICE/USER."
    )
    paths: tuple[str, ...] = Field((), description="Logs, listings: globs of the files, .gz ones included.")
    path: Path | None = Field(None, description="Workbook: the .xlsx file. Probe: the journal of its checks.")
    targets: tuple[Target, ...] = Field((), description="Probe: what is checked.")
    timezone: Annotated[str, AfterValidator(_zone)] | None = Field(
        None, description="Zone of the source's naive times, where it is not the site's."
    )
    timeout_s: int = Field(120, gt=0, le=3600, description="Database: seconds after which a statement is given up.")
    pause_s: float = Field(0, ge=0, le=3600, description="Database: seconds of rest between two statements that read.")
    allowed: Annotated[str, AfterValidator(_hours)] = Field(
        "", description="Local hours in which it may be read, like 19:00-07:30; default: all hours."
    )


class RuleSettings(_Part):
    """What a site says otherwise of one rule of the findings; ``ntanalytics rules`` lists them."""

    watch: float | None = Field(None, description="Beyond it the state is 关注.")
    bad: float | None = Field(None, description="Beyond it the state is 异常.")
    fewest: int | None = Field(None, ge=0, description="Of so many events at least a figure says something.")
    advice: str | None = Field(None, description="What to do, in Chinese.")
    enabled: bool = Field(True, description="Whether the rule is asked at all.")


class Retention(_Part):
    """How long what is kept; what is not named is kept for ever. What a signed report depends on is never given up."""

    reports_months: int | None = Field(None, gt=0, description="Published reports: months after their period's end.")
    reports_of: dict[str, Annotated[int, Field(gt=0)]] = Field(
        default_factory=dict, description="The same by report, instead of `reports_months`."
    )
    evidence_days: int | None = Field(None, gt=0, description="What failed runs left: days.")
    event_days: int | None = Field(None, gt=0, description="Days of the lake's events.")
    state_days: int | None = Field(None, gt=0, description="Days of the lake's snapshots.")
    case_days: int | None = Field(None, gt=0, description="Days of the lake's cases, by when they began.")
    # due-ness and the index look 400 days back
    ledger_months: int | None = Field(None, ge=14, description="History and audit trail of the ledger: months.")


class Settings(_Part):
    """Everything that ntanalytics.yml says, with absolute paths."""

    file: Path = Field(exclude=True, description="Not written: where this was read from.")
    site: Site = Field(default_factory=Site, description="The city.")
    lake: Path = Field(Path("lake"), description="Folder of the lake.")
    ledger: Annotated[str, AfterValidator(_ledger_url)] = Field(
        "sqlite:///ledger.sqlite", description="SQLAlchemy URL of the ledger of runs and coverage, without a password."
    )
    outputs: Path = Field(Path("outputs"), description="Folder of the issued reports.")
    jobs: Path = Field(Path("scheduled/jobs.yml"), description="File of the reports that come out by themselves.")
    queries: Path | None = Field(None, description="Folder of the site's own mappings, beside the built-in ones.")
    sources: dict[str, SourceSettings] = Field(default_factory=dict, description="The sources by name.")
    rules: dict[str, RuleSettings] = Field(
        default_factory=dict, description="By its code, what is said otherwise of a rule; see `ntanalytics rules`."
    )
    retention: Retention = Field(default_factory=Retention, description="How long what is kept; default: for ever.")
    channels: dict[str, Channel] = Field(default_factory=dict, description="By name, where reports and notices go.")
    operators: tuple[Recipient, ...] = Field((), description="Who is told when something goes wrong.")

    @property
    def references(self) -> frozenset[str]:
        """Every reference to a secret that the settings hold."""
        sources = self.sources.values()
        found = {source.password for source in sources}
        found |= {target.password for source in sources for target in source.targets}
        found |= {text for channel in self.channels.values() for text in (channel.password, channel.url)}
        return frozenset(found - {""})

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.site.timezone)

    def calendar(self) -> Calendar:
        """The working days, with the corrections of the site's file.

        Raises:
            SettingsError: the file is missing or is not of the documented shape.
        """
        return read_calendar(self.site.calendar) if self.site.calendar else Calendar()


def find_config(explicit: Path | None = None) -> Path:
    """The settings file to use: ``explicit``, else $NTANALYTICS_CONFIG, else ./ntanalytics.yml."""
    if explicit is not None:
        return explicit
    return Path(os.environ.get(ENVIRONMENT) or FILE_NAME)


def load(path: Path) -> Settings:
    """Read and validate a settings file.

    Raises:
        SettingsError: the file is missing, is not YAML, or a key is unknown or wrong; the message
            names the key, the file and what is allowed.
    """
    where = str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            f"cannot read the settings: {error.strerror}",
            where=where,
            todo="write one with `ntanalytics init DIR`, or name yours with --config FILE",
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"not UTF-8 text: {error}", where=where) from error
    try:
        content = yaml.safe_load(text) or {}
    except (yaml.YAMLError, RecursionError) as error:
        raise SettingsError(f"not YAML: {_said(error)}", where=where) from None
    if not isinstance(content, dict):
        raise SettingsError("the file must hold keys and values", where=where)
    home = path.resolve().parent
    try:
        settings = Settings.model_validate({**content, "file": path.resolve()})
    except ValidationError as error:
        raise SettingsError(_explain(error), where=where, todo="see docs/settings.md") from None
    list(addresses(settings.operators, settings.channels, where=f"{where}: operators"))
    return _absolute(settings, home)


def _said(error: Exception) -> str:
    """What is wrong with a YAML text and in which line, without quoting the line: someone may have a password there."""
    mark = getattr(error, "problem_mark", None)
    return f"{getattr(error, 'problem', None)}, line {mark.line + 1}" if mark else "it is nested too deep"


def _explain(error: ValidationError) -> str:
    """Every problem of a validation, one a line, each with its key and what is allowed."""
    lines = []
    for problem in error.errors():
        key = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            known = [name for name in _fields_at(problem["loc"]) if name != "file"]
            lines.append(str(UnknownName("key", key.rpartition(".")[2], known, where=key)))
        else:
            lines.append(f"{key}: {problem['msg']}")
    return "\n".join(lines)


def _fields_at(place: Sequence[int | str]) -> Iterable[str]:
    """The keys that are known where an unknown one stands."""
    if len(place) == 1:
        return Settings.model_fields
    parts: dict[int | str, type[BaseModel]] = {
        "site": Site, "rules": RuleSettings, "channels": Channel, "operators": Recipient,
        "retention": Retention,
    }  # fmt: skip
    part = Target if "targets" in place else parts.get(place[0], SourceSettings)
    return part.model_fields


def _absolute(settings: Settings, home: Path) -> Settings:
    def under(path: Path | str) -> Path:
        return home / Path(path).expanduser()

    def url(text: str) -> str:
        prefix = "sqlite:///"
        relative = text.startswith(prefix) and not text.startswith(prefix + "/") and text != prefix
        return f"{prefix}{under(text.removeprefix(prefix))}" if relative else text

    sources = {
        name: source.model_copy(
            update={
                "url": url(source.url),
                "paths": tuple(str(under(glob)) for glob in source.paths),
                "path": under(source.path) if source.path else None,
            }
        )
        for name, source in settings.sources.items()
    }
    site = settings.site
    if site.calendar:
        site = site.model_copy(update={"calendar": under(site.calendar)})
    if site.unit_aliases:
        site = site.model_copy(update={"unit_aliases": under(site.unit_aliases)})
    return settings.model_copy(
        update={
            "site": site,
            "lake": under(settings.lake),
            "ledger": url(settings.ledger),
            "outputs": under(settings.outputs),
            "jobs": under(settings.jobs),
            "queries": under(settings.queries) if settings.queries else None,
            "sources": sources,
            "channels": {
                name: channel.model_copy(update={"path": under(channel.path)}) if channel.path else channel
                for name, channel in settings.channels.items()
            },
        }
    )


def read_secret(reference: str, *, where: str) -> str:
    """The secret behind a reference; empty for an empty reference.

    Args:
        reference: ``env:NAME``, ``file:PATH`` or ``keyring:SERVICE/USER``.
        where: whose secret it is, for the message.

    Raises:
        SecretMissing: there is nothing behind the reference.
    """
    import keyring.errors  # most commands read no secret

    kind, _, name = reference.partition(":")
    secret: str | None = None
    try:
        match kind:
            case "":
                return ""
            case "env":
                secret = os.environ.get(name)
            case "file":
                secret = Path(name).expanduser().read_text(encoding="utf-8").strip()
            case "keyring":
                service, _, user = name.partition("/")
                secret = keyring.get_password(service, user)
    except (OSError, keyring.errors.KeyringError) as error:
        raise SecretMissing(f"cannot read the secret {reference}: {error}", where=where) from error
    if not secret:
        raise SecretMissing(
            f"there is no secret behind {reference}", where=where, todo=f"set {name}, or correct the reference"
        )
    return hide(secret)


def read_calendar(path: Path) -> Calendar:
    """A site's holiday file: ``{2027: {holidays: [2027-01-01, ...], workdays: [2027-02-07, ...]}}``.

    A year listed there is known in full: its other days are worked Monday to Friday.

    Raises:
        SettingsError: the file is missing or of another shape.
    """
    try:
        content: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        working: dict[dt.date, bool] = {}
        for year, lists in content.items():
            unknown = set(lists) - {"holidays", "workdays"}
            if unknown:
                raise NtaError(f"{year}: unknown key {min(unknown)!r}; known: holidays, workdays")
            for key, worked in (("holidays", False), ("workdays", True)):
                for day in lists.get(key, ()):
                    if not isinstance(day, dt.date) or day.year != int(year):
                        raise NtaError(f"{year}.{key}: {day!r} is not a day of {year}")
                    working[day] = worked
        return Calendar(working, frozenset(int(year) for year in content), str(path))
    except (OSError, yaml.YAMLError, AttributeError, TypeError, ValueError, NtaError) as error:
        raise SettingsError(
            f"cannot read the calendar: {error}", where=str(path), todo="see docs/settings.md"
        ) from error


def project_dir(name: str) -> Path:
    """The folder ``queries``, ``notebooks`` or ``scheduled``: the checkout's, else the installed package's."""
    package = Path(__file__).resolve().parent
    checkout = package.parent / name
    return checkout if (package.parent / "pyproject.toml").is_file() else package / "share" / name
