import datetime as dt
from pathlib import Path

import pytest

from ntanalytics.errors import SecretMissing, SettingsError
from ntanalytics.settings import find_config, load, project_dir, read_secret
from ntanalytics.sources.starter import write_starter


def written(folder: Path, text: str) -> Path:
    path = folder / "ntanalytics.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_paths_are_relative_to_the_file(tmp_path: Path):
    settings = load(
        written(
            tmp_path,
            "lake: data/lake\nsources:\n  a: {product: nginx, paths: ['logs/*.log', /var/log/x]}\n"
            "  b: {product: sms_platform, url: 'sqlite:///x.sqlite'}\n  c: {product: desk_workbook, path: 台账.xlsx}\n",
        )
    )
    assert settings.lake == tmp_path / "data/lake"
    assert settings.ledger == f"sqlite:///{tmp_path}/ledger.sqlite"
    assert settings.sources["a"].paths == (f"{tmp_path}/logs/*.log", "/var/log/x")
    assert settings.sources["b"].url == f"sqlite:///{tmp_path}/x.sqlite"
    assert settings.sources["c"].path == tmp_path / "台账.xlsx"


def test_the_contract_year_is_that_of_the_calendar_and_the_scoring_sheet_is_beside_the_file(tmp_path: Path):
    settings = load(written(tmp_path, "site: {contract: {begins: 2026-03-01, ends: 2027-02-28}}"))
    assert settings.calendar().contract_year == (dt.date(2026, 3, 1), dt.date(2027, 2, 28))
    assert settings.scoring_file == tmp_path / "scoring.yml"
    named = load(written(tmp_path, "site: {scoring: sheets/year.yml}"))
    assert named.calendar().contract_year is None
    assert named.scoring_file == tmp_path / "sheets/year.yml"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lakes: x", r"unknown key 'lakes'.*\n.*'lake'"),
        ("site: {nam: x}", r"site\.nam: unknown key 'nam'"),
        ("site: {contract: {begin: 2026-03-01}}", r"unknown key 'begin'.*\n.*'begins'"),
        ("site: {contract: {begins: 2026-03-01, ends: 2026-02-01}}", "a contract year has 1 to 366"),
        (
            "sources: {a: {product: nginx, pasword: x}}",
            r"sources\.a\.pasword: unknown key.*\n.*did you mean 'password'",
        ),
        ("sources: {a: {paths: [x]}}", r"sources\.a\.product: it is missing"),
        ("site: {timezone: Mars/Base}", "not a time zone"),
        ("sources: {a: {product: x, timeout_s: 0}}", "it must be > 0"),
        ("engine: duck", r"engine: write one of 'duckdb', 'spark'"),
        ("sources: {a: {product: nginx, paths: a.log}}", r"sources\.a\.paths: write a list"),
        ("sources: [a]", "sources: write keys with values below it"),
        ("sources: {a: {product: x, timeout_s: soon}}", "write a whole number"),
        ("spark: {mastr: x}", r"spark\.mastr: unknown key.*\n.*did you mean 'master'"),
        ("spark: {master: master.example.cn}", r"spark\.master: .*spark://HOST:7077"),
        ("spark: {config: {executor.memory: 4g}}", "begin with spark"),
        ("spark: {config: {spark.sql.session.timeZone: Asia/Shanghai}}", "is fixed"),
        ("spark: {config: {spark.hadoop.fs.s3a.secret.key: x}}", "is a secret"),
        ("- a", "keys and values"),
        ("a: [", "not YAML"),
    ],
)
def test_a_wrong_key_is_named_with_its_file_and_what_is_allowed(tmp_path: Path, text: str, said: str):
    with pytest.raises(SettingsError, match=said) as caught:
        load(written(tmp_path, text))
    assert str(tmp_path / "ntanalytics.yml") in str(caught.value)


def test_a_missing_file_says_how_to_make_one(tmp_path: Path):
    with pytest.raises(SettingsError, match="ntanalytics init"):
        load(tmp_path / "none.yml")


@pytest.mark.parametrize(
    "text",
    [
        "sources: {a: {product: x, password: hunter2}}",
        "sources: {a: {product: x, url: 'postgresql://user:hunter2@host/db'}}",
        "sources: {a: {product: x, url: 'postgresql://user:hunt?hunter2@host/db'}}",
        "sources: {a: {product: x, url: 'postgresql://host/db?user=a&password=hunter2'}}",
        "ledger: 'postgresql://user:hunter2@host/db'",
        "sources: {a: {product: x, password: hunter2, }: }}",
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(tmp_path: Path, text: str):
    with pytest.raises(SettingsError, match="refer to it|read it from its own file|not YAML") as caught:
        load(written(tmp_path, text))
    assert "hunter2" not in str(caught.value)


def test_a_key_that_is_there_twice_is_no_settings(tmp_path: Path):
    """PyYAML would take the second and say nothing of the first."""
    twice = "sources:\n  a: {product: nginx, paths: ['logs/*.log']}\nsources: {}\n"
    with pytest.raises(SettingsError, match="the key sources is there twice, line 3"):
        load(written(tmp_path, twice))


def test_yaml_without_end_is_no_settings(tmp_path: Path):
    with pytest.raises(SettingsError, match="not YAML"):
        load(written(tmp_path, "[" * 20_000))


def test_a_secret_is_read_from_where_it_is_referred_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NTA_TEST_SECRET", "s3cret")
    file = tmp_path / "secret"
    file.write_text("from-file\n", encoding="utf-8")
    assert read_secret("env:NTA_TEST_SECRET", where="x") == "s3cret"
    assert read_secret(f"file:{file}", where="x") == "from-file"
    assert not read_secret("", where="x")


@pytest.mark.parametrize("reference", ["env:NTA_NOT_SET", "file:/nonexistent/secret"])
def test_a_missing_secret_names_its_source_and_reference(reference: str):
    with pytest.raises(SecretMissing, match=r"sources\.sms\.password") as caught:
        read_secret(reference, where="sources.sms.password")
    assert reference in str(caught.value)


def test_the_settings_are_found_by_option_then_environment_then_here(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NTANALYTICS_CONFIG", "/etc/nta.yml")
    assert find_config(Path("/x.yml")) == Path("/x.yml")
    assert find_config() == Path("/etc/nta.yml")
    monkeypatch.delenv("NTANALYTICS_CONFIG")
    assert find_config() == Path("ntanalytics.yml")


def test_what_init_writes_can_be_loaded(tmp_path: Path):
    settings_file, ledger, _ = write_starter(tmp_path / "new")
    settings = load(settings_file)
    assert settings.sources["desk"].path == ledger
    with pytest.raises(Exception, match="already there"):
        write_starter(tmp_path / "new")


def test_the_project_folders_are_found():
    assert (project_dir("queries") / "nginx" / "source.yml").is_file()
