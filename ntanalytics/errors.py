"""The whole tree of errors, written for the person who meets them.

    NtaError                        exit code 1   anything ntanalytics reports itself
    ├── UsageError                  exit code 2   the command or its arguments are wrong
    │   ├── UnknownName                           a name that is not one of the known ones
    │   ├── BadParameter                          a report parameter of the wrong name or type
    │   └── BadPeriod                             a period that cannot be read
    ├── SettingsError               exit code 3   ntanalytics.yml cannot be used as it is
    │   └── SecretMissing                         a referenced secret is not there
    ├── ContractError               exit code 4   a mapping does not fit its dataset
    ├── SourceError                 exit code 5   a source failed (retryable unless said otherwise)
    │   ├── SourceUnreachable                     no connection, no such file
    │   ├── SourceRefused                         it answered, and refused (not retryable)
    │   └── SourceClosed                          it may not be read at this hour (not retryable)
    ├── LakeError                   exit code 6   the lake or the ledger cannot be read or written (retryable)
    │   ├── LeaseLost                             another process may be at work on the same thing
    │   └── NoData                                nothing was ever extracted for what was asked (not retryable)
    ├── ReportFailed                exit code 7   a notebook raised
    │   ├── KernelDied                            its kernel was killed (retryable)
    │   └── ReportIncomplete                      it ended without having run every cell
    ├── PublishError                exit code 8   rendering or publishing failed
    │   ├── DiskError                             a full disk, a missing permission (retryable)
    │   └── Busy                                  another process is making the same report (retryable)
    ├── VerificationFailed          exit code 9   a rendering differs from the record
    ├── CalendarMissing             exit code 10  no working-day calendar for a year (retryable: one is added)
    └── Overdue                     exit code 11  something that was due did not come by its deadline

A message has up to three parts: what was wrong, where, and what to do about it. What is retryable passes by itself,
or when an operator has seen to the machine, and then the same thing works; the rest is a mistake in what was asked.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import ClassVar

from ntanalytics.redaction import redacted


def _told(text: str) -> str:
    """A text without secrets that a ledger, a page and a terminal can hold: a file's name may be no UTF-8."""
    return redacted(text).encode("utf-8", "backslashreplace").decode()


class NtaError(Exception):
    """An error that ntanalytics reports itself.

    Attributes:
        what: one sentence, what was wrong.
        where: file, key, dataset or command it concerns; empty when there is none.
        todo: what the reader can do about it; empty when there is nothing to say.
    """

    exit_code: ClassVar[int] = 1
    retryable: ClassVar[bool] = False
    #: What a report says of it: Chinese, without paths or a driver's words.
    public_message: ClassVar[str] = "出错"

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        self.what, self.where, self.todo = (_told(each) for each in (what, where, todo))
        super().__init__(str(self))

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}\n  → {self.todo}" if self.todo else head


class UsageError(NtaError):
    """The command or its arguments are wrong."""

    exit_code = 2


class UnknownName(UsageError):
    """A name that is not among the known ones; says which are, and the nearest."""

    def __init__(self, kind: str, name: str, known: Iterable[str], *, where: str = "") -> None:
        choices = sorted(known)
        near = difflib.get_close_matches(name, choices, n=1)
        listed = ", ".join(choices) or "none"
        todo = f"did you mean {near[0]!r}? Known: {listed}" if near else f"known: {listed}"
        super().__init__(f"unknown {kind} {name!r}", where=where, todo=todo)


class BadParameter(UsageError):
    """A report parameter that the notebook does not declare, or of the wrong type."""


class BadPeriod(UsageError):
    """A text that is no period, or a period of a kind the report does not take."""


class SettingsError(NtaError):
    """ntanalytics.yml cannot be used as it is."""

    exit_code = 3


class SecretMissing(SettingsError):
    """A secret is referenced (env:, file:, keyring:) and is not there."""

    public_message = "缺少访问数据源的口令"


class ContractError(NtaError):
    """A mapping under queries/ does not fit the dataset it claims to feed."""

    exit_code = 4
    public_message = "映射与数据规范不符"


class SourceError(NtaError):
    """A source failed while it was read."""

    exit_code = 5
    retryable = True
    public_message = "读取数据源出错"


class SourceUnreachable(SourceError):
    """There is no connection to the source, or none of its files exist."""

    public_message = "数据源不可达"


class SourceRefused(SourceError):
    """The source answered and refused: wrong password, missing table or column."""

    retryable = False
    public_message = "数据源拒绝访问或缺少表、列"


class SourceClosed(SourceError):
    """The settings do not allow the source to be read at this hour; nothing was asked of it."""

    retryable = False
    public_message = "不在允许取数的时段"


class LakeError(NtaError):
    """The lake cannot be read or written."""

    exit_code = 6
    retryable = True
    public_message = "写入数据湖出错"


class LeaseLost(LakeError):
    """A lease could not be renewed in time, and another process may be at work on the same thing."""


class NoData(LakeError):
    """Nothing was ever extracted for what was asked."""

    retryable = False


class ReportFailed(NtaError):
    """A report's notebook raised an error."""

    exit_code = 7


class KernelDied(ReportFailed):
    """The kernel that ran a report was killed (out of memory, kill -9)."""

    retryable = True


class ReportIncomplete(ReportFailed):
    """A notebook ended without having run every cell, or without its blocks."""


class PublishError(NtaError):
    """Rendering or publishing failed."""

    exit_code = 8


class DiskError(PublishError):
    """What is made cannot be written: full disk, missing permission, read-only folder."""

    retryable = True


class Busy(PublishError):
    """Another process is making the same report."""

    retryable = True


class VerificationFailed(NtaError):
    """A figure in HTML or Excel is not the record's."""

    exit_code = 9


class CalendarMissing(NtaError):
    """There is no working-day calendar for a year: neither the library's nor the site's."""

    exit_code = 10
    retryable = True


class Overdue(NtaError):
    """Something that was due did not come by its deadline."""

    exit_code = 11
