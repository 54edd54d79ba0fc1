import json
from collections.abc import Iterator

import click
import pytest
import structlog
import typer
from rich.cells import cell_len

from ntanalytics.cli import app, terminal
from ntanalytics.cli.groups import GROUPS
from ntanalytics.cli.program import configure
from ntanalytics.cli.tables import show_table
from ntanalytics.cli.terminal import plain


def test_what_a_terminal_would_obey_is_written_out():
    assert plain("\x1b[31m红\x07") == "\\x1b[31m红\\x07"
    assert plain("\u202e反\u2028") == "\\u202e反\\u2028"
    assert plain("两行\n单位😀") == "两行\n单位😀"


def test_square_brackets_from_outside_are_text_and_no_markup(capsys: pytest.CaptureFixture[str]):
    terminal.say("[red]单位[/red] [/]")
    terminal.complain("[/]")
    show_table(("a",), [("[/] [bold]x",)])
    shown = capsys.readouterr()
    assert "[red]单位[/red] [/]" in shown.out
    assert "[/] [bold]x" in shown.out
    assert "[/]" in shown.err


def test_no_message_begins_a_line_that_looks_like_ours(capsys: pytest.CaptureFixture[str]):
    terminal.say("\nshop: failed\nerror: forged\r\n  → look there")
    terminal.complain("no answer\nerror: forged")
    shown = capsys.readouterr()
    assert shown.out == "\nshop: failed\n  error: forged\\r\n  → look there\n"
    assert shown.err == "no answer\n  error: forged\n"


def test_what_is_said_to_a_machine_is_json_that_no_terminal_obeys(capsys: pytest.CaptureFixture[str]):
    said = {"单位": "\x1b[2J\x9b31m\u202e甲\ud800\U000e0041\n[red]", "n": [1, None]}
    terminal.show_json(said)
    shown = capsys.readouterr().out
    assert json.loads(shown) == said
    assert "单位" in shown
    assert not [each for each in shown if each != "\n" and not each.isprintable()]


@pytest.fixture
def log_put_back() -> Iterator[None]:
    yield
    structlog.reset_defaults()


@pytest.mark.usefixtures("log_put_back")
def test_an_event_is_one_line_of_the_log(capsys: pytest.CaptureFixture[str]):
    configure(typer.Context(click.Command("x")), None)  # as every command sets it up
    structlog.get_logger().warning("failed", error="x\n2026-11-20 [critical ] forged\x1b[2J\u202e", rows=3)
    [line] = capsys.readouterr().err.splitlines()
    assert line.isprintable()
    assert "2026-11-20 [critical ] forged" in line
    assert "rows=3" in line


def test_a_table_fits_and_keeps_every_cell_whole(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(terminal.out, "width", 40)
    path = "/srv/site/outputs/weekly_service_report/2026-W47"
    show_table(("when", "what", "folder"), [("2026-11-23", "周报", path), ("2026-11-22", "日报", "")])
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].split() == ["when", "what"]
    assert path in [line.strip() for line in shown]
    assert shown[-1].split() == ["2026-11-22", "日报"]


def test_columns_of_chinese_stand_beneath_one_another(capsys: pytest.CaptureFixture[str]):
    show_table(("a", "b"), [("数据", "1"), ("ab", "2")])
    _, _, first, second = capsys.readouterr().out.splitlines()
    assert cell_len(first.partition("1")[0]) == cell_len(second.partition("2")[0])


def test_every_command_stands_in_one_group():
    registered = [command.name or command.callback.__name__ for command in app.registered_commands]
    groups = [group.name for group in app.registered_groups]
    assert sorted(name for names in GROUPS.values() for name in names) == sorted([*registered, *groups])


def test_on_a_terminal_what_stands_beneath_a_row_is_folded(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(terminal.out, "width", 30)
    monkeypatch.setattr(type(terminal.out), "is_terminal", True)
    show_table(("a", "b", "why"), [("1", "", "短信 " * 20)], details=("why",))
    heads, _, row, *beneath = capsys.readouterr().out.splitlines()
    assert (heads.split(), row) == (["a"], "1")  # a column without a value is left out
    assert [cell_len(line) <= 30 for line in beneath] == [True] * len(beneath)
    assert "".join(beneath).count("短信") == 20
