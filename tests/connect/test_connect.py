"""Looking, drafting and checking, on SQLite, logs and workbooks; the document's test does it on a real MariaDB."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.catalog import Product, load_product
from ntanalytics.connect import ConnectionReport, ConnectionRequest, connect
from ntanalytics.connect.draft_check import loadable_copy
from ntanalytics.contract import DATASETS
from ntanalytics.errors import NtaError, SourceError, SourceRefused, SourceUnreachable, UnknownName, UsageError
from tests.test_cli import nta

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = dt.date(2026, 11, 24)
CANARY = "CANARY-that-nobody-may-read"
LOGINS = """
CREATE TABLE sys_logininfor (
    info_id INTEGER PRIMARY KEY, login_time DATETIME, user_id VARCHAR(20), login_type VARCHAR(10), status VARCHAR(10),
    ipaddr VARCHAR(40), user_name VARCHAR(40), password VARCHAR(40),
    phonenumber VARCHAR(40), msg VARCHAR(200), bianhao VARCHAR(40)
)
"""


def run(name: str, target: str, folder: Path, *datasets: str, **given: Any) -> ConnectionReport:
    request = ConnectionRequest(
        name=name, targets=[target], folder=folder / "queries", datasets=datasets, zone=ZONE, today=TODAY, **given
    )
    return connect(request, lambda what, rows: None)


def database(folder: Path, *statements: str) -> str:
    folder.mkdir(exist_ok=True)
    url = f"sqlite:///{folder}/product.sqlite"
    engine = sa.create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()
    return url


def logins(folder: Path) -> str:
    rows = ", ".join(
        f"({n}, '2026-11-20 09:00:0{n}', 'u{n}', '{kind}', '{how}', '10.0.0.{n}', "
        f"'{CANARY}', '{CANARY}', '{CANARY}', '{CANARY}', '1391234567{n}')"
        for n, kind, how in ((1, "pwd", "success"), (2, "ukey", "fail"), (3, "dragon", "success"))
    )
    return database(folder, LOGINS, f"INSERT INTO sys_logininfor VALUES {rows}")


def states(found: ConnectionReport, dataset: str = "identity.logins") -> dict[str, str]:
    return {column.name: column.state for each in found.datasets if each.dataset == dataset for column in each.columns}


def everything(found: ConnectionReport) -> str:
    return str(found.as_data()) + "".join(
        path.read_text(encoding="utf-8") for path in found.folder.iterdir() if path.is_file()
    )


def test_a_table_is_proposed_drafted_with_every_column_and_checked(tmp_path: Path):
    found = run("wangban", logins(tmp_path), tmp_path)
    assert [(proposal.dataset.name, proposal.table.name) for proposal in found.proposals] == [
        ("identity.logins", "sys_logininfor")
    ]
    with loadable_copy(found.folder) as (copy, open_words):
        assert open_words == {"method.csv": ["dragon"]}
        mapping = load_product(copy).mapping("identity.logins")
    assert mapping.times["logged_in_at"] == "naive"
    assert dict(mapping.translations["outcome"]) == {"fail": "failure", "success": "success"}
    selected = {column.name for column in DATASETS["identity.logins"].mapped if f" AS {column.name}" in mapping.sql}
    assert mapping.absent == {"reason", "terminal"}
    assert selected == {column.name for column in DATASETS["identity.logins"].mapped} - mapping.absent
    assert states(found) == {
        "login_id": "ok",
        "logged_in_at": "ok",
        "account_id": "ok",
        "method": "words",
        "outcome": "ok",
        "reason": "empty",
        "terminal": "empty",
        "address_hash": "ok",
    }
    assert not found.fits
    (state,) = found.datasets
    assert (state.days, state.rows, state.rejected) == (
        (dt.date(2026, 11, 20),) * 2,
        3,
        0,
    )  # the login with the open word is another method's


def test_what_is_missing_is_said_until_it_fits_and_an_edited_draft_is_never_overwritten(tmp_path: Path):
    url = logins(tmp_path)
    first = run("wangban", url, tmp_path)
    words = first.folder / "method.csv"
    words.write_text(words.read_text(encoding="utf-8").replace("TODO", "other"), encoding="utf-8")
    before = {path.name: path.read_bytes() for path in first.folder.iterdir()}
    second = run("wangban", url, tmp_path)
    assert second.fits
    assert second.datasets[0].rows == 3
    assert not second.written
    assert {path.name: path.read_bytes() for path in first.folder.iterdir()} == before
    assert f"url: {url}" in second.snippet


def test_what_is_judged_secret_is_never_sampled(tmp_path: Path):
    url = logins(tmp_path)
    asked: list[str] = []
    engine_execute = sa.event.listens_for(sa.Engine, "before_cursor_execute")

    def listen(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        asked.append(statement)

    engine_execute(listen)
    try:
        found = run("wangban", url, tmp_path)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", listen)
    assert CANARY not in everything(found)
    assert "1391234567" not in everything(found)
    assert found.hidden == {"sys_logininfor": ["user_name", "password", "phonenumber", "msg"]}
    assert found.values_read == {"sys_logininfor": ["login_type", "status"]}
    # A draft's comments name what is not looked at; what stands outside comments is what is read.
    bare = [re.sub(r"/\*.*?\*/|--[^\n]*", "", statement, flags=re.DOTALL) for statement in asked]
    samples = [statement for statement in bare if "FROM sys_logininfor" in statement]
    assert samples
    for name in ("user_name", "password", "phonenumber", "msg", "bianhao"):  # nothing needs bianhao
        assert not any(name in statement for statement in samples)


def test_a_column_that_every_row_must_have_and_the_window_are_named(tmp_path: Path):
    url = database(
        tmp_path, "CREATE TABLE login_log (id INTEGER PRIMARY KEY, uid TEXT)", "INSERT INTO login_log VALUES (1, 'a')"
    )
    found = run("tiny", url, tmp_path, "identity.logins")
    assert states(found)["logged_in_at"] == states(found)["method"] == "missing"
    assert "nothing can be read" in found.datasets[0].problems[0]
    assert not found.fits


def test_an_empty_table_proves_nothing(tmp_path: Path):
    found = run("wangban", database(tmp_path, LOGINS), tmp_path)
    assert not found.fits
    assert "nothing is proven" in found.datasets[0].problems[0]


def test_hostile_names_stay_names(tmp_path: Path):
    hostile = 'login"; DROP TABLE x; -- \n*/ :since'
    quoted = '"' + hostile.replace('"', '""') + '"'
    url = database(
        tmp_path,
        f"CREATE TABLE {quoted} (id INTEGER PRIMARY KEY, login_time DATETIME, {quoted.replace('login', 'x')} TEXT, "
        '"../type" TEXT, login_type TEXT, status TEXT)',
        f"INSERT INTO {quoted} VALUES (1, '2026-11-20 09:00:00', 'x', 'y', 'pwd', 'ok')",
    )
    found = run("hostile", url, tmp_path, "identity.logins")
    assert found.problem == ""
    assert (found.datasets[0].rows, found.fits) == (1, True)
    assert sorted(path.name for path in found.folder.iterdir()) == [
        "identity.logins.sql",
        "method.csv",
        "outcome.csv",
        "source.yml",
    ]


@pytest.mark.parametrize("name", ["../evil", "a/b", "/tmp", "", ".", "Evil", "a b", "x" * 60])
def test_a_name_that_is_a_path_is_refused(tmp_path: Path, name: str):
    with pytest.raises(UsageError, match="cannot be a product's name"):
        run(name, "x.log", tmp_path)
    assert not (tmp_path / "queries").exists()


def test_other_peoples_folders_and_built_in_names_are_left_alone(tmp_path: Path):
    (tmp_path / "queries" / "mine").mkdir(parents=True)
    (tmp_path / "queries" / "mine" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="no draft"):
        run("mine", "x.log", tmp_path)
    with pytest.raises(UsageError, match="built-in"):
        run("nginx", "x.log", tmp_path)


@pytest.mark.parametrize(
    ("target", "given", "kind", "said"),
    [
        ("accounts.csv", {}, UsageError, "a table as text cannot be connected"),
        ("own.db", {}, UsageError, "write sqlite:///own.db"),
        ("mysql+pymysql://r:hunter2@h/db", {}, UsageError, "holds a password"),
        ("mysql+pymysql://r@h/db", {"password": "hunter2"}, UsageError, "is not written here"),
        ("mysql+pymysql://r@127.0.0.1:9/db", {}, SourceError, "connect"),
        ("sqlite:///nowhere.sqlite", {}, SourceUnreachable, "no such SQLite file"),
        ("mongodb://h/db", {}, NtaError, "not the URL of a known database"),
        ("nowhere.log", {}, SourceUnreachable, "no file matches"),
        ("nowhere.xlsx", {}, SourceUnreachable, "cannot read the workbook"),
    ],
)
def test_what_cannot_be_reached_or_used_is_said(
    tmp_path: Path, target: str, given: dict[str, str], kind: type, said: str
):
    with pytest.raises(kind, match=said) as caught:
        run("product", target, tmp_path, **given)
    assert "hunter2" not in str(caught.value)


def test_a_database_without_a_table_and_an_unknown_dataset_are_said(tmp_path: Path):
    url = database(tmp_path)
    (tmp_path / "product.sqlite").touch()
    assert "nothing in it" in run("empty", url, tmp_path).problem
    with pytest.raises(UnknownName, match=r"did you mean 'identity.logins'"):
        run("empty", url, tmp_path, "identity.login")


def log(folder: Path, text: str, name: str = "auth.log") -> str:
    data = text.encode("utf-8")
    (folder / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return str(folder / name)


JSON_LINES = "".join(
    f'{{"time": "2026-11-20 09:00:0{n}", "uid": "u{n}", "ip": "10.0.0.{n}", "authType": "pwd", "result": "OK", '
    f'"token": "{CANARY}"}}\n'
    for n in range(3)
)
PAIRS = "".join(
    f"2026-11-20 09:00:0{n} INFO uid=u{n} ip=10.0.0.{n} way=pwd result=OK phone=1391234567{n}\n" for n in range(3)
)
DELIMITED = "time|uid|ip|way|result|password\n" + "".join(
    f"2026-11-20 09:00:0{n}|u{n}|10.0.0.{n}|pwd|OK|{CANARY}\n" for n in range(3)
)


@pytest.mark.parametrize(
    ("text", "name", "form", "fits"),
    [
        (JSON_LINES, "auth.log", "JSON", True),
        (PAIRS, "auth.log", "key=value", True),
        (PAIRS, "auth.log.gz", "key=value", True),
        (DELIMITED, "auth.log", "delimited by |", False),  # its header is a line that is no login
    ],
)
def test_the_form_of_a_log_is_recognised(tmp_path: Path, text: str, name: str, form: str, fits: bool):
    found = run("portal", log(tmp_path, text, name), tmp_path, "identity.logins")
    assert found.remarks == (f"its lines are {form}",)
    (state,) = found.datasets
    assert (state.rows, state.rejected) == (3, 0 if fits else 1)
    assert found.fits is fits
    assert CANARY not in everything(found)
    assert "1391234567" not in everything(found)


def test_an_access_log_is_left_to_the_built_in_product(tmp_path: Path):
    line = '10.0.0.1 - - [20/Nov/2026:09:00:00 +0800] "GET / HTTP/1.1" 200 12\n'
    found = run("web", log(tmp_path, line * 3), tmp_path)
    assert "the built-in product nginx reads it" in found.remarks[0]
    assert not found.written
    assert not found.fits


@pytest.mark.parametrize("content", [bytes(range(256)) * 50, b"\0" * 5000])
def test_a_binary_file_is_no_log(tmp_path: Path, content: bytes):
    (tmp_path / "a.log").write_bytes(content)
    with pytest.raises(SourceRefused, match="no text"):
        run("binary", str(tmp_path / "a.log"), tmp_path)


def test_an_empty_log_is_said(tmp_path: Path):
    with pytest.raises(SourceRefused, match="no line in it"):
        run("empty", log(tmp_path, "\n\n"), tmp_path)


def test_a_title_above_the_column_names_of_a_workbook_is_told(tmp_path: Path):
    book = openpyxl.Workbook()
    book.active.title = "短信账单"
    for row in (["2026年短信账单"], [], ["账期", "运营商", "账单条数"], ["2026-10-01", "中国移动", 1200]):
        book.active.append(row)
    book.save(tmp_path / "账单.xlsx")
    with pytest.raises(SourceRefused, match="the column names of sheet 短信账单 are not in its first row"):
        run("bills", str(tmp_path / "账单.xlsx"), tmp_path)


def test_a_workbook_is_recognised_by_the_contracts_chinese_words(tmp_path: Path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "短信账单"
    sheet.append(["账期", "运营商", "账单条数", "账单金额", "联系电话"])
    sheet.append(["2026-10-01", "中国移动", 1200, 48.5, "13912345678"])
    sheet.append(["2026-10-01", "电信", 100, "=48/2", "13912345679"])  # no program has computed it yet
    book.create_sheet("空")
    book.save(tmp_path / "账单.xlsx")
    book.close()
    found = run("bills", str(tmp_path / "账单.xlsx"), tmp_path, days=(dt.date(2026, 10, 1), dt.date(2026, 10, 31)))
    assert [(proposal.dataset.name, proposal.table.name) for proposal in found.proposals] == [("sms.bills", "短信账单")]
    with (found.folder / "carrier.csv").open(encoding="utf-8", newline="") as lines:
        assert {row["theirs"]: row["ours"] for row in csv.DictReader(lines)} == {
            "中国移动": "mobile",
            "电信": "telecom",
        }
    assert any("账单金额的公式没有保存计算结果" in problem for problem in found.datasets[0].problems)
    assert (found.datasets[0].rows, found.datasets[0].rejected) == (1, 1)
    assert "1391234567" not in everything(found)


def test_the_command_ends_with_4_until_it_fits_and_speaks_to_machines(tmp_path: Path):
    log(tmp_path, PAIRS)
    fine = nta("connect", "portal", "auth.log", "--dataset", "identity.logins", "--json", cwd=tmp_path)
    assert fine.returncode == 0, fine.stderr
    told = json.loads(fine.stdout)
    assert (told["fits"], told["datasets"][0]["rows"]) == (True, 3)
    (tmp_path / "queries" / "portal" / "outcome.csv").write_text("theirs,ours\nOK,TODO\n", encoding="utf-8")
    missing = nta("connect", "portal", "auth.log", cwd=tmp_path)
    assert missing.returncode == 4
    assert "no word of ours yet for OK" in missing.stdout
    (tmp_path / "queries" / "portal" / "outcome.csv").write_text("theirs,ours\nOK,fine\n", encoding="utf-8")
    wrong = nta("connect", "portal", "auth.log", cwd=tmp_path)
    assert wrong.returncode == 4
    assert "queries/portal/outcome.csv:2: unknown outcome 'fine'" in wrong.stderr
    refused = nta("connect", "Portal!", "auth.log", cwd=tmp_path)
    assert refused.returncode == 2
    assert "Example: ntanalytics connect" in nta("connect", "--help").stdout


def test_map_check_shows_a_wrong_expression_by_the_shape_of_the_lines(tmp_path: Path):
    log(tmp_path, PAIRS + "2026-11-20 09:00:09 \x1b]0;evil\x07 uid=张三 ip=10.0.0.9 way=pwd\n")
    settings = "queries: queries\nsources:\n  portal: {product: portal, paths: [auth.log]}\n"
    (tmp_path / "ntanalytics.yml").write_text(settings, encoding="utf-8")
    nta("connect", "portal", "auth.log", "--dataset", "identity.logins", cwd=tmp_path)
    sql = tmp_path / "queries" / "portal" / "identity.logins.sql"
    header, _, _ = (
        sql.read_text(encoding="utf-8")
        .replace("- reason\n- terminal\n", "")
        .replace("absent:\n", "")
        .partition("WITH ")
    )
    sql.write_text(
        header
        + r"""WITH parted AS (
    SELECT file, line_no, regexp_extract(line, '^(\S+ \S+) INFO uid=(\w+) ip=(\S+)', ['moment', 'uid', 'ip']) AS part
    FROM lines
)
SELECT file || ':' || line_no AS login_id, try_cast(part.moment AS TIMESTAMP) AS logged_in_at, part.uid AS account_id,
    'pwd' AS method, 'OK' AS outcome, NULL AS reason, NULL AS terminal, part.ip AS address_hash
FROM parted WHERE logged_in_at >= :since AND logged_in_at < :until
""",
        encoding="utf-8",
    )
    done = nta("map", "check", "portal", "--from", "2026-11-20", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "1 of 4 lines (25.0%) match no regular expression of the mapping:" in done.stdout
    assert r"auth.log:4: 0000-00-00 00:00:00 \x1b]0;aaaa\x07 aaa=字字 aa=00.0.0.0 aaa=aaa" in done.stdout


ACCOUNTS = "CREATE TABLE {} (user_id INTEGER PRIMARY KEY, dept_id INTEGER, {}, del_flag CHAR(1), create_time DATETIME)"


def accounts(folder: Path, flag: str, few: str, many: str, *more: str) -> str:
    """A table of accounts: 2 rows with one value of a flag, 8 with the other one, of which one is deleted."""
    flags = [(n, few if n < 3 else many, 2 if n == 9 else 0) for n in range(1, 11)]
    rows = ", ".join(f"({n}, 7, '{is_set}', '{gone}', '2026-11-{10 + n} 09:00:00')" for n, is_set, gone in flags)
    table = ACCOUNTS.format("sys_user", f"{flag} VARCHAR(10)")
    return database(folder, table, f"INSERT INTO sys_user VALUES {rows}", *more)


def open_todos(found: ConnectionReport) -> str:
    return " ".join(problem for state in found.datasets for problem in state.problems)


def test_a_flag_without_a_meaning_is_shown_with_its_rows_and_left_to_the_user(tmp_path: Path):
    found = run("hr", accounts(tmp_path, "status", "1", "0"), tmp_path, "identity.accounts")
    sql = (found.folder / "identity.accounts.sql").read_text(encoding="utf-8")
    assert "-- its values: 0: 8 rows, 1: 2 rows" in sql
    assert "identity.accounts.sql:" in open_todos(found)
    assert not found.fits


def test_an_inverted_flag_never_fits_until_the_user_is_sure(tmp_path: Path):
    url = accounts(tmp_path, "enabled", "1", "0", "UPDATE sys_user SET del_flag = '1' WHERE del_flag = '2'")
    found = run("hr", url, tmp_path, "identity.accounts")
    assert "only 2 of 10 rows would be 启用" in open_todos(found)
    assert states(found, "identity.accounts")["is_enabled"] == "doubtful"
    assert not found.usable
    sql = found.folder / "identity.accounts.sql"
    edited = re.sub(r"-- TODO: only[^\n]*", "-- sure: is_enabled", sql.read_text(encoding="utf-8"))
    sql.write_text(edited, encoding="utf-8")
    sure = run("hr", url, tmp_path, "identity.accounts")
    assert sure.fits
    (problem,) = [column.problem for column in sure.datasets[0].columns if column.name == "is_enabled"]
    assert problem == "yes: 2 rows, no: 7"  # one of the eight is deleted


def test_a_flag_that_says_no_is_turned_and_deleted_rows_are_left_out(tmp_path: Path):
    found = run("hr", accounts(tmp_path, "is_locked", "1", "0"), tmp_path, "identity.accounts")
    sql = (found.folder / "identity.accounts.sql").read_text(encoding="utf-8")
    assert "CASE is_locked WHEN '0' THEN 1 WHEN '1' THEN 0 END AS is_enabled" in sql
    assert "-- TODO: del_flag marks deleted rows (0: 9 rows, 2: 1 rows)" in sql  # nothing says what 2 means
    url = accounts(tmp_path / "b", "is_locked", "1", "0", "UPDATE sys_user SET del_flag = '1' WHERE del_flag = '2'")
    found = run("hr-b", url, tmp_path, "identity.accounts")
    assert "WHERE del_flag = '0'" in (found.folder / "identity.accounts.sql").read_text(encoding="utf-8")
    assert (found.fits, found.datasets[0].rows) == (True, 9)


def test_the_table_with_new_rows_is_chosen_and_the_others_are_told(tmp_path: Path):
    old = ACCOUNTS.format("sys_user_bak", "enabled VARCHAR(10)")
    empty = ACCOUNTS.format("sys_user_his", "enabled VARCHAR(10)")
    url = accounts(tmp_path, "enabled", "0", "1", old, empty, "CREATE TABLE menu (id INTEGER PRIMARY KEY)")
    found = run("hr", url, tmp_path, "identity.accounts")
    assert [proposal.table.name for proposal in found.proposals] == ["sys_user"]
    assert found.tables["sys_user"] == "used for identity.accounts"
    assert "0 rows" in found.tables["sys_user_his"]
    assert found.tables["menu"]
    named = run("hr-b", url, tmp_path, "identity.accounts", tables=["sys_user_his"])
    assert [proposal.table.name for proposal in named.proposals] == ["sys_user_his"]
    with pytest.raises(UnknownName, match="did you mean 'sys_user'"):
        run("hr-c", url, tmp_path, "identity.accounts", tables=["sys_users"])


def test_words_of_a_pair_epochs_with_zeros_and_withdrawn_cases_are_proposed(tmp_path: Path):
    url = database(
        tmp_path,
        "CREATE TABLE login_event (id INTEGER PRIMARY KEY, event_time BIGINT, login_type TEXT, result TEXT)",
        "INSERT INTO login_event VALUES (1, 1795136400000, 'pwd', 'LOGIN'), (2, 1795136401000, 'pwd', 'LOGIN_ERROR')",
        "CREATE TABLE ticket (id INTEGER PRIMARY KEY, created BIGINT, closed BIGINT, updated BIGINT, is_deleted INT)",
        "INSERT INTO ticket VALUES (1, 1795136400, 0, 1795136400, 0), (2, 1795136400, 1795136500, 1795136500, 1)",
    )
    found = run("portal", url, tmp_path, "identity.logins", "desk.tickets")
    product = load_product_without_words(found)
    logins, tickets = product.mapping("identity.logins"), product.mapping("desk.tickets")
    assert logins.times["logged_in_at"] == "epoch_ms"
    assert dict(logins.translations["outcome"]) == {"LOGIN": "success", "LOGIN_ERROR": "failure"}
    assert tickets.times["closed_at"] == "epoch_s"
    assert "NULLIF(closed, 0) AS closed_at" in tickets.sql
    assert "CASE WHEN NOT (is_deleted = 0) THEN '已删除' END AS withdrawn_because" in tickets.sql


def load_product_without_words(found: ConnectionReport) -> Product:
    with loadable_copy(found.folder) as (copy, _):
        return load_product(copy)


def test_settings_are_told_as_soon_as_rows_can_be_taken(tmp_path: Path):
    found = run("wangban", logins(tmp_path), tmp_path)
    assert (found.fits, found.usable) == (False, ("identity.logins",))
    assert "product: wangban" in found.snippet
    url = accounts(tmp_path / "b", "is_locked", "1", "0", "UPDATE sys_user SET del_flag = '0'", LOGINS)
    both = run("hr", url, tmp_path)
    assert both.usable == ("identity.accounts",)
    assert "datasets:\n    - identity.accounts" in both.snippet


def test_a_table_of_words_in_gbk_is_read_with_its_open_words(tmp_path: Path):
    url = logins(tmp_path)
    home = run("wangban", url, tmp_path).folder
    (home / "method.csv").write_bytes("theirs,ours,说明\npwd,password,口令\nukey,ca,\ndragon,TODO,龙\n".encode("gbk"))
    found = run("wangban", url, tmp_path)
    assert states(found)["method"] == "words"
    (home / "method.csv").write_bytes("theirs,ours,说明\npwd,password,口令\nukey,ca,\ndragon,other,龙\n".encode("gbk"))
    assert run("wangban", url, tmp_path).fits


def test_a_mistake_in_an_edited_draft_is_told_with_its_line(tmp_path: Path):
    url = logins(tmp_path)
    file = run("wangban", url, tmp_path).folder / "identity.logins.sql"
    sql = file.read_text(encoding="utf-8").replace("info_id AS login_id", "info_idd AS login_id")
    file.write_text(sql, encoding="utf-8")
    line = 1 + sql[: sql.index("info_idd AS")].count("\n")
    assert f"identity.logins.sql:{line}: no such column: info_idd" in open_todos(run("wangban", url, tmp_path))
