"""Blocks of the burden of the staff and of the faults of the service, on the page of the city."""

from __future__ import annotations

from dataclasses import replace

from ntanalytics.report_content.adoption.figures import Adoption
from ntanalytics.report_content.adoption.service import Service, summarize_service
from ntanalytics.reports import Sentence, Sentences, Table, sentences, table
from ntanalytics.reports.blocks.block import Block
from ntanalytics.subsystems.oa import burden_text
from ntanalytics.workspace.report import Report

_LITTLE = "使用账号不到最多者的 2%；1—4 个账号的不列数。请征求意见后合并或关停，或说明保留的理由。"
_ELSEWHERE = "减负线索、低使用模块和因服务故障受阻的账号按全市统计，见全市报告。"
_LOCKED = "当日因服务原因登录失败、且当日未能登录的账号；口令错误等个人原因不计，不足 5 个的不列。"


def service(report: Report, page: Adoption) -> list[Block]:
    """Return the blocks of the burden; on the page of a unit or of one edition where they stand."""
    if page.unit or page.edition:
        return [sentences([_ELSEWHERE], id="burden-summary")]
    content = summarize_service(report)
    return [
        _sentences(content),
        table(
            # without a row there is none of the causes that are seen alone
            replace(content.burden, is_complete=content.burden.is_complete and not content.unknown),
            "减负线索",
            id="burden",
            note=(burden_text.ESTIMATE if content.burden else _nothing(content)) + burden_text.unseen(content.unknown),
        ),
        table(content.low_use, "低使用模块与应用", id="low-use", note=_LITTLE),
        _locked_out(content),
    ]


def _sentences(content: Service) -> Sentences:
    lines = [
        Sentence(burden_text.hours(content.burden, content.unknown), "减负"),
        Sentence(burden_text.signing(content.signing), "签收"),
    ]
    return sentences(lines, id="burden-summary")


def _nothing(content: Service) -> str:
    return "没有可列的事项。" if content.burden.is_complete and not content.unknown else ""


def _locked_out(content: Service) -> Table:
    return table(content.locked_out, "因服务故障受阻的账号", id="locked-out", note=_LOCKED)
