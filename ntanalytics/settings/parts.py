"""What stands under a key of ntanalytics.yml, validated; unknown keys are errors."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field

from ntanalytics.periods import Hours
from ntanalytics.settings.channels import reference


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{name!r} is not a time zone; write one like Asia/Shanghai") from None
    return name


def _hours(text: str) -> str:
    if text:
        Hours.parse(text)
    return text


def _holds_password(url: str) -> bool:
    before_host = "://" in url and ":" in url.partition("://")[2].rpartition("@")[0]
    return before_host or bool(re.search(r"[?&](password|passwd|pwd)=", url, re.IGNORECASE))


def _bare_url(text: str) -> str:
    if _holds_password(text):
        raise ValueError("the URL holds a password; take it out and refer to it under `password:`")
    return text


def _bucket(text: str) -> str:
    if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]+(/[^/?#@:]+)*/?", text):
        raise ValueError("write it as s3://BUCKET/PREFIX")
    return text


def _endpoint(text: str) -> str:
    if text and not re.fullmatch(r"https?://[^/?#@]+/?", text):
        raise ValueError("write the store's address as https://HOST:PORT, without a key")
    return text.rstrip("/")


def lake_folder(value: object) -> object:
    """The folder of the lake as it is written; raises ValueError where it is the address of something else."""
    if "://" in str(value):
        raise ValueError("a folder of this host; write `store: {url: s3://BUCKET/PREFIX, ...}` for an object store")
    return value


def ledger_url(text: str) -> str:
    """The ledger's URL as it is; raises ValueError where it holds a password."""
    if _holds_password(text):
        raise ValueError(
            "the URL holds a password; take it out, and let the driver read it from its own file: "
            "~/.pgpass of PostgreSQL, or ?read_default_file=FILE of MySQL"
        )
    return text


class SettingsPart(BaseModel):
    """What holds keys: unknown ones are errors, and an error quotes no value, which may be a secret."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Site(SettingsPart):
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


class Target(SettingsPart):
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


class SourceSettings(SettingsPart):
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


class StoreSettings(SettingsPart):
    """The object store that holds the lake, in place of a folder of this host."""

    url: Annotated[str, AfterValidator(_bucket)] = Field(description="The lake's place: s3://BUCKET/PREFIX.")
    endpoint: Annotated[str, AfterValidator(_endpoint)] = Field(
        "", description="The store's address, http:// or https://; default: Amazon's of the region."
    )
    region: str = Field("us-east-1", description="The store's region; most stores of one's own have this one.")
    access_key: Annotated[str, AfterValidator(reference)] = Field(description="Reference to the access key.")
    secret_key: Annotated[str, AfterValidator(reference)] = Field(description="Reference to the secret key.")
    cache_gb: float = Field(
        20, gt=0, description="GB that the folder `lake` keeps of it; what was used for two hours stays in any case."
    )


class RuleSettings(SettingsPart):
    """Override of one rule by a site; ``ntanalytics rules`` lists the rules.

    The keys of 0.1.0 (``watch``, ``bad``, ``fewest``) are still read.
    """

    warning: float | None = Field(
        None, validation_alias=AliasChoices("warning", "watch"), description="Beyond it the state is 关注."
    )
    critical: float | None = Field(
        None, validation_alias=AliasChoices("critical", "bad"), description="Beyond it the state is 异常."
    )
    min_count: int | None = Field(
        None,
        ge=0,
        validation_alias=AliasChoices("min_count", "fewest"),
        description="Of so many events at least a figure says something.",
    )
    advice: str | None = Field(None, description="What to do, in Chinese.")
    enabled: bool = Field(True, description="Whether the rule is asked at all.")


#: What the figures depend on: the session's zone, and what a division by zero or a value out of range gives.
FIXED = frozenset({"spark.sql.session.timeZone", "spark.sql.ansi.enabled", "spark.master"})
_SparkConfig = dict[str, str | bool | int | float]
_SECRET = re.compile(r"password|secret|token|credential|access\.?key", re.IGNORECASE)


def _spark_config(config: _SparkConfig) -> _SparkConfig:
    for key in config:
        if not key.startswith("spark."):
            raise ValueError(f"{key!r} is no setting of Spark: they begin with spark.")
        if key in FIXED:
            raise ValueError(f"{key!r} is not for a site to choose")
        if _SECRET.search(key):
            raise ValueError(f"{key!r} is a secret: it belongs into $SPARK_CONF_DIR/spark-defaults.conf")
    return config


def _master(text: str) -> str:
    if not re.fullmatch(r"local(-cluster)?(\[[^\]\s]+\])?|yarn|(spark|k8s)://\S+", text):
        raise ValueError("write it as local[*], spark://HOST:7077, yarn or k8s://HOST")
    return text


class Spark(SettingsPart):
    """Where Spark is, for ``engine: spark``."""

    master: Annotated[str, AfterValidator(_master)] = Field(
        "local[*]", description="Its master: local[*], spark://HOST:7077, yarn, k8s://HOST."
    )
    config: Annotated[_SparkConfig, AfterValidator(_spark_config)] = Field(
        default_factory=dict, description="Settings of Spark's own, spark.executor.memory and the like; no secrets."
    )


class Retention(SettingsPart):
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
