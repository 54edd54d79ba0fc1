"""Causes of failed runs in Chinese, by the exit code of the error: for the index of reports, and for the operators."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ntanalytics.errors import (
    CalendarMissing,
    ContractError,
    LakeError,
    PublishError,
    ReportFailed,
    SettingsError,
    SourceError,
    VerificationFailed,
)

#: Exit code → the cause, as a clause.
CAUSES: Mapping[int, str] = MappingProxyType(
    {
        SettingsError.exit_code: "配置有误或缺少口令",
        ContractError.exit_code: "映射与数据规范不符",
        SourceError.exit_code: "读取数据源出错",
        LakeError.exit_code: "数据湖或运行台账不能读写",
        ReportFailed.exit_code: "报告程序出错",
        PublishError.exit_code: "报告不能发布",
        VerificationFailed.exit_code: "生成的文件与报告记录不符，未予发布",
        CalendarMissing.exit_code: "缺少该年度的放假安排",
    }
)
