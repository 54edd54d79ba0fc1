"""Targets of a connection: a database URL, a workbook or log files, as an entry of ntanalytics.yml."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import pydantic
import yaml

from ntanalytics.catalog import Product
from ntanalytics.errors import UsageError
from ntanalytics.language import tr
from ntanalytics.settings import SourceSettings
from ntanalytics.settings.problems import problem_text
from ntanalytics.sources import SOURCES, Source

#: Ends of names of tables as text, which are neither a log nor a workbook.
_TABLES_AS_TEXT = {".csv", ".tsv"}
#: Ends of names of SQLite files.
_SQLITE = {".db", ".sqlite", ".sqlite3", ".db3"}
_WORKBOOKS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}


def settings_of(name: str, targets: Sequence[str], password: str) -> tuple[SourceSettings, str]:
    """Return the source's entry of ntanalytics.yml, and its kind.

    Raises:
        UsageError: the targets are of several kinds or of none that is read, or a password is given as plain text.
    """
    urls = [target for target in targets if "://" in target]
    workbooks = [target for target in targets if Path(target).suffix.lower() in _WORKBOOKS and target not in urls]
    if (urls or workbooks) and len(targets) > 1:
        raise UsageError(
            tr("name one database, or one workbook, or log files"), todo=tr("connect them one after the other")
        )
    for target in set(targets) - set(urls):
        _require_readable(target)
    if password and not urls:
        raise UsageError(tr("only a database has a password"), todo=tr("leave --password away"))
    try:
        if urls:
            return SourceSettings(product=name, url=urls[0], password=password, timeout_s=30), "database"
        if workbooks:
            return SourceSettings(product=name, path=Path(workbooks[0])), "workbook"
        return SourceSettings(product=name, paths=tuple(targets)), "logs"
    except pydantic.ValidationError as error:
        what = "; ".join(problem_text(problem) for problem in error.errors())
        todo = tr("pass the password as --password env:NAME, file:PATH or keyring:SERVICE/USER")
        raise UsageError(what, todo=todo) from None


def _require_readable(target: str) -> None:
    """Check that a file is none that would be taken for a log by mistake.

    Raises:
        UsageError: it is a table as text, or the file of a database.
    """
    suffix = Path(target).suffix.lower()
    if suffix in _TABLES_AS_TEXT:
        raise UsageError(
            tr("a table as text cannot be connected: {path}", path=target),
            todo=tr("open it in Excel or WPS, see that every character is right, save it as .xlsx, and connect that"),
        )
    if suffix in _SQLITE:
        raise UsageError(
            tr("a database is named by its URL, and not by its file: {path}", path=target),
            todo=tr("write sqlite:///{path}", path=target),
        )


def make_source(name: str, settings: SourceSettings, kind: str, zone: ZoneInfo) -> Source:
    """Make the source, without a connection yet.

    Raises:
        SettingsError: the URL's scheme is no known database.
    """
    needs = "an account that may SELECT"
    product = Product(name=name, title=name, kind=kind, needs=needs, timezone=None, shards={}, mappings={})
    return SOURCES[kind](name, settings, product, zone)


def snippet(name: str, settings: SourceSettings, folder: Path, datasets: Sequence[str] = ()) -> str:
    """Return the lines of ntanalytics.yml that use the product.

    Args:
        name: the product's name.
        settings: its source.
        folder: folder of the products.
        datasets: the only datasets to take; empty for all.
    """
    source: dict[str, object] = {"product": name}
    if settings.url:
        source["url"] = settings.url
        if settings.password:
            source["password"] = settings.password
    elif settings.path:
        source["path"] = str(settings.path)
    else:
        source["paths"] = list(settings.paths)
    if datasets:
        source["datasets"] = list(datasets)
    content = {"queries": str(folder), "sources": {name: source}}
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
