import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from ntanalytics.demo import Estate
from ntanalytics.demo.incidents.incident import Incident
from ntanalytics.demo.local_time import ZONE
from ntanalytics.demo.population.city import city_of
from ntanalytics.demo.population.units import ALIASES, NO_UNIT, UNITS
from ntanalytics.demo.products.sms_platform.database import write_sms_platform
from ntanalytics.demo.products.sms_platform.messages import segments_of
from ntanalytics.demo.store import Store
from ntanalytics.periods import Calendar, days_between

OUTAGE = ("2026-11-18 09:12:00", "2026-11-18 12:42:00")


@pytest.fixture
def database(estate: Estate) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(estate.directory / "sources/sms_platform.sqlite")) as connection:
        yield connection


def names(database: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in database.execute(f"PRAGMA table_info({table})")}


def delivered_share(database: sqlite3.Connection, operator: str, since: str, until: str) -> float:
    (share,) = database.execute(
        """
        SELECT AVG(r.Native_Status = 'DELIVRD') FROM submit_20261118 s JOIN report_20261118 r
        ON r.Msg_Batch_No = s.Msg_Batch_No AND r.Phone_No = s.Phone_No AND r.Sequence = s.Sequence
        WHERE s.Operator = ? AND s.Submit_Date >= ? AND s.Submit_Date < ?
        """,
        (operator, since, until),
    ).fetchone()
    return share


def test_segments_are_one_up_to_70_characters_and_one_per_67_beyond():
    assert segments_of(np.array([1, 70, 71, 134, 135, 201, 202])).tolist() == [1, 1, 2, 2, 3, 3, 4]


def test_there_is_a_shard_a_day_and_the_empty_base_tables(database: sqlite3.Connection):
    tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    days = [f"202611{day:02d}" for day in range(11, 23)]
    shards = {f"{table}_{day}" for table in ("submit", "report") for day in days}
    assert tables == shards | {"submit", "report", "enterprise", "enterprise_user"}
    assert database.execute("SELECT (SELECT COUNT(*) FROM submit) + (SELECT COUNT(*) FROM report)").fetchone() == (0,)


def test_the_columns_are_the_products(database: sqlite3.Connection):
    common = {"Id", "Channel_No", "Enterprise_No", "Enterprise_User_Id", "Msg_Batch_No", "Channel_Msg_Id", "Sequence"}
    own = """
        Is_LMS Operator Content Signature Content_Length Phone_No Province_Code Protocol_Type_Code Data_Status_Code
        Submit_Status_Code Submit_Description Submit_Date Submit_Response_Date Create_Date
    """
    assert names(database, "submit_20261118") >= common | set(own.split())
    assert names(database, "report_20261118") >= common | {"Phone_No", "Native_Status", "Status_Code", "Status_Date"}


def test_a_message_has_a_row_a_segment_in_sequence(database: sqlite3.Connection):
    wrong = database.execute(
        """
        SELECT COUNT(*) FROM (
            SELECT COUNT(*) AS rows_, MAX(Sequence) AS last, MIN(Sequence) AS first, MAX(Content_Length) AS length
            FROM submit_20261118 GROUP BY Msg_Batch_No, Phone_No, Data_Status_Code
            HAVING rows_ <> last OR first <> 1 OR rows_ <> CASE WHEN length <= 70 THEN 1 ELSE (length + 66) / 67 END
        )
        """
    ).fetchone()
    assert wrong == (0,)


def test_a_failed_first_attempt_has_a_second_with_the_same_recipient(database: sqlite3.Connection):
    first, second = (
        database.execute(
            "SELECT DISTINCT Msg_Batch_No, Phone_No FROM submit_20261118 WHERE Data_Status_Code = ? ORDER BY 1, 2",
            state,
        ).fetchall()
        for state in ("2", "1")
    )
    assert first == second
    assert first


def test_times_are_local_texts_and_a_shard_holds_its_own_day(database: sqlite3.Connection):
    least, greatest, longest = database.execute(
        "SELECT MIN(Submit_Date), MAX(Submit_Date), MAX(LENGTH(Submit_Date)) FROM submit_20261118"
    ).fetchone()
    assert least >= "2026-11-18 00:00:00.000"
    assert greatest < "2026-11-19"
    assert longest == len("2026-11-18 00:00:00.000")


def test_numbers_of_recipients_are_visibly_made_up_and_fit_the_carrier(database: sqlite3.Connection):
    rows = database.execute(
        """
        SELECT DISTINCT Operator, SUBSTR(Phone_No, 1, 3), SUBSTR(Phone_No, 4, 4), LENGTH(Phone_No)
        FROM submit_20261118
        """
    ).fetchall()
    assert {(middle, length) for _, _, middle, length in rows} == {("0000", 11)}
    assert {head for operator, head, _, _ in rows if operator == "sgip"} == {"130", "156", "186", "166", "196"}


def test_during_the_outage_unicom_delivers_seven_in_ten_and_the_others_as_ever(database: sqlite3.Connection):
    assert 0.55 < delivered_share(database, "sgip", *OUTAGE) < 0.82
    assert delivered_share(database, "cmpp", *OUTAGE) > 0.95
    assert delivered_share(database, "sgip", "2026-11-18 12:42:00", "2026-11-19") > 0.95


def test_on_the_day_of_the_backlog_telecoms_reports_come_hours_late(database: sqlite3.Connection):
    late = dict(
        database.execute(
            """
            SELECT Operator, AVG(JULIANDAY(Status_Date) - JULIANDAY(Submit_Date) > 1 / 24.0) FROM report_20261112
            WHERE Submit_Date BETWEEN '2026-11-12 09:30' AND '2026-11-12 14:30' GROUP BY Operator
            """
        ).fetchall()
    )
    assert 0.7 < late["smgp"] < 0.9
    assert max(late["cmpp"], late["sgip"]) < 0.05


def test_about_one_message_in_a_hundred_never_gets_a_report(database: sqlite3.Connection):
    (share,) = database.execute(
        """
        SELECT AVG(r.Id IS NULL) FROM submit_20261117 s LEFT JOIN report_20261117 r
        ON r.Msg_Batch_No = s.Msg_Batch_No AND r.Phone_No = s.Phone_No AND r.Sequence = s.Sequence
        WHERE s.Submit_Status_Code = 'success'
        """
    ).fetchone()
    assert 0.003 < share < 0.02


def test_no_report_is_later_than_the_estate(database: sqlite3.Connection):
    assert database.execute("SELECT MAX(Status_Date) < '2026-11-23' FROM report_20261122").fetchone() == (1,)


def test_accounts_carry_units_and_enterprises_carry_applications(database: sqlite3.Connection):
    found = dict(
        database.execute(
            """
            SELECT e.Name, COUNT(DISTINCT u.Real_Name)
            FROM enterprise e JOIN enterprise_user u ON u.Enterprise_No = e.No GROUP BY e.Name
            """
        ).fetchall()
    )
    assert found["公文交换"] == 330
    assert found["协同办公"] == 331  # one account is no unit's
    assert found["苏服办·南通"] == 1


def test_some_units_are_called_otherwise_and_one_account_is_no_units(database: sqlite3.Connection):
    called = {name for (name,) in database.execute("SELECT DISTINCT Real_Name FROM enterprise_user")}
    assert called - set(UNITS) <= {*ALIASES, NO_UNIT}  # some aliases are other systems'
    assert {"南通市发展和改革委员会", NO_UNIT} < called
    assert set(UNITS) - called == set(ALIASES.values())


def test_on_the_day_of_the_surge_the_hotline_sends_six_times_as_much(tmp_path: Path):
    days = days_between(dt.date(2026, 11, 2), dt.date(2026, 11, 6))
    surge = Incident(
        id="surge",
        subsystem="sms",
        kind="volume_surge",
        subject="E2002",
        start=moment(5, 9),
        end=moment(5, 17),
        severity="关注",
        description="。",
        size=6.0,
    )
    city = city_of(days, Calendar(), [surge], seed=3, scale=0.0075)
    write_sms_platform(city, Store(tmp_path))

    def sent(day: int, application: str) -> int:
        where = f"FROM submit_2026110{day} WHERE Enterprise_No = ? AND substr(Submit_Date, 12, 2) BETWEEN '09' AND '16'"
        with closing(sqlite3.connect(tmp_path / "sms_platform.sqlite")) as connection:
            ((count,),) = connection.execute(
                f"SELECT COUNT(*) FROM (SELECT DISTINCT Msg_Batch_No, Phone_No {where})", (application,)
            ).fetchall()
        return int(count)

    assert 4 < sent(5, "E2002") / sent(4, "E2002") < 9
    assert 0.7 < sent(5, "E1002") / sent(4, "E1002") < 1.4


def moment(day: int, hour: int) -> dt.datetime:
    return dt.datetime(2026, 11, day, hour, tzinfo=ZONE)
