"""Document exchange 公文交换: documents, their deliveries to units, and interface calls."""

from __future__ import annotations

from types import MappingProxyType

from ntanalytics.contract.dataset import Column, Dataset, Kind, Type
from ntanalytics.contract.enumerations import OUTCOMES, PLATFORMS

DOCUMENTS = Dataset(
    name="docexchange.documents",
    label="公文",
    kind=Kind.EVENT,
    meaning="One document sent by a unit. No title, number or text is kept.",
    columns=(
        Column("document_id", Type.TEXT, "公文编号", "Id of the document, unique in its source."),
        Column("sent_at", Type.TIMESTAMP, "发送时间", "Time of sending."),
        Column("sender_unit", Type.TEXT, "发文单位", "Sending unit.", nullable=True),
        Column("is_ofd", Type.BOOLEAN, "OFD", "True for an OFD file; null if unknown.", nullable=True),
        Column(
            "is_sealed",
            Type.BOOLEAN,
            "已盖章",
            "True for a document with an electronic seal; null if unknown.",
            nullable=True,
        ),
        Column("platform", Type.TEXT, "终端类型", "Platform of the sender.", values=PLATFORMS, nullable=True),
    ),
    key=("document_id",),
    time="sent_at",
    settles_after=2,
)

#: States of a delivery, common to three products: sent → delivered → signed → registered, and branches.
DELIVERY_STATES = MappingProxyType(
    {
        "sent": "已发送",
        "delivered": "已送达",
        "signed": "已签收",
        "registered": "已登记",
        "returned": "已退文",
        "refused": "已拒收",
        "recalled": "已撤回",
    }
)

DELIVERIES = Dataset(
    name="docexchange.deliveries",
    label="公文送达",
    kind=Kind.CASE,
    meaning="Delivery of one document to one receiving unit.",
    columns=(
        Column("delivery_id", Type.TEXT, "送达编号", "Id of document and receiving unit, unique in its source."),
        Column("document_id", Type.TEXT, "公文编号", "Document."),
        Column("receiver_unit", Type.TEXT, "收文单位", "Receiving unit."),
        Column("sent_at", Type.TIMESTAMP, "发送时间", "Time of sending."),
        Column("due_at", Type.TIMESTAMP, "签收期限", "Deadline of the receipt.", nullable=True, is_planned=True),
        Column("delivered_at", Type.TIMESTAMP, "送达时间", "Time of arrival at the unit.", nullable=True),
        Column("signed_at", Type.TIMESTAMP, "签收时间", "Time of the receipt.", nullable=True),
        Column("registered_at", Type.TIMESTAMP, "登记时间", "Time of registration.", nullable=True),
        Column("returned_at", Type.TIMESTAMP, "退回时间", "Time of the return, refusal or recall.", nullable=True),
        Column("state", Type.TEXT, "状态", "State of the delivery.", values=DELIVERY_STATES),
        Column("platform", Type.TEXT, "终端类型", "Platform of the receiver.", values=PLATFORMS, nullable=True),
        Column("changed_at", Type.TIMESTAMP, "更新时间", "Time of the last change of the record."),
        Column(
            "signing_s",
            Type.NUMBER,
            "签收用时",
            "signed_at − sent_at.",
            unit="秒",
            nullable=True,
            minimum=0,
            elapsed=("sent_at", "signed_at"),
        ),
        Column(
            "delivery_s",
            Type.NUMBER,
            "送达用时",
            "delivered_at − sent_at.",
            unit="秒",
            nullable=True,
            minimum=0,
            elapsed=("sent_at", "delivered_at"),
        ),
    ),
    key=("delivery_id",),
    time="sent_at",
    changed="changed_at",
    ended=("signed_at", "returned_at"),
    settles_after=3,
)

INTERFACE_CALLS = Dataset(
    name="docexchange.interface_calls",
    label="接口调用",
    kind=Kind.EVENT,
    meaning="Calls in one minute with equal caller, interface, outcome and duration bucket (see infra.requests).",
    columns=(
        Column("minute_at", Type.TIMESTAMP, "分钟", "Minute of the calls' end.", grain="minute"),
        Column("caller", Type.TEXT, "调用方", "Calling system."),
        Column("interface", Type.TEXT, "接口", "Called interface."),
        Column("outcome", Type.TEXT, "结果", "Success or failure.", values=OUTCOMES),
        Column(
            "duration_bucket",
            Type.INTEGER,
            "时长分段",
            "Logarithmic duration bucket, as in infra.requests.",
            nullable=True,
            minimum=-200,
            maximum=200,
        ),
        Column("calls", Type.INTEGER, "调用次数", "Number of calls.", unit="次", minimum=1),
    ),
    key=("minute_at", "caller", "interface", "outcome", "duration_bucket"),
    time="minute_at",
    settles_after=1,
)

DATASETS = (DOCUMENTS, DELIVERIES, INTERFACE_CALLS)
