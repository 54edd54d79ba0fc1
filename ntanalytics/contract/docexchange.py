"""Document exchange 公文交换: documents, their deliveries to units, and interface calls."""

from __future__ import annotations

from types import MappingProxyType

from ntanalytics.contract.dataset import Column, Dataset, Kind, Type
from ntanalytics.contract.enumerations import OUTCOMES, PLATFORMS

DOCUMENTS = Dataset(
    name="docexchange.documents",
    label="公文",
    kind=Kind.EVENT,
    meaning="One document that a unit sent. No title, number or text is kept.",
    columns=(
        Column("document_id", Type.TEXT, "公文编号", "Identifies the document within its source."),
        Column("sent_at", Type.TIMESTAMP, "发送时间", "When it was sent."),
        Column("sender_unit", Type.TEXT, "发文单位", "The unit that sent it.", nullable=True),
        Column(
            "is_ofd", Type.BOOLEAN, "OFD", "Whether it is an OFD file; null where that is not known.",
            nullable=True,
        ),
        Column(
            "is_sealed", Type.BOOLEAN, "已盖章", "Whether it bears an electronic seal; null where that is not known.",
            nullable=True,
        ),
        Column("platform", Type.TEXT, "终端类型", "What it was sent from.", values=PLATFORMS, nullable=True),
    ),
    key=("document_id",),
    time="sent_at",
    settles_after=2,
)  # fmt: skip

#: The life of a delivery, which three products share: sent → delivered → signed → registered, and its branches.
DELIVERY_STATES = MappingProxyType({
    "sent": "已发送", "delivered": "已送达", "signed": "已签收", "registered": "已登记",
    "returned": "已退文", "refused": "已拒收", "recalled": "已撤回",
})  # fmt: skip

DELIVERIES = Dataset(
    name="docexchange.deliveries",
    label="公文送达",
    kind=Kind.CASE,
    meaning="One document on its way to one receiving unit.",
    columns=(
        Column("delivery_id", Type.TEXT, "送达编号", "Identifies document and receiving unit within the source."),
        Column("document_id", Type.TEXT, "公文编号", "The document."),
        Column("receiver_unit", Type.TEXT, "收文单位", "The receiving unit."),
        Column("sent_at", Type.TIMESTAMP, "发送时间", "When it was sent."),
        Column("due_at", Type.TIMESTAMP, "签收期限", "When it should be signed for.", nullable=True),
        Column("delivered_at", Type.TIMESTAMP, "送达时间", "When it reached the unit.", nullable=True),
        Column("signed_at", Type.TIMESTAMP, "签收时间", "When it was signed for.", nullable=True),
        Column("registered_at", Type.TIMESTAMP, "登记时间", "When it was registered.", nullable=True),
        Column("returned_at", Type.TIMESTAMP, "退回时间", "When it was returned, refused or recalled.", nullable=True),
        Column("state", Type.TEXT, "状态", "How far it is.", values=DELIVERY_STATES),
        Column("platform", Type.TEXT, "终端类型", "What it was signed on.", values=PLATFORMS, nullable=True),
        Column("changed_at", Type.TIMESTAMP, "更新时间", "When the record last changed."),
        Column(
            "signing_s", Type.NUMBER, "签收用时", "signed_at − sent_at.",
            unit="秒", nullable=True, minimum=0, elapsed=("sent_at", "signed_at"),
        ),
    ),
    key=("delivery_id",),
    time="sent_at",
    changed="changed_at",
    settles_after=3,
)  # fmt: skip

INTERFACE_CALLS = Dataset(
    name="docexchange.interface_calls",
    label="接口调用",
    kind=Kind.EVENT,
    meaning="Calls of one minute that share caller, interface, outcome and duration bucket (see infra.requests).",
    columns=(
        Column("minute_at", Type.TIMESTAMP, "分钟", "The minute in which the calls ended."),
        Column("caller", Type.TEXT, "调用方", "The system that called."),
        Column("interface", Type.TEXT, "接口", "The interface called."),
        Column("outcome", Type.TEXT, "结果", "Whether it succeeded.", values=OUTCOMES),
        Column(
            "duration_bucket", Type.INTEGER, "时长分段", "Logarithmic, as in infra.requests.",
            nullable=True, minimum=-200, maximum=200,
        ),
        Column("calls", Type.INTEGER, "调用次数", "How many calls.", unit="次", minimum=1),
    ),
    key=("minute_at", "caller", "interface", "outcome", "duration_bucket"),
    time="minute_at",
    settles_after=1,
)  # fmt: skip

DATASETS = (DOCUMENTS, DELIVERIES, INTERFACE_CALLS)
