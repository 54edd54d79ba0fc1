"""What is to be connected: a database URL, a workbook or log files, as an entry of ntanalytics.yml."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pydantic
import yaml

from ntanalytics.catalog import Product
from ntanalytics.errors import UsageError
from ntanalytics.settings import SourceSettings
from ntanalytics.sources import SOURCES, Source

_BOOKS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}


def settings_of(name: str, targets: Sequence[str], password: str) -> tuple[SourceSettings, str]:
    """The entry of ntanalytics.yml, and the kind of the source.

    Raises:
        UsageError: the targets are of several kinds, or a password is written out.
    """
    urls = [each for each in targets if "://" in each]
    books = [each for each in targets if Path(each).suffix.lower() in _BOOKS and each not in urls]
    if (urls or books) and len(targets) > 1:
        raise UsageError("name one database, or one workbook, or log files", todo="connect them one after the other")
    if password and not urls:
        raise UsageError("only a database has a password", todo="leave --password away")
    try:
        if urls:
            return SourceSettings(product=name, url=urls[0], password=password, timeout_s=30), "database"
        if books:
            return SourceSettings(product=name, path=Path(books[0])), "workbook"
        return SourceSettings(product=name, paths=tuple(targets)), "logs"
    except pydantic.ValidationError as error:
        said = "; ".join(each["msg"].removeprefix("Value error, ") for each in error.errors())
        raise UsageError(
            said, todo="pass the password as --password env:NAME, file:PATH or keyring:SERVICE/USER"
        ) from None


def opened(name: str, settings: SourceSettings, kind: str, zone: ZoneInfo) -> Source:
    """The source; nothing is connected yet.

    Raises:
        SettingsError: no database is known by the URL's scheme.
    """
    product = Product(
        name=name, title=name, kind=kind, needs="an account that may SELECT", timezone=None, shards={}, mappings={}
    )
    return SOURCES[kind](name, settings, product, zone)


def snippet(name: str, settings: SourceSettings, folder: Path) -> str:
    """The lines of ntanalytics.yml that use the product."""
    source: dict[str, Any] = {"product": name}
    if settings.url:
        source["url"] = settings.url
        if settings.password:
            source["password"] = settings.password
    elif settings.path:
        source["path"] = str(settings.path)
    else:
        source["paths"] = list(settings.paths)
    content = {"queries": str(folder), "sources": {name: source}}
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
