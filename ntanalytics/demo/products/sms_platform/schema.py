"""Tables of the SMS platform product (CMPP, SGIP, SMGP) that the suite and its readers use.

``submit`` and ``report`` hold one row a segment and are sharded by the day of submission; the ids of each shard begin
at 1, as those of a new table do.
"""

from __future__ import annotations

from dataclasses import replace

from ntanalytics.demo.store import parse_tables

#: Carriers in the order of their index in the arrays: CMPP, SGIP, SMGP.
CARRIERS = ("mobile", "unicom", "telecom")

#: Shards; the product has an index on the batch, and none on Submit_Date.
SHARDS = parse_tables("""
submit: Id* bigint, Channel_No 64, Enterprise_No 64, Enterprise_User_Id int, Msg_Batch_No 128, Channel_Msg_Id 128,
  Sequence int, Is_LMS bit, Data_Status_Code 11, Operator 50, Content 512, Signature 64, Content_Length int,
  Province_Code 21, Phone_No 128, Protocol_Type_Code 128, Submit_Status_Code 128, Submit_Description 128,
  Submit_Date time_ms, Submit_Response_Date time_ms, Create_Date time_ms
report: Id* bigint, Msg_Batch_No 128, Channel_Msg_Id 128, Phone_No 128, Channel_No 128, Enterprise_No 128,
  Enterprise_User_Id int, Operator 50, Province_Code 21, Content 512, Data_Status_Code 11, Sequence int,
  Protocol_Type_Code 128, Status_Code 128, Native_Status 128, Status_Date time, Submit_Status_Code 128,
  Submit_Date time_ms, Create_Date time; index Msg_Batch_No
""")
_LOOKUPS = parse_tables("""
enterprise: Id* int, No 128, Name 128, Status 32, Create_Date time
enterprise_user: Id* int, Enterprise_No 128, Real_Name 128, User_Name 128, Status 32, Create_Date time
""")
#: Applications, their accounts, and the base tables of the shards, which stay empty.
TABLES = (*_LOOKUPS, *(replace(table, index=()) for table in SHARDS))
