"""From the file to the object: what is wrong is said with its key and what is allowed, paths become absolute."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml
from pydantic import BaseModel, ValidationError

from ntanalytics.errors import SettingsError, UnknownName
from ntanalytics.settings.channels import Channel, Recipient, addresses
from ntanalytics.settings.model import Settings
from ntanalytics.settings.parts import Retention, RuleSettings, Site, SourceSettings, Spark, StoreSettings, Target

FILE_NAME = "ntanalytics.yml"
ENVIRONMENT = "NTANALYTICS_CONFIG"


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
        "site": Site,
        "rules": RuleSettings,
        "channels": Channel,
        "operators": Recipient,
        "retention": Retention,
        "spark": Spark,
        "store": StoreSettings,
    }
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
