"""SMS platform 短信平台: messages over three carriers, and the carriers' bills."""

from __future__ import annotations

from types import MappingProxyType

from ntanalytics.contract.dataset import Column, Dataset, Kind, Type

#: Carrier ids of docs/domain.md, "The platform".
CARRIERS = MappingProxyType({"telecom": "中国电信", "mobile": "中国移动", "unicom": "中国联通"})

MESSAGES = Dataset(
    name="sms.messages",
    label="短信",
    kind=Kind.EVENT,
    meaning="One message to one recipient, however many billing segments it takes.",
    columns=(
        Column("message_id", Type.TEXT, "短信编号", "Identifies the message within its source and day."),
        Column(
            "submitted_at", Type.TIMESTAMP, "提交时间", "When the platform handed the message to the carrier's gateway."
        ),
        Column("carrier", Type.TEXT, "运营商", "The carrier whose channel took the message.", values=CARRIERS),
        Column("application", Type.TEXT, "应用", "The application that sent it, as the platform names it."),
        Column(
            "unit", Type.TEXT, "单位", "The unit on whose account it was sent, as the platform names it.", nullable=True
        ),
        Column(
            "segments",
            Type.INTEGER,
            "计费条数",
            "Billing parts: 1 up to 70 characters, else one per 67.",
            unit="条",
            minimum=1,
            maximum=100,
        ),
        Column(
            "outcome",
            Type.TEXT,
            "最终状态",
            "By the carrier's final report: delivered when all segments are, failed when one is; null while none came.",
            values=MappingProxyType({"delivered": "送达", "failed": "失败"}),
            nullable=True,
        ),
        Column(
            "failure_code", Type.TEXT, "失败代码", "The carrier's raw final code of a failed message.", nullable=True
        ),
        Column(
            "reported_at", Type.TIMESTAMP, "回执时间", "When the last segment's final report was made.", nullable=True
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
    settles_after=3,
)

BILLS = Dataset(
    name="sms.bills",
    label="运营商账单",
    kind=Kind.EVENT,
    meaning="What one carrier billed for one calendar month.",
    columns=(
        Column("month_on", Type.DATE, "账期", "The first day of the billed month."),
        Column("carrier", Type.TEXT, "运营商", "The carrier that sent the bill.", values=CARRIERS),
        Column("billed_segments", Type.INTEGER, "账单条数", "Segments billed.", unit="条", minimum=0),
        Column("billed_yuan", Type.NUMBER, "账单金额", "Amount billed.", unit="元", minimum=0),
    ),
    key=("month_on", "carrier"),
    time="month_on",
    settles_after=70,
)

APPLICATIONS = Dataset(
    name="sms.applications",
    label="短信应用",
    kind=Kind.STATE,
    meaning="One application that may send messages over the platform.",
    columns=(
        Column("application", Type.TEXT, "应用", "The application, as the platform names it."),
        Column("is_enabled", Type.BOOLEAN, "启用", "Whether it may send."),
        Column("opened_at", Type.TIMESTAMP, "开通时间", "When its interface was opened.", nullable=True),
    ),
    key=("application",),
)

DATASETS = (MESSAGES, APPLICATIONS, BILLS)
