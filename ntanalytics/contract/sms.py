"""SMS platform 短信平台: messages over the carriers, and their bills."""

from __future__ import annotations

from types import MappingProxyType

from ntanalytics.contract.dataset import Column, Dataset, Kind, Type

#: Carrier ids of docs/domain.md, "The platform".
CARRIERS = MappingProxyType(
    {"telecom": "中国电信", "mobile": "中国移动", "unicom": "中国联通", "broadnet": "中国广电", "other": "其他"}
)

MESSAGES = Dataset(
    name="sms.messages",
    label="短信",
    kind=Kind.EVENT,
    meaning="One message to one recipient, with any number of billing segments.",
    columns=(
        Column("message_id", Type.TEXT, "短信编号", "Id of the message, unique in its source and day."),
        Column("submitted_at", Type.TIMESTAMP, "提交时间", "Time of submission to the carrier's gateway."),
        Column("carrier", Type.TEXT, "运营商", "Carrier of the message.", values=CARRIERS),
        Column("application", Type.TEXT, "应用", "Sending application, as named on the platform."),
        Column("unit", Type.TEXT, "单位", "Unit of the sender's account, as named on the platform.", nullable=True),
        Column(
            "segments",
            Type.INTEGER,
            "计费条数",
            "Billing segments: 1 up to 70 UTF-16 units (an emoji is two), else one per 67.",
            unit="条",
            minimum=1,
            maximum=100,
        ),
        Column(
            "outcome",
            Type.TEXT,
            "最终状态",
            "Final report of the carrier: delivered if all segments are, failed if one is; null without a report.",
            values={"delivered": "送达", "failed": "失败"},
            nullable=True,
        ),
        Column(
            "failure_code", Type.TEXT, "失败代码", "Raw final code of the carrier for a failed message.", nullable=True
        ),
        Column(
            "reported_at", Type.TIMESTAMP, "回执时间", "Time of the final report of the last segment.", nullable=True
        ),
        Column(
            "receipt_latency_s",
            Type.NUMBER,
            "回执时延",
            "reported_at − submitted_at.",
            unit="秒",
            nullable=True,
            minimum=-60,
            maximum=30 * 86400,
            elapsed=("submitted_at", "reported_at"),
        ),
    ),
    key=("message_id",),
    time="submitted_at",
    delivery_reports=("outcome", "carrier"),
    settles_after=3,
)

BILLS = Dataset(
    name="sms.bills",
    label="运营商账单",
    kind=Kind.EVENT,
    meaning="Bill of one carrier for one calendar month.",
    columns=(
        Column("month_on", Type.DATE, "账期", "First day of the billed month."),
        Column("carrier", Type.TEXT, "运营商", "Carrier of the bill.", values=CARRIERS),
        Column("billed_segments", Type.INTEGER, "账单条数", "Billed segments.", unit="条", minimum=0),
        Column("billed_yuan", Type.NUMBER, "账单金额", "Billed amount.", unit="元", minimum=0),
    ),
    key=("month_on", "carrier"),
    time="month_on",
    settles_after=70,
)

DATASETS = (MESSAGES, BILLS)
