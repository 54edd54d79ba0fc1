import json
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from ntanalytics.cli.groups import settings_file_first
from tests import warm
from tests.extraction.small_site import SmallSite

ROW = (1, "2026-11-19 09:00:00", "mobile", 1, "delivered", "2026-11-19 09:00:02")


def nta(*arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    plain = {**os.environ, "NO_COLOR": "1", "COLUMNS": "200", **environment}
    plain.pop("NTANALYTICS_CONFIG", None)
    return warm.command(*arguments, cwd=cwd, env=plain)


@pytest.fixture
def shop(tmp_path: Path) -> SmallSite:
    return SmallSite(tmp_path)


def test_init_writes_settings_and_a_ledger_to_begin_with(tmp_path: Path):
    done = nta("init", str(tmp_path / "new"))
    assert done.returncode == 0, done.stderr
    book = openpyxl.load_workbook(tmp_path / "new" / "运维台账.xlsx")
    assert {"工单", "驻场考勤", "人工检查", "运营商账单"} <= set(book.sheetnames)
    assert book["工单"].data_validations.dataValidation
    again = nta("init", str(tmp_path / "new"))
    assert again.returncode == 2
    assert "already there" in again.stderr


def test_the_contract_is_shown_for_people_and_for_machines():
    assert "sms.messages" in nta("contract").stdout
    assert "submitted_at" in nta("contract", "sms.messages").stdout
    (shown,) = json.loads(nta("contract", "sms.messages", "--json").stdout)
    assert shown["columns"][0]["name"] == "message_id"
    wrong = nta("contract", "sms.mesages")
    assert wrong.returncode == 2
    assert "did you mean 'sms.messages'" in wrong.stderr


def test_extract_fills_the_lake_and_says_how_much(shop: SmallSite):
    shop.messages(
        "shop",
        ROW,
        (2, "2026-11-19 09:00:00", "satellite", 1, None, None),
        (3, "2026-11-19 09:00:00", "mobile", 0, None, None),
    )
    done = nta("--config", str(shop.config), "extract", "sms.messages", "--from", "2026-11-19", "--json")
    assert done.returncode == 0, done.stderr
    by_source = {each["source"]: each for each in json.loads(done.stdout)}
    assert by_source["shop"]["rows"] == {"2026-11-19": 2}
    ((reason, rows),) = by_source["shop"]["rejected"].items()
    assert ("segments" in reason, rows) == (True, 1)
    assert by_source["shop"]["unknown_values"] == {"carrier": {"satellite": 1}}
    said = nta("--config", str(shop.config), "extract", "sms.messages", "--from", "2026-11-19").stdout
    assert "1 rejected: 计费条数（segments）小于 1" in said
    assert "1 with a word of carrier that is not known, kept without it: satellite 1" in said


def test_a_failed_source_is_told_and_has_its_exit_code(shop: SmallSite):
    shop.messages("shop", ROW)
    (shop.folder / "twin.sqlite").unlink()
    done = nta("--config", str(shop.config), "extract", "sms.messages", "--from", "2026-11-19")
    assert done.returncode == 5
    as_json = nta("--config", str(shop.config), "extract", "sms.messages", "--from", "2026-11-19", "--json")
    assert [bool(each["error"]) for each in json.loads(as_json.stdout)] == [False, True]
    assert "twin" in done.stderr
    assert "no such SQLite file" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["extract", "--from", "19 November"], 2, "is not a day"),
        (["extract", "--from", "2026-11-19", "--to", "2026-11-18"], 2, "is before"),
        (["run", "sms_volum", "--period", "2026-W47"], 2, "did you mean 'sms_volume'"),
        (["run", "../../etc/passwd", "--period", "2026-W47"], 2, "unknown report"),
        (["run", "sms_volume", "--period", "2026-W99"], 2, "no period '2026-W99'"),
        (["run", "daily_inspection", "--period", "2026-W47"], 2, "is a week"),
        (["run", "sms_volume", "--period", "2026-W47", "-p", "carier=x"], 2, "unknown parameter 'carier'"),
        (["run", "sms_volume", "--period", "2026-W47", "-p", "carrier"], 2, "NAME=VALUE"),
        (["run", "sms_volume", "--period", "2026-W47", "--each-unit"], 2, "no parameter `unit`"),
        (["run", "oa_adoption", "--period", "2026-W47", "--each-unit", "-p", "unit=x"], 2, "--each-unit means all"),
        (["run", "oa_adoption", "--period", "2026-W47", "-p", "edition=x"], 2, "one of"),
    ],
)
def test_a_wrong_argument_is_refused_with_words_and_a_code(shop: SmallSite, arguments: list[str], code: int, said: str):
    done = nta("--config", str(shop.config), *arguments)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr
    assert not (shop.folder / "outputs").exists()


def test_wrong_settings_have_their_own_code(tmp_path: Path):
    done = nta("history", cwd=tmp_path)
    assert done.returncode == 3
    assert "ntanalytics init" in done.stderr


@pytest.mark.parametrize("place", ["before", "behind", "between", "joined"])
def test_the_settings_file_is_named_before_or_after_the_command(shop: SmallSite, place: str):
    named = ["--config", str(shop.config)]
    arguments = {
        "before": [*named, "history", "--json"],
        "behind": ["history", "--json", *named],
        "between": ["history", *named, "--json"],
        "joined": ["history", f"--config={shop.config}", "--json"],
    }[place]
    done = nta(*arguments, cwd=shop.folder.parent)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_a_settings_file_that_is_not_named_is_asked_for():
    done = nta("history", "--config")
    assert (done.returncode, "requires an argument" in done.stderr) == (2, True), done.stderr


def test_behind_two_dashes_all_belongs_to_the_command():
    assert settings_file_first(["run", "a", "--", "--config", "b"]) == ["run", "a", "--", "--config", "b"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "sms_volume", "--period", "2026-W47"),
        ("run", "oa_adoption", "--period", "2026-W47", "--each-unit"),
        ("extract", "--from", "2026-11-19"),
    ],
)
def test_without_a_source_nothing_is_extracted_and_no_report_is_issued(tmp_path: Path, arguments: tuple[str, ...]):
    config = tmp_path / "ntanalytics.yml"
    config.write_text("", encoding="utf-8")
    done = nta("--config", str(config), *arguments)
    assert (done.returncode, "no source is configured" in done.stderr) == (3, True), done.stderr
    assert f"{config}: sources" in done.stderr
    assert not (tmp_path / "outputs").exists()


def test_an_empty_history_is_an_empty_list(shop: SmallSite):
    assert json.loads(nta("--config", str(shop.config), "history", "--json").stdout) == []


def test_every_command_teaches_with_an_example():
    for command in ("init", "contract", "extract", "run", "verify", "history", "demo", "schedule", "run-due"):
        shown = nta(command, "--help").stdout
        assert "Example: ntanalytics" in shown, command


def test_a_command_ends_with_its_exit_code_and_without_freeing_what_it_holds():
    held = (
        "import sys\n"
        "class Held:\n"
        "    def __del__(self): print('freed')\n"
        "sys.held = Held()\n"
        "import atexit; atexit.register(lambda: print('exit function'))\n"
        "sys.argv = ['ntanalytics', 'contract', sys.argv[1], '--json']\n"
        "from ntanalytics.__main__ import run; run()"
    )

    def ended(dataset: str) -> tuple[int, str]:
        done = subprocess.run([sys.executable, "-c", held, dataset], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.splitlines()[-1]

    assert ended("sms.messages") == (0, "exit function")
    assert ended("no.such") == (2, "exit function")


def test_output_that_could_not_be_written_is_no_success():
    program = "import sys; sys.stdout.write('said'); from ntanalytics.process_end import end_process; end_process(0)"
    with Path("/dev/full").open("w") as full:
        buffered = {**os.environ, "PYTHONUNBUFFERED": ""}
        done = subprocess.run([sys.executable, "-c", program], stdout=full, env=buffered, check=False)
    assert done.returncode == 120
