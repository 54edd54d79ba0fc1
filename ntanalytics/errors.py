"""Tree of errors. Each message is written for its reader.

    NtaError                        exit code 1   any error that ntanalytics raises
    ├── UsageError                  exit code 2   the command or its arguments are wrong
    │   ├── UnknownName                           an unknown name
    │   ├── BadParameter                          a report parameter with a wrong name or type
    │   └── BadPeriod                             a period that cannot be read
    ├── SettingsError               exit code 3   ntanalytics.yml cannot be used
    │   └── SecretMissing                         a referenced secret does not exist
    ├── ContractError               exit code 4   a mapping does not fit its dataset
    │   └── MappingRefused                        the source refused the SQL of a mapping (also a SourceRefused)
    ├── SourceError                 exit code 5   a source failed (retryable, except where noted)
    │   ├── SourceUnreachable                     no connection, no such file
    │   ├── SourceDamaged                         a file that is damaged, or of another kind
    │   ├── SourceEmptied                         a sheet that lost all rows (not retryable)
    │   ├── SourceRefused                         the source refused (not retryable)
    │   ├── SourceClosed                          outside the allowed hours (not retryable)
    │   ├── SourceLocked                          another session holds a lock on a table
    │   └── SourceTooSlow                         a statement took longer than `timeout_s`
    ├── LakeError                   exit code 6   the lake or the ledger cannot be read or written (retryable)
    │   ├── LeaseLost                             another process may work on the same object
    │   └── NoData                                nothing was ever extracted (not retryable)
    ├── ReportFailed                exit code 7   a notebook raised an error
    │   ├── KernelDied                            the kernel was killed (retryable)
    │   └── ReportIncomplete                      not every cell was run
    ├── PublishError                exit code 8   rendering or publishing failed
    │   ├── DiskError                             a full disk, a missing permission (retryable)
    │   ├── Busy                                  another process is making the same report (retryable)
    │   └── FontMissing                           no Chinese font on this machine to embed (retryable)
    ├── VerificationFailed          exit code 9   a rendering differs from the record
    ├── CalendarMissing             exit code 10  no working-day calendar for a year (retryable)
    ├── Overdue                     exit code 11  a due report did not come by its deadline
    └── BackupError                 exit code 12  a backup cannot be written, read or restored (retryable)

A message has up to three parts: the problem, its place, and the remedy. A retryable error passes by itself, or after
an operator has fixed the machine; then the same command works. Any other error is a mistake in the request.
"""

from __future__ import annotations

import copyreg
import datetime as dt
import difflib
from collections.abc import Iterable, Sequence
from typing import ClassVar

from ntanalytics.language import tr
from ntanalytics.redaction import redact

#: Most names that a message lists; of more it lists the nearest ones.
_MOST_LISTED, _NEAREST = 60, 10


def _clean(text: str) -> str:
    """Return the text without secrets, as valid UTF-8: a file name may contain other bytes."""
    return redact(text).encode("utf-8", "backslashreplace").decode()


class NtaError(Exception):
    """Base of all errors of ntanalytics.

    Attributes:
        what: the problem, in one sentence.
        where: file, key, dataset or command; empty if there is none.
        todo: remedy for the reader; empty if there is none.
    """

    exit_code: ClassVar[int] = 1
    retryable: ClassVar[bool] = False
    #: Message for a report: Chinese, without paths or text of a driver.
    public_message: ClassVar[str] = "出错"

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        self.what, self.where, self.todo = (_clean(text) for text in (what, where, todo))
        super().__init__(str(self))

    def __reduce__(self) -> tuple[object, ...]:
        # an error of another process arrives without a second call of ``__init__``, whose arguments differ by class
        return copyreg.__newobj__, (type(self), *self.args), vars(self)  # type: ignore[attr-defined]

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}\n  → {self.todo}" if self.todo else head


class UsageError(NtaError):
    """The command or its arguments are wrong."""

    exit_code = 2


def near_names(name: str, known: Iterable[str], nearest: Sequence[str] | None = None) -> str:
    """Return advice for an unknown name: the nearest one and the known names; of many the nearest ones.

    Args:
        name: the unknown name.
        known: the known names.
        nearest: the similar ones, the nearest first, where the caller knows better; None for those of the same letters.
    """
    choices = sorted(known)
    if nearest is None:
        nearest = difflib.get_close_matches(name, choices, n=1)
    is_long = len(choices) > _MOST_LISTED
    closest = [*nearest, *difflib.get_close_matches(name, choices, n=_NEAREST, cutoff=0)]
    listed = list(dict.fromkeys(closest))[:_NEAREST] if is_long else choices
    names = ", ".join(listed) or tr("none")
    if nearest and is_long:
        return tr(
            "did you mean {nearest!r}? The nearest of {count}: {names}",
            nearest=nearest[0],
            count=len(choices),
            names=names,
        )
    if nearest:
        return tr("did you mean {nearest!r}? Known: {names}", nearest=nearest[0], names=names)
    if is_long:
        return tr("the nearest of {count}: {names}", count=len(choices), names=names)
    return tr("known: {names}", names=names)


class UnknownName(UsageError):
    """An unknown name; the message lists the known names and the nearest one."""

    def __init__(self, kind: str, name: str, known: Iterable[str], *, where: str = "") -> None:
        what = tr("unknown {kind} {name!r}", kind=tr(kind), name=name)
        super().__init__(what, where=where, todo=near_names(name, known))


class BadParameter(UsageError):
    """A report parameter that the notebook does not declare, or with the wrong type."""


class BadPeriod(UsageError):
    """A text that is not a period, or a kind of period that the report does not support."""


class SettingsError(NtaError):
    """An invalid ntanalytics.yml."""

    exit_code = 3


class SecretMissing(SettingsError):
    """A referenced secret (env:, file:, keyring:) that does not exist."""

    public_message = "缺少访问数据源的口令"


class ContractError(NtaError):
    """A mapping under queries/ that does not fit its dataset."""

    exit_code = 4
    public_message = "映射与数据规范不符"


class SourceError(NtaError):
    """A failure of a source during reading."""

    exit_code = 5
    retryable = True
    public_message = "读取数据源出错"


class SourceUnreachable(SourceError):
    """A source without a connection, or without any of its files."""

    public_message = "数据源不可达"


class SourceDamaged(SourceError):
    """A file of a source that is damaged or of another kind: retryable, since somebody may be copying it.

    Attributes:
        last_written: moment from which on the file holds nothing that the source lacks; None if it may hold anything.
    """

    last_written: dt.datetime | None = None
    public_message = "数据源文件损坏或格式不符"


class SourceEmptied(SourceError):
    """A sheet that lost all rows; the file is whole, so that nobody is copying it."""

    retryable = False
    public_message = "工作表中的记录已全部丢失"


class SourceRefused(SourceError):
    """A refusal by the source: wrong password, missing table or column."""

    retryable = False
    public_message = "数据源拒绝访问或缺少表、列"


class MappingRefused(ContractError, SourceRefused):
    """A refusal of a mapping's SQL by its source: a mistake of syntax, or a column that is not there."""

    public_message = "映射与数据源不符"


class SourceClosed(SourceError):
    """A source outside its allowed hours; no query was sent."""

    retryable = False
    public_message = "不在允许取数的时段"


class SourceLocked(SourceError):
    """A table of a source that another session has locked: it is tried again later, and not at once."""

    public_message = "数据源的表被锁定"


class SourceTooSlow(SourceError):
    """A statement that the server ended after `timeout_s`: it is tried again later, and not at once."""

    public_message = "数据源查询超时"


class LakeError(NtaError):
    """A failure of the lake or of the ledger."""

    exit_code = 6
    retryable = True
    public_message = "写入数据湖出错"


class LeaseLost(LakeError):
    """A lease that was not renewed in time; another process may work on the same object."""


class NoData(LakeError):
    """A request for data that was never extracted."""

    retryable = False


class ReportFailed(NtaError):
    """An error raised by the notebook of a report."""

    exit_code = 7


class KernelDied(ReportFailed):
    """A kernel killed during a report (out of memory, kill -9)."""

    retryable = True


class ReportIncomplete(ReportFailed):
    """A notebook that ended before its last cell, or without its blocks."""


class PublishError(NtaError):
    """A failure of rendering or publishing."""

    exit_code = 8


class DiskError(PublishError):
    """A failure to write: full disk, missing permission, read-only folder."""

    retryable = True


class Busy(PublishError):
    """Another process that makes the same report."""

    retryable = True


class FontMissing(PublishError):
    """A font that a rendering embeds and that this machine does not have."""

    retryable = True

    def __init__(self, what: str, *, where: str = "") -> None:
        super().__init__(what, where=where, todo=tr("install it: on Debian and openKylin the package fonts-noto-cjk"))


class VerificationFailed(NtaError):
    """A figure in a rendering that differs from the record."""

    exit_code = 9


class CalendarMissing(NtaError):
    """A year without a working-day calendar, in the library and in the settings."""

    exit_code = 10
    retryable = True


class Overdue(NtaError):
    """A due report that did not come by its deadline."""

    exit_code = 11


class BackupError(NtaError):
    """A backup that cannot be written, read or restored."""

    exit_code = 12
    retryable = True
