"""Settings as one object."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field

from ntanalytics.errors import SettingsError
from ntanalytics.language import tr
from ntanalytics.periods import Calendar
from ntanalytics.settings.channels import Channel, Recipient, reference
from ntanalytics.settings.holidays import CALENDAR_FILE, read_calendar
from ntanalytics.settings.parts import (
    NETWORK_DEVICES,
    AdoptionSettings,
    HostSettings,
    Retention,
    RuleSettings,
    SettingsPart,
    Site,
    SourceSettings,
    Spark,
    StoreSettings,
    lake_folder,
    ledger_url,
)

#: File of the scoring sheet beside the settings.
SCORING_FILE = "scoring.yml"


class Settings(SettingsPart):
    """All settings of ntanalytics.yml, with absolute paths."""

    file: Path = Field(exclude=True, description="Not a key: the file itself.")
    site: Site = Field(default_factory=Site, description="The city.")
    language: Literal["zh", "en"] | None = Field(
        None, description="Language of the command line and its messages; default: that of the environment."
    )
    lake: Annotated[Path, BeforeValidator(lake_folder)] = Field(
        Path("lake"), description="Folder of the lake; with `store`, of its cache on this host."
    )
    store: StoreSettings | None = Field(None, description="Object store of the lake, if there is one.")
    pepper: Annotated[str, AfterValidator(reference)] = Field(
        "", description="Reference to a secret outside of the lake that is hashed into the key of pseudonyms."
    )
    engine: Literal["duckdb", "spark"] = Field(
        "duckdb", description="Engine that reads the lake and computes the figures."
    )
    spark: Spark = Field(default_factory=Spark, description="Settings of Spark, for `engine: spark`.")
    ledger: Annotated[str, AfterValidator(ledger_url)] = Field(
        "sqlite:///ledger.sqlite", description="SQLAlchemy URL of the run ledger, without a password."
    )
    outputs: Path = Field(Path("outputs"), description="Folder of the issued reports.")
    report_memory_mb: int = Field(
        4096, ge=256, description="Maximum memory of a report run, in MB; beyond it the run fails."
    )
    jobs: Path = Field(Path("scheduled/jobs.yml"), description="File of the scheduled reports.")
    queries: Path | None = Field(None, description="Folder of the site's own mappings.")
    sources: dict[str, SourceSettings] = Field(default_factory=dict, description="Sources by name.")
    hosts: dict[str, HostSettings] = Field(
        default_factory=lambda: dict(NETWORK_DEVICES),
        description="Hosts that others depend on, by name; the first is the root where several stop together.",
    )
    rules: dict[str, RuleSettings] = Field(
        default_factory=dict, description="Overrides of rules by code; see `ntanalytics rules`."
    )
    adoption: AdoptionSettings = Field(default_factory=AdoptionSettings, description="Reports on the use of the OA.")
    retention: Retention = Field(default_factory=Retention, description="Retention times; default: for ever.")
    channels: dict[str, Channel] = Field(default_factory=dict, description="Delivery channels by name.")
    operators: tuple[Recipient, ...] = Field((), description="Recipients of notices about failures.")

    @property
    def lake_references(self) -> frozenset[str]:
        """References to the key of the lake's object store, which a notebook also needs."""
        return frozenset({self.store.access_key, self.store.secret_key}) if self.store else frozenset()

    @property
    def references(self) -> frozenset[str]:
        """References to secrets of sources and channels, which no notebook needs."""
        sources = self.sources.values()
        references = {source.password for source in sources}
        references |= {target.password for source in sources for target in source.targets}
        references |= {text for channel in self.channels.values() for text in (channel.password, channel.url)}
        return frozenset((references | {self.pepper}) - {""})

    def require_sources(self) -> None:
        """Check that there is a source: without any, all of a report would be unknown.

        Raises:
            SettingsError: none is configured.
        """
        if not self.sources:
            raise SettingsError(
                tr("no source is configured: nothing can be extracted, and all of a report would be unknown"),
                where=f"{self.file}: sources",
                todo=tr(
                    "add a database, logs or a workbook there (docs/connecting.md); `ntanalytics init DIR` shows how"
                ),
            )

    @property
    def zone(self) -> ZoneInfo:
        """Time zone of the site."""
        return ZoneInfo(self.site.timezone)

    def local_day(self, moment: dt.datetime) -> dt.date:
        """Return the local day of a moment (aware)."""
        return moment.astimezone(self.zone).date()

    @property
    def scoring_file(self) -> Path:
        """File of the scoring sheet: that of ``site.scoring``, else ``scoring.yml`` beside the settings."""
        return self.site.scoring or self.file.parent / SCORING_FILE

    @property
    def calendar_file(self) -> Path:
        """File of the site's working days: that of ``site.calendar``, else ``calendar.yml`` beside the settings."""
        return self.site.calendar or self.file.parent / CALENDAR_FILE

    def calendar(self) -> Calendar:
        """Return the working days with the corrections of the site.

        Raises:
            SettingsError: the holiday file has another format, or is missing and named by ``site.calendar``.
        """
        is_read = self.site.calendar is not None or self.calendar_file.exists()
        calendar = read_calendar(self.calendar_file) if is_read else Calendar()
        contract = self.site.contract
        return replace(calendar, contract_year=(contract.begins, contract.ends)) if contract else calendar
