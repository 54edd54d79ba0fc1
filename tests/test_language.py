from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from typer.main import get_command

from ntanalytics.cli.help_texts import translate_help
from ntanalytics.cli.program import app
from ntanalytics.errors import SettingsError, UnknownName
from ntanalytics.language import CHINESE, ENGLISH, VARIABLES, language, tr
from tests.test_cli import nta

SILENT = dict.fromkeys(VARIABLES, "")


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, ENGLISH),
        ({"LANG": "zh_CN.UTF-8"}, CHINESE),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "C"}, ENGLISH),
        ({"LANG": "C", "LC_ALL": "zh_CN"}, CHINESE),
        ({"LC_ALL": "zh_CN.UTF-8", "LANGUAGE": "en"}, ENGLISH),
        ({"LANG": "C", "LANGUAGE": "zh_CN:en"}, CHINESE),
        ({"LANG": "fr_FR.UTF-8"}, ENGLISH),
    ],
)
def test_the_environment_says_the_language(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], wanted: str
) -> None:
    for name, value in (SILENT | environment).items():
        monkeypatch.setenv(name, value)
    assert language() == wanted


def test_values_keep_their_form_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    template = "  {name}: {count:,} rejected: {reason}"
    assert tr(template, name="a", count=12000, reason="{x}") == "  a: 12,000 rejected: {x}"
    monkeypatch.setenv("LANGUAGE", CHINESE)
    assert tr(template, name="a", count=12000, reason="{x}") == "  a：12,000 行不合格：{x}"
    assert tr("no such message") == "no such message"


def test_an_error_says_in_chinese_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", CHINESE)
    error = UnknownName("dataset", "sms.mesages", ["sms.messages"], where="sources.sms")
    problem, remedy = str(error).split("\n  → ")
    assert problem.startswith("sources.sms: ")
    assert "'sms.mesages' 的数据集" in problem
    assert ("known" not in remedy, "'sms.messages'" in remedy) == (True, True)
    assert SettingsError.exit_code == error.exit_code + 1  # codes do not depend on the language


def test_no_help_in_chinese_is_cut_at_eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", CHINESE)
    monkeypatch.setenv("COLUMNS", "80")
    program = get_command(app)
    translate_help(program)
    for words in _commands(program):
        shown = CliRunner().invoke(program, [*words, "--help"]).output  # type: ignore[arg-type]
        assert "╭─" in shown
        assert not re.search(r"\S…", shown), words


def _commands(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield words
    for name, inner in getattr(command, "commands", {}).items():
        yield from _commands(inner, (*words, name))


@pytest.mark.parametrize(
    "words",
    [
        "run sms_volume --periot x",
        "run sms_volume --zzz",
        "run",
        "backfill sms_volume",
        "run sms_volume --period",
        "run sms_volume --json=3",
        "run sms_volume other",
        "history --limit x",
        "history --limit 0",
        "schedule --days 400",
        "evaluate --scale x",
        "remark folder --file missing.txt",
        "backfill sms_volume --each year --from 2026-11-01 --to 2026-11-02",
        "map check",
        "--config",
    ],
)
def test_what_is_wrong_with_a_command_line_is_said_in_chinese(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    monkeypatch.setenv("LANGUAGE", CHINESE)
    monkeypatch.setenv("COLUMNS", "200")
    done = CliRunner().invoke(get_command(app), words.split())  # type: ignore[arg-type]
    assert done.exit_code == 2
    (said,) = re.findall(r"│ (.*) │", done.output)
    assert re.search("[一-鿿]", said)
    assert not re.search("[A-Za-z]+ [a-z]+", said), "two words of English"


def test_a_command_that_does_not_exist_is_compared_with_those_that_do() -> None:
    assert "没有命令 'rn'。是不是 'run'？" in nta("rn", LANGUAGE=CHINESE).stderr
    assert "No such command 'rn'. Did you mean 'run'?" in nta("rn", LANGUAGE=ENGLISH).stderr


@pytest.mark.parametrize("spoken", ["language: zh\n", ""])
def test_the_command_line_speaks_chinese_by_its_settings_or_its_environment(tmp_path: Path, spoken: str) -> None:
    config = tmp_path / "ntanalytics.yml"
    config.write_text(spoken + "sources: {a: {product: nginx, paths: [none/*.log]}}\n", encoding="utf-8")
    environment = SILENT | ({} if spoken else {"LANG": "zh_CN.UTF-8"})
    shown = nta("--config", str(config), "history", "--help", **environment).stdout
    assert "列出过去的事件和操作人" in shown
    assert "--limit" in shown
    wrong = nta(f"--config={config}", "history", "--kind", "runs", **environment)
    assert (wrong.returncode, wrong.stderr.startswith("错误：")) == (2, True), wrong.stderr


def test_settings_overrule_the_environment_and_json_is_the_same_everywhere(tmp_path: Path) -> None:
    config = tmp_path / "ntanalytics.yml"
    config.write_text("language: en\nsources: {a: {product: nginx, paths: [none/*.log]}}\n", encoding="utf-8")
    assert "List past events" in nta("--config", str(config), "history", "--help", LANGUAGE="zh_CN").stdout
    config.write_text("language: zh\nsources: {a: {product: nginx, paths: [none/*.log]}}\n", encoding="utf-8")
    doctor = json.loads(nta("--config", str(config), "doctor", "--json").stdout)
    (lost,) = [item for item in doctor if item["subject"] == "sources.a"]
    assert (lost["state"], "no such file" in lost["said"], lost["exit_code"]) == ("critical", True, 5)
