"""Electronic seals 电子印章: seals from request to use, and signings."""

from __future__ import annotations

from ntanalytics.contract.dataset import Column, Dataset, Kind, Type
from ntanalytics.contract.enumerations import OUTCOMES

SEALS = Dataset(
    name="seal.seals",
    label="印章",
    kind=Kind.STATE,
    meaning="One electronic seal with its state.",
    columns=(
        Column("seal_id", Type.TEXT, "印章编号", "Seal number."),
        Column("unit", Type.TEXT, "单位", "Unit of the seal.", nullable=True),
        Column(
            "state",
            Type.TEXT,
            "状态",
            "State of the seal.",
            values={
                "requested": "已申请",
                "making": "制作中",
                "made": "已制作",
                "tested": "已测试",
                "in_use": "使用中",
                "suspended": "已停用",
                "revoked": "已注销",
            },
        ),
        Column("requested_at", Type.TIMESTAMP, "申请时间", "Time of the request to the maker.", nullable=True),
        Column("made_at", Type.TIMESTAMP, "制作时间", "Time of production.", nullable=True),
        Column("tested_at", Type.TIMESTAMP, "测试时间", "Time of the test.", nullable=True),
        Column("expires_at", Type.TIMESTAMP, "到期时间", "Expiry.", nullable=True, is_planned=True),
    ),
    key=("seal_id",),
)

SIGNINGS = Dataset(
    name="seal.signings",
    label="签章",
    kind=Kind.EVENT,
    meaning="One signing or verification of a document with a seal.",
    columns=(
        Column("signing_id", Type.TEXT, "签章编号", "Id of the signing, unique in its source and day."),
        Column("signed_at", Type.TIMESTAMP, "签章时间", "Time of the signing."),
        Column("seal_id", Type.TEXT, "印章编号", "Seal.", nullable=True),
        Column(
            "operation",
            Type.TEXT,
            "操作",
            "Signing, or verification of a signature.",
            values={"sign": "签章", "verify": "验章"},
        ),
        Column(
            "system",
            Type.TEXT,
            "系统",
            "System of the signing.",
            values={"docexchange": "公文交换", "oa": "协同办公", "other": "其他"},
        ),
        Column("outcome", Type.TEXT, "结果", "Success or failure.", values=OUTCOMES),
    ),
    key=("signing_id",),
    time="signed_at",
    settles_after=1,
)

DATASETS = (SEALS, SIGNINGS)
