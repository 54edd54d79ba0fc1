"""Tables of the SMS platform product, as far as the suite and its readers meet them.

Names and types are those of the product ``sms_platform`` (CMPP, SGIP, SMGP); the definitions are
written here for embedded SQLite. ``submit`` and ``report`` hold one row a segment and are sharded
by the day of submission; the numbers of each shard begin at 1, as those of a newly made table do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_SUBMIT = """
CREATE TABLE {name} (
    Id INTEGER PRIMARY KEY, Channel_No varchar(64), Enterprise_No varchar(64), Enterprise_User_Id int NOT NULL,
    Msg_Batch_No varchar(128), Channel_Msg_Id varchar(128), Sequence int, Is_LMS bit NOT NULL,
    Data_Status_Code varchar(11) DEFAULT '0', Operator varchar(50), Content varchar(512) NOT NULL,
    Signature varchar(64), Content_Length int, Province_Code varchar(21), Phone_No varchar(128),
    Protocol_Type_Code varchar(128), Submit_Status_Code varchar(128), Submit_Description varchar(128),
    Submit_Date datetime, Submit_Response_Date datetime, Create_Date datetime NOT NULL
)
"""

_REPORT = """
CREATE TABLE {name} (
    Id INTEGER PRIMARY KEY, Msg_Batch_No varchar(128), Channel_Msg_Id varchar(128), Phone_No varchar(128),
    Channel_No varchar(128), Enterprise_No varchar(128), Enterprise_User_Id int, Operator varchar(50),
    Province_Code varchar(21), Content varchar(512) NOT NULL, Data_Status_Code varchar(11) DEFAULT '0', Sequence int,
    Protocol_Type_Code varchar(128), Status_Code varchar(128), Native_Status varchar(128), Status_Date datetime,
    Submit_Status_Code varchar(128), Submit_Date datetime NOT NULL, Create_Date datetime NOT NULL
)
"""

#: What the product's own tables index and a reader needs: reports by batch. There is none on Submit_Date.
_REPORT_INDEX = "CREATE INDEX {name}_batch ON {name} (Msg_Batch_No)"

LOOKUPS = (
    """
CREATE TABLE enterprise (
    Id INTEGER PRIMARY KEY, No varchar(128), Name varchar(128), Status varchar(32), Create_Date datetime
)
""",
    """
CREATE TABLE enterprise_user (
    Id INTEGER PRIMARY KEY, Enterprise_No varchar(128), Real_Name varchar(128), User_Name varchar(128),
    Status varchar(32), Create_Date datetime
)
""",
)

#: The columns that differ from row to row, in the order in which :mod:`ntanalytics.demo.sms` gives them.
SUBMIT_COLUMNS = (
    "Id", "Channel_No", "Enterprise_No", "Enterprise_User_Id", "Msg_Batch_No", "Channel_Msg_Id", "Sequence",
    "Is_LMS", "Data_Status_Code", "Operator", "Content", "Signature", "Content_Length", "Phone_No",
    "Submit_Status_Code", "Submit_Description", "Submit_Date", "Submit_Response_Date", "Create_Date",
)  # fmt: skip
REPORT_COLUMNS = (
    "Id", "Msg_Batch_No", "Channel_Msg_Id", "Phone_No", "Channel_No", "Enterprise_No", "Enterprise_User_Id",
    "Operator", "Content", "Data_Status_Code", "Sequence", "Status_Code", "Native_Status", "Status_Date",
    "Submit_Date", "Create_Date",
)  # fmt: skip

_INSERT = "INSERT INTO {name} ({columns}, {constants}) VALUES ({marks}, {values})"


def shard_tables(suffix: str) -> tuple[str, ...]:
    """Statements that create ``submit<suffix>`` and ``report<suffix>``; an empty suffix gives the base tables."""
    return (_SUBMIT.format(name=f"submit{suffix}"), _REPORT.format(name=f"report{suffix}"))


def shard_index(suffix: str) -> str:
    """The statement that creates the report's index; after the rows, which is faster."""
    return _REPORT_INDEX.format(name=f"report{suffix}")


def insertion(table: str, columns: Sequence[str], constants: Mapping[str, str]) -> str:
    """An INSERT of bound ``columns`` and of ``constants``, whose values are this module's callers' own words."""
    return _INSERT.format(
        name=table,
        columns=", ".join(columns),
        constants=", ".join(constants),
        marks=", ".join("?" * len(columns)),
        values=", ".join(f"'{value}'" for value in constants.values()),
    )
