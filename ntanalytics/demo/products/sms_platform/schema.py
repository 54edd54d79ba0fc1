"""Tables of the SMS platform product, as far as the suite and its readers meet them.

Names and types are those of the product ``sms_platform`` (CMPP, SGIP, SMGP). ``submit`` and
``report`` hold one row a segment and are sharded by the day of submission; the numbers of each
shard begin at 1, as those of a newly made table do.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from ntanalytics.demo.store import TIME_MS, Database

_BIT = sa.SmallInteger().with_variant(mysql.BIT(1), "mysql", "mariadb")

_SUBMIT = {
    "Id": sa.BigInteger(),
    "Channel_No": sa.String(64),
    "Enterprise_No": sa.String(64),
    "Enterprise_User_Id": sa.Integer(),
    "Msg_Batch_No": sa.String(128),
    "Channel_Msg_Id": sa.String(128),
    "Sequence": sa.Integer(),
    "Is_LMS": _BIT,
    "Data_Status_Code": sa.String(11),
    "Operator": sa.String(50),
    "Content": sa.String(512),
    "Signature": sa.String(64),
    "Content_Length": sa.Integer(),
    "Province_Code": sa.String(21),
    "Phone_No": sa.String(128),
    "Protocol_Type_Code": sa.String(128),
    "Submit_Status_Code": sa.String(128),
    "Submit_Description": sa.String(128),
    "Submit_Date": TIME_MS,
    "Submit_Response_Date": TIME_MS,
    "Create_Date": TIME_MS,
}

_REPORT = {
    "Id": sa.BigInteger(),
    "Msg_Batch_No": sa.String(128),
    "Channel_Msg_Id": sa.String(128),
    "Phone_No": sa.String(128),
    "Channel_No": sa.String(128),
    "Enterprise_No": sa.String(128),
    "Enterprise_User_Id": sa.Integer(),
    "Operator": sa.String(50),
    "Province_Code": sa.String(21),
    "Content": sa.String(512),
    "Data_Status_Code": sa.String(11),
    "Sequence": sa.Integer(),
    "Protocol_Type_Code": sa.String(128),
    "Status_Code": sa.String(128),
    "Native_Status": sa.String(128),
    "Status_Date": sa.DateTime(),
    "Submit_Status_Code": sa.String(128),
    "Submit_Date": TIME_MS,
    "Create_Date": sa.DateTime(),
}

_ENTERPRISE = {
    "Id": sa.Integer(),
    "No": sa.String(128),
    "Name": sa.String(128),
    "Status": sa.String(32),
    "Create_Date": sa.DateTime(),
}

_ENTERPRISE_USER = {
    "Id": sa.Integer(),
    "Enterprise_No": sa.String(128),
    "Real_Name": sa.String(128),
    "User_Name": sa.String(128),
    "Status": sa.String(32),
    "Create_Date": sa.DateTime(),
}


def create_lookups(db: Database) -> None:
    """Create the tables of applications and of their accounts, and the base tables, which stay empty."""
    db.create("enterprise", _ENTERPRISE, key=["Id"])
    db.create("enterprise_user", _ENTERPRISE_USER, key=["Id"])
    create_shard(db, "")


def create_shard(db: Database, suffix: str) -> None:
    """Create ``submit<suffix>`` and ``report<suffix>``; an empty suffix gives the base tables.

    The index is what the product's own tables have and a reader needs: reports by batch. There is none on Submit_Date.
    """
    db.create(f"submit{suffix}", _SUBMIT, key=["Id"])
    db.create(f"report{suffix}", _REPORT, key=["Id"], indexes=[["Msg_Batch_No"]] if suffix else [])
