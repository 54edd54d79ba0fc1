import pytest

from ntanalytics import terminal
from ntanalytics.terminal import plain


def test_what_a_terminal_would_obey_is_written_out():
    assert plain("\x1b[31m红\x07") == "\\x1b[31m红\\x07"
    assert plain("\u202e反\u2028") == "\\u202e反\\u2028"
    assert plain("两行\n单位😀") == "两行\n单位😀"


def test_square_brackets_from_outside_are_text_and_no_markup(capsys: pytest.CaptureFixture[str]):
    terminal.say("[red]单位[/red] [/]")
    terminal.complain("[/]")
    terminal.show_table(("a",), [("[/] [bold]x",)])
    shown = capsys.readouterr()
    assert "[red]单位[/red] [/]" in shown.out
    assert "[/] [bold]x" in shown.out
    assert "[/]" in shown.err
