"""Electronic seals 电子印章: from request to use, and what is signed with them."""

from __future__ import annotations

from types import MappingProxyType

from ntanalytics.contract.dataset import Column, Dataset, Kind, Type
from ntanalytics.contract.enumerations import OUTCOMES

SEALS = Dataset(
    name="seal.seals",
    label="印章",
    kind=Kind.STATE,
    meaning="One electronic seal and how far it is.",
    columns=(
        Column("seal_id", Type.TEXT, "印章编号", "The seal's number."),
        Column("unit", Type.TEXT, "单位", "The unit whose seal it is.", nullable=True),
        Column(
            "state", Type.TEXT, "状态", "How far it is.",
            values=MappingProxyType({
                "requested": "已申请", "making": "制作中", "made": "已制作", "tested": "已测试", "in_use": "使用中",
                "suspended": "已停用", "revoked": "已注销",
            }),
        ),
        Column("requested_at", Type.TIMESTAMP, "申请时间", "When its data were handed to the maker.", nullable=True),
        Column("made_at", Type.TIMESTAMP, "制作时间", "When it was made.", nullable=True),
        Column("tested_at", Type.TIMESTAMP, "测试时间", "When it was tested.", nullable=True),
        Column("expires_at", Type.TIMESTAMP, "到期时间", "When it expires.", nullable=True),
    ),
    key=("seal_id",),
)  # fmt: skip

SIGNINGS = Dataset(
    name="seal.signings",
    label="签章",
    kind=Kind.EVENT,
    meaning="One signing or verification of a document with a seal.",
    columns=(
        Column("signing_id", Type.TEXT, "签章编号", "Identifies it within its source and day."),
        Column("signed_at", Type.TIMESTAMP, "签章时间", "When it was done."),
        Column("seal_id", Type.TEXT, "印章编号", "The seal.", nullable=True),
        Column(
            "operation", Type.TEXT, "操作", "Signing, or verifying a signature.",
            values=MappingProxyType({"sign": "签章", "verify": "验章"}),
        ),
        Column(
            "system", Type.TEXT, "系统", "Where it was done.",
            values=MappingProxyType({"docexchange": "公文交换", "oa": "协同办公", "other": "其他"}),
        ),
        Column("outcome", Type.TEXT, "结果", "Whether it succeeded.", values=OUTCOMES),
    ),
    key=("signing_id",),
    time="signed_at",
    settles_after=1,
)  # fmt: skip

DATASETS = (SEALS, SIGNINGS)
