"""Everything that ntanalytics.yml says, as one object."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field

from ntanalytics.periods import Calendar
from ntanalytics.settings.channels import Channel, Recipient
from ntanalytics.settings.holidays import read_calendar
from ntanalytics.settings.parts import (
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


class Settings(SettingsPart):
    """Everything that ntanalytics.yml says, with absolute paths."""

    file: Path = Field(exclude=True, description="Not written: where this was read from.")
    site: Site = Field(default_factory=Site, description="The city.")
    lake: Annotated[Path, BeforeValidator(lake_folder)] = Field(
        Path("lake"), description="Folder of the lake; with `store`, of what this host keeps of it."
    )
    store: StoreSettings | None = Field(None, description="The object store that holds the lake, where one does.")
    engine: Literal["duckdb", "spark"] = Field("duckdb", description="What reads the lake and works out the figures.")
    spark: Spark = Field(default_factory=Spark, description="Where Spark is, for `engine: spark`.")
    ledger: Annotated[str, AfterValidator(ledger_url)] = Field(
        "sqlite:///ledger.sqlite", description="SQLAlchemy URL of the ledger of runs and coverage, without a password."
    )
    outputs: Path = Field(Path("outputs"), description="Folder of the issued reports.")
    report_memory_mb: int = Field(
        4096, ge=256, description="The most memory that making a report may take, in MB; beyond it the run fails."
    )
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
    def lake_references(self) -> frozenset[str]:
        """The references to the key of the lake's store, which a notebook that reads the lake needs, too."""
        return frozenset({self.store.access_key, self.store.secret_key}) if self.store else frozenset()

    @property
    def references(self) -> frozenset[str]:
        """Every reference to a secret of a source or a channel, which no notebook needs."""
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
