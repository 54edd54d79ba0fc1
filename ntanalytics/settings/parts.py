"""Parts of the settings, validated; unknown keys are errors."""

from __future__ import annotations

import datetime as dt
import glob
import re
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ntanalytics.language import tr
from ntanalytics.periods import Hours
from ntanalytics.settings.channels import reference

#: Days back from now in which the schedule looks for runs, and the index for reports, that are missing.
FURTHEST_DAYS = 400


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(tr("{name!r} is not a time zone; write one like Asia/Shanghai", name=name)) from None
    return name


def _hours(text: str) -> str:
    if text:
        Hours.parse(text)
    return text


def _has_password(url: str) -> bool:
    before_host = "://" in url and ":" in url.partition("://")[2].rpartition("@")[0]
    return before_host or bool(re.search(r"[?&](password|passwd|pwd)=", url, re.IGNORECASE))


def _bare_url(text: str) -> str:
    if _has_password(text):
        raise ValueError(tr("the URL holds a password; take it out and refer to it under `password:`"))
    return text


def _bucket(text: str) -> str:
    if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]+(/[^/?#@:]+)*/?", text):
        raise ValueError(tr("write it as s3://BUCKET/PREFIX"))
    return text


def _endpoint(text: str) -> str:
    if text and not re.fullmatch(r"https?://[^/?#@]+/?", text):
        raise ValueError(tr("write the store's address as https://HOST:PORT, without a key"))
    return text.rstrip("/")


def lake_folder(value: object) -> object:
    """Return the folder of the lake; raise ValueError for an address."""
    if "://" in str(value):
        raise ValueError(tr("a folder of this host; write `store: {url: s3://BUCKET/PREFIX, ...}` for an object store"))
    return value


def ledger_url(text: str) -> str:
    """Return the URL of the ledger; raise ValueError if it has a password."""
    if _has_password(text):
        raise ValueError(
            tr(
                "the URL holds a password; take it out, and let the driver read it from its own "
                "file: ~/.pgpass of PostgreSQL, or ?read_default_file=FILE of MySQL"
            )
        )
    return text


class SettingsPart(BaseModel):
    """Base of the parts. Unknown keys are errors, and messages contain no values, which may be secrets."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


#: Most days of a contract year.
_LONGEST_CONTRACT = 366


class Contract(SettingsPart):
    """Contract year: the service is signed year by year."""

    begins: dt.date = Field(description="First day of the contract year.")
    ends: dt.date = Field(description="Last day of the contract year, included.")
    number: str = Field("", description="Number of the contract, on the report of the acceptance.")

    @model_validator(mode="after")
    def _is_a_year(self) -> Contract:
        days = (self.ends - self.begins).days + 1
        if not 0 < days <= _LONGEST_CONTRACT:
            raise ValueError(
                tr(
                    "{days} days from begins to ends; a contract year has 1 to {longest_contract}",
                    days=days,
                    longest_contract=_LONGEST_CONTRACT,
                )
            )
        return self


class Site(SettingsPart):
    """The site: name on reports, time zone, holidays, contract year."""

    name: str = Field("南通市电子政务工作平台", description="Name of the platform, on every report.")
    timezone: Annotated[str, AfterValidator(_zone)] = Field(
        "Asia/Shanghai", description="Time zone of the local days, and of naive times of the sources."
    )
    calendar: Path | None = Field(
        None,
        description="YAML file of working days that differ from the State Council's calendar, or of further years.",
    )
    unit_aliases: Path | None = Field(None, description="CSV file of unit names in other subsystems: theirs,ours.")
    contract: Contract | None = Field(None, description="Contract year, for the acceptance.")
    scoring: Path | None = Field(
        None, description="YAML file of the scoring sheet (考核办法); default: scoring.yml beside the settings, if any."
    )


class Target(SettingsPart):
    """A target of a probe."""

    subsystem: str = Field(description="Subsystem of the target: oa, sms, ...")
    name: str = Field("", description="Name in reports; default: its address.")
    url: Annotated[str, AfterValidator(_bare_url)] = Field(
        description="http(s)://, tcp://HOST:PORT, tls://HOST:PORT, or a database's SQLAlchemy URL, without a password."
    )
    password: Annotated[str, AfterValidator(reference)] = Field("", description="Database: reference to the password.")

    @property
    def display_name(self) -> str:
        """Name in reports: ``name``, else the address without user and query."""
        scheme, _, rest = self.url.partition("://")
        return self.name or f"{scheme}://{rest.partition('?')[0].rpartition('@')[2]}"


class SourceSettings(SettingsPart):
    """One source: its product and its address."""

    product: str = Field(description="Product: a folder under queries/.")
    datasets: tuple[str, ...] = Field((), description="Datasets to extract; default: all of the product.")
    url: Annotated[str, AfterValidator(_bare_url)] = Field(
        "", description="Database: SQLAlchemy URL, without a password. Prometheus: its HTTP address."
    )
    password: Annotated[str, AfterValidator(reference)] = Field(
        "", description="Database: reference to the password: env:NAME, file:PATH or keyring:SERVICE/USER."
    )
    paths: tuple[str, ...] = Field((), description="Logs, listings: globs of the files, with compressed ones.")
    path: Path | None = Field(None, description="Workbook: the .xlsx file. Probe: the journal of its checks.")
    targets: tuple[Target, ...] = Field((), description="Probe: targets of the checks.")
    timezone: Annotated[str, AfterValidator(_zone)] | None = Field(
        None, description="Time zone of the source's naive times; default: that of the site."
    )
    timeout_s: int = Field(120, gt=0, le=3600, description="Database: timeout of a statement, in seconds.")
    pause_s: float = Field(0, ge=0, le=3600, description="Database: pause between two queries, in seconds.")
    allowed: Annotated[str, AfterValidator(_hours)] = Field(
        "", description="Local hours in which the source may be read, such as 19:00-07:30; default: all hours."
    )

    @property
    def globs(self) -> tuple[str, ...]:
        """Globs of the files of logs; of a probe, those of its journal and of its rotated files."""
        return (f"{glob.escape(str(self.path))}*",) if self.targets and self.path else self.paths


class StoreSettings(SettingsPart):
    """Object store of the lake, in place of a folder of this host."""

    url: Annotated[str, AfterValidator(_bucket)] = Field(description="Address of the lake: s3://BUCKET/PREFIX.")
    endpoint: Annotated[str, AfterValidator(_endpoint)] = Field(
        "", description="Address of the store, http:// or https://; default: that of Amazon in the region."
    )
    region: str = Field("us-east-1", description="Region of the store; most own stores have the default.")
    access_key: Annotated[str, AfterValidator(reference)] = Field(description="Reference to the access key.")
    secret_key: Annotated[str, AfterValidator(reference)] = Field(description="Reference to the secret key.")
    cache_gb: float = Field(
        20,
        gt=0,
        description="Size of the cache in the folder `lake`, in GB; files used in the last two hours always stay.",
    )


class HostSettings(SettingsPart):
    """A host or network device, and what stands behind it."""

    carries: tuple[str, ...] = Field(
        description="Names of the hosts that stop with it, with `*` for any letters; `*` alone is everything."
    )


#: Network devices by their usual names: everything stands behind them.
NETWORK_DEVICES = {
    name: HostSettings(carries=("*",))
    for name in ("*switch*", "*交换机*", "*firewall*", "*防火墙*", "*router*", "*路由器*")
}


class RuleSettings(SettingsPart):
    """Override of one rule by a site; ``ntanalytics rules`` lists the rules."""

    warning: float | None = Field(None, description="Beyond it the state is 关注.")
    critical: float | None = Field(None, description="Beyond it the state is 异常.")
    min_count: int | None = Field(None, ge=0, description="Minimum number of events for a judgement.")
    advice: str | None = Field(None, description="Advice, in Chinese.")
    enabled: bool = Field(True, description="Whether the rule is evaluated.")


class AdoptionSettings(SettingsPart):
    """Choices of the reports on the use of the OA (docs/domain.md, No league tables)."""

    ranking: Literal["none", "owner"] = Field(
        "none", description="`owner`: the city's report shows places of units, marked as internal; no unit's page does."
    )
    staff_applications: tuple[str, ...] = Field(
        (),
        description="Applications of the SMS platform that write to staff; without any, burden by messages is unknown.",
    )


#: Configuration that the figures depend on: time zone, and results of a division by zero or an overflow.
FIXED = frozenset({"spark.sql.session.timeZone", "spark.sql.ansi.enabled", "spark.master"})
_SparkConfig = dict[str, str | bool | int | float]
_SECRET = re.compile(r"password|secret|token|credential|access\.?key", re.IGNORECASE)


def _spark_config(config: _SparkConfig) -> _SparkConfig:
    for key in config:
        if not key.startswith("spark."):
            raise ValueError(tr("{key!r} is not a setting of Spark: they begin with spark.", key=key))
        if key in FIXED:
            raise ValueError(tr("{key!r} is fixed", key=key))
        if _SECRET.search(key):
            raise ValueError(tr("{key!r} is a secret: write it into $SPARK_CONF_DIR/spark-defaults.conf", key=key))
    return config


def _master(text: str) -> str:
    if not re.fullmatch(r"local(-cluster)?(\[[^\]\s]+\])?|yarn|(spark|k8s)://\S+", text):
        raise ValueError(tr("write it as local[*], spark://HOST:7077, yarn or k8s://HOST"))
    return text


class Spark(SettingsPart):
    """Settings of ``engine: spark``."""

    master: Annotated[str, AfterValidator(_master)] = Field(
        "local[*]", description="Master: local[*], spark://HOST:7077, yarn, k8s://HOST."
    )
    config: Annotated[_SparkConfig, AfterValidator(_spark_config)] = Field(
        default_factory=dict, description="Configuration of Spark, such as spark.executor.memory; no secrets."
    )


class Retention(SettingsPart):
    """Retention times; default: for ever. The data of a signed report are never deleted."""

    reports_months: int | None = Field(None, gt=0, description="Published reports: months after the end of the period.")
    reports_of: dict[str, Annotated[int, Field(gt=0)]] = Field(
        default_factory=dict, description="The same per report, in place of `reports_months`."
    )
    evidence_days: int | None = Field(None, gt=0, description="Evidence of failed runs: days.")
    event_days: int | None = Field(None, gt=0, description="Days of the lake's events.")
    state_days: int | None = Field(None, gt=0, description="Days of the lake's snapshots.")
    case_days: int | None = Field(None, gt=0, description="Days of the lake's cases, by their opening.")
    # the schedule and the index use the last FURTHEST_DAYS
    ledger_months: int | None = Field(None, ge=14, description="History and audit trail of the ledger: months.")
    # documents of a government procurement, acceptance included: 15 years (Government Procurement Law, article 42)
    contract_months: int = Field(
        180, ge=0, le=1200, description="Evidence of the contract: months after the end of its contract year."
    )
