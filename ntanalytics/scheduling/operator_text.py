"""Chinese explanation of an error for the operators: its cause, and what to do about it.

The messages of errors are English and technical; a notice has them at its end, for the maintainers.
"""

from __future__ import annotations

from ntanalytics.delivery.failure_causes import CAUSES
from ntanalytics.errors import (
    Busy,
    CalendarMissing,
    ContractError,
    DiskError,
    FontMissing,
    KernelDied,
    LakeError,
    PublishError,
    ReportFailed,
    SettingsError,
    SourceError,
    UsageError,
    VerificationFailed,
)
from ntanalytics.runner.each_unit import UnfitUnitName, UnitFailed, UnitPagesFailed

#: Most units that are named in a notice.
_LISTED = 10

#: Class of an error → cause and remedy; the first class that fits holds.
_EXPLANATIONS: tuple[tuple[type[Exception], str], ...] = (
    (UnfitUnitName, "单位名称含有控制字符，不能出单位页；请在名称的来源系统中更正，更正后下一期自动出页"),
    (UsageError, "任务的报告名、周期或参数有误；请核对 scheduled/jobs.yml"),
    (SettingsError, f"{CAUSES[SettingsError.exit_code]}；请执行 ntanalytics doctor，按提示更正"),
    (ContractError, f"{CAUSES[ContractError.exit_code]}；请执行 ntanalytics map check，按提示更正映射"),
    (SourceError, f"{CAUSES[SourceError.exit_code]}；请确认数据源可用，并执行 ntanalytics doctor"),
    (LakeError, f"{CAUSES[LakeError.exit_code]}；请检查其磁盘空间、权限和运行台账的数据库"),
    (KernelDied, "报告进程被终止，多为内存不足；请检查本机内存，必要时调整 report_memory_mb"),
    (ReportFailed, f"{CAUSES[ReportFailed.exit_code]}；请将 outputs/.failed 中本次运行的证据转交软件维护人员"),
    (DiskError, "报告目录不能写入；请检查其磁盘空间和权限"),
    (Busy, "另一进程正在出同一报告；请等待其结束"),
    (FontMissing, "本机缺少中文字体；请安装软件包 fonts-noto-cjk"),
    (PublishError, f"{CAUSES[PublishError.exit_code]}；请检查报告目录"),
    (VerificationFailed, f"{CAUSES[VerificationFailed.exit_code]}；请转交软件维护人员"),
    (CalendarMissing, f"{CAUSES[CalendarMissing.exit_code]}；请用 ntanalytics calendar add 录入国务院办公厅的通知"),
    (OSError, "本机文件读写出错；请检查磁盘空间和权限"),
)
_DEFECT = "程序缺陷；请将本通知转交软件维护人员"


def explain(error: Exception) -> str:
    """Return the cause of an error and its remedy, as Chinese clauses without a full stop."""
    if isinstance(error, UnitPagesFailed):
        return _explain_pages(error)
    return next((text for kind, text in _EXPLANATIONS if isinstance(error, kind)), _DEFECT)


def _explain_pages(error: UnitPagesFailed) -> str:
    """Return the units without a page by the cause of each."""
    causes: dict[str, list[UnitFailed]] = {}
    for page in error.pages:
        causes.setdefault(explain(page.error), []).append(page)
    listed = "；".join(f"{_names(pages)}：{cause}" for cause, pages in causes.items())
    return f"{len(error.pages)}个单位未出单位页，其余已发布。{listed}"


def _names(pages: list[UnitFailed]) -> str:
    rest = f"等{len(pages)}个单位" if len(pages) > _LISTED else ""
    return "、".join(page.name for page in pages[:_LISTED]) + rest
