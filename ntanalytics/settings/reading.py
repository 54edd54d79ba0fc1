"""Reading of ntanalytics.yml: errors name the key and the allowed values, and paths become absolute."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path

import yaml
from pydantic import BaseModel, ValidationError

from ntanalytics.errors import SettingsError, UnknownName
from ntanalytics.language import tr
from ntanalytics.settings.channels import Channel, Recipient, addresses
from ntanalytics.settings.model import Settings
from ntanalytics.settings.parts import (
    Contract,
    Retention,
    RuleSettings,
    Site,
    SourceSettings,
    Spark,
    StoreSettings,
    Target,
)
from ntanalytics.settings.problems import problem_text
from ntanalytics.settings.renames import SETTINGS_RENAMES, current_text
from ntanalytics.settings.unique_keys import load_yaml


def load(path: Path) -> Settings:
    """Read and validate a settings file.

    Raises:
        SettingsError: the file is missing, is not YAML, or a key is unknown or invalid; the message has key, file and
            allowed values.
    """
    where = str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            tr("cannot read the settings: {strerror}", strerror=error.strerror),
            where=where,
            todo=tr("write one with `ntanalytics init DIR`, or name yours with --config FILE"),
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(
            tr("not UTF-8 text: {error}", error=error), where=where, todo=tr("save the file as UTF-8")
        ) from error
    try:
        content = load_yaml(current_text(text, SETTINGS_RENAMES)[0]) or {}
    except (yaml.YAMLError, RecursionError) as error:
        raise SettingsError(
            tr("not YAML: {yaml_message}", yaml_message=_yaml_message(error)),
            where=where,
            todo=tr("look at that line and the one before: indentation, colons, a key that is there twice"),
        ) from None
    if not isinstance(content, dict):
        raise SettingsError(tr("the file must hold keys and values"), where=where)
    home = path.resolve().parent
    try:
        settings = Settings.model_validate({**content, "file": path.resolve()})
    except ValidationError as error:
        raise SettingsError(_validation_message(error), where=where, todo=tr("see docs/settings.md")) from None
    list(addresses(settings.operators, settings.channels, where=f"{where}: operators"))
    settings = _absolute(settings, home)
    _require_different_sources(settings.sources, where)
    return settings


def _require_different_sources(sources: Mapping[str, SourceSettings], where: str) -> None:
    """Refuse two sources that read one dataset from the same place: each row would count twice."""
    for (name, source), (other, twin) in combinations(sources.items(), 2):
        place, same = ((read.product, read.url, read.paths, read.path) for read in (source, twin))
        datasets = [set(read.datasets) for read in (source, twin)]
        if place == same and any(place[1:]) and (not all(datasets) or datasets[0] & datasets[1]):
            raise SettingsError(
                tr("the source {other} reads what {name} reads: each row would count twice", other=other, name=name),
                where=f"{where}: sources.{other}",
                todo=tr("correct its address, or remove it; `datasets:` divides what one place holds"),
            )


def _yaml_message(error: Exception) -> str:
    """Return the problem and the line number of a YAML error, without the line, which may have a password."""
    mark = getattr(error, "problem_mark", None)
    return (
        tr("{getattr}, line {line}", getattr=getattr(error, "problem", None), line=mark.line + 1)
        if mark
        else tr("it is nested too deep")
    )


def _validation_message(error: ValidationError) -> str:
    """Return all problems of a validation, one per line, each with its key and the allowed values."""
    lines = []
    for problem in error.errors():
        key = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            names = [name for name in _fields_at(problem["loc"]) if name != "file"]
            lines.append(str(UnknownName("key", key.rpartition(".")[2], names, where=key)))
        else:
            lines.append(f"{key}: {problem_text(problem)}")
    return "\n".join(lines)


def _fields_at(location: Sequence[int | str]) -> Iterable[str]:
    """Return the known keys at the location of an unknown one."""
    if len(location) == 1:
        return Settings.model_fields
    parts: dict[int | str, type[BaseModel]] = {
        "site": Contract if location[1] == "contract" else Site,
        "rules": RuleSettings,
        "channels": Channel,
        "operators": Recipient,
        "retention": Retention,
        "spark": Spark,
        "store": StoreSettings,
    }
    part = Target if "targets" in location else parts.get(location[0], SourceSettings)
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
    files = {name: getattr(settings.site, name) for name in ("calendar", "scoring", "unit_aliases")}
    site = settings.site.model_copy(update={name: under(path) for name, path in files.items() if path})
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
