from pathlib import Path

import pytest

from ntanalytics.catalog import Catalog, load_product, site_catalog
from ntanalytics.errors import ContractError, SettingsError, UnknownName
from ntanalytics.settings import load, project_dir
from ntanalytics.sources import open_sources

SOURCE = "title: A shop\nkind: database\nneeds: SELECT on everything\n"
BILLS = """\
/*
window: month_on
times: {month_on: date}
dialects: [sqlite, postgres]
*/
SELECT m AS month_on, c AS carrier, s AS billed_segments, y AS billed_yuan FROM bill WHERE m >= :since AND m < :until
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "shop"
    home.mkdir()
    (home / "source.yml").write_text(SOURCE, encoding="utf-8")
    (home / "sms.bills.sql").write_text(BILLS, encoding="utf-8")
    return home


def test_a_mapping_that_fits_is_paired_with_its_dataset(home: Path):
    product = load_product(home)
    mapping = product.mapping("sms.bills", "postgres")
    assert (product.datasets, mapping.dataset.name, mapping.window_form) == (["sms.bills"], "sms.bills", "date")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("c AS carrier, ", "", "column 'carrier' of sms.bills is missing"),
        ("c AS carrier", "c AS carier, c AS carrier", "column 'carier' is not in sms.bills"),
        ("c AS carrier", "c AS carrier, c AS carrier", "column 'carrier' is selected twice"),
        ("m AS month_on, c AS carrier, s AS billed_segments, y AS billed_yuan", "*", "SELECT [*]"),
        ("month_on: date", "month_on: epoch_s", "it cannot be 'epoch_s'"),
        ("month_on: date", "", "does not say how 'month_on' is written"),
        ("{month_on: date}", "{month_on: date, carrier: date}", "'carrier' is not a time"),
        ("month_on: date", "month_on: dates", "unknown form of time 'dates'"),
        ("window: month_on", "window: carrier", "the window must be 'month_on'"),
        ("AND m < :until", "", r"not \['since', 'until'\]"),
        (":until", ":until AND x = :secret", "secret"),
        ("SELECT m", "DELETE FROM bill; SELECT m", "one SELECT and nothing else"),
        ("SELECT m", "SELEKT m", "not SQL"),
        ("window:", "windows:", "windows"),
        ("/*", "--", "must begin with a"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_naming_file_and_column(home: Path, before: str, after: str, said: str):
    file = home / "sms.bills.sql"
    assert before in BILLS
    file.write_text(BILLS.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ContractError, match=said) as caught:
        load_product(home)
    assert "sms.bills.sql" in str(caught.value)


def test_a_colon_in_a_text_or_a_comment_is_no_parameter(home: Path):
    said = "c || ' at :noon' /* :never */ AS carrier, -- nor :here\n"
    (home / "sms.bills.sql").write_text(BILLS.replace("c AS carrier, ", said), encoding="utf-8")
    assert load_product(home).datasets == ["sms.bills"]


def test_a_file_for_a_dialect_wins_over_the_general_one(home: Path):
    (home / "sms.bills.mysql.sql").write_text(BILLS.replace("dialects: [sqlite, postgres]\n", ""), encoding="utf-8")
    product = load_product(home)
    assert product.mapping("sms.bills", "mysql").path.name == "sms.bills.mysql.sql"
    assert product.mapping("sms.bills", "sqlite").path.name == "sms.bills.sql"


def test_a_dataset_that_nobody_declared_is_refused(home: Path):
    (home / "sms.bill.sql").write_text(BILLS, encoding="utf-8")
    with pytest.raises(ContractError, match="did you mean 'sms.bills'"):
        load_product(home)


def test_a_broken_product_that_nobody_uses_stops_nobody(home: Path):
    (home / "sms.bills.sql").write_text("nonsense", encoding="utf-8")
    catalog = Catalog([project_dir("queries"), home.parent])
    assert catalog["nginx"].datasets == ["infra.requests"]
    with pytest.raises(ContractError):
        catalog["shop"]


def test_a_sites_own_product_replaces_the_built_in_one(tmp_path: Path, home: Path):
    home.rename(tmp_path / "nginx")
    assert site_catalog(tmp_path)["nginx"].title == "A shop"
    with pytest.raises(UnknownName, match="did you mean 'nginx'"):
        site_catalog(tmp_path)["ngins"]


def test_a_former_product_name_finds_the_product(tmp_path: Path):
    catalog = site_catalog(None)
    assert "ledger" in catalog
    assert "ledger" not in list(catalog)
    assert catalog["ledger"] is catalog["desk_workbook"]
    path = tmp_path / "ntanalytics.yml"
    path.write_text("sources: {desk: {product: ledger, path: book.xlsx}}\n", encoding="utf-8")
    assert open_sources(load(path), catalog)["desk"].product.name == "desk_workbook"


def test_a_sites_folder_with_a_former_product_name_overlays_the_product(tmp_path: Path):
    def overlay(folder: str) -> None:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "sms.bills.sql").write_text(
            BILLS.replace("dialects: [sqlite, postgres]\n", ""), encoding="utf-8"
        )

    overlay("ledger")
    product = site_catalog(tmp_path)["desk_workbook"]
    assert product.mapping("sms.bills").path == tmp_path / "ledger/sms.bills.sql"
    assert product.mapping("desk.tickets").path.parent == project_dir("queries") / "desk_workbook"
    overlay("desk_workbook")
    assert site_catalog(tmp_path)["ledger"].mapping("sms.bills").path == tmp_path / "desk_workbook/sms.bills.sql"


@pytest.mark.parametrize("name", sorted(Catalog([project_dir("queries")])))
def test_every_built_in_product_fits_the_contract(name: str):
    assert Catalog([project_dir("queries")])[name].datasets


def test_a_mistake_of_syntax_names_file_and_line(home: Path):
    file = home / "sms.bills.sql"
    file.write_text(BILLS.replace("FROM bill", "\nFROM bill WHERE ("), encoding="utf-8")
    with pytest.raises(ContractError, match=r"sms\.bills\.sql:7: not SQL of sqlite"):
        load_product(home)
    file.write_text(BILLS.replace("c AS carrier", "\n'telecom AS carrier, \n''"), encoding="utf-8")
    with pytest.raises(ContractError, match=r"sms\.bills\.sql:7: .* is not closed"):
        load_product(home)


def test_dialects_have_the_names_that_people_give_them(home: Path):
    file = home / "sms.bills.sql"
    file.write_text(BILLS.replace("[sqlite, postgres]", "[MariaDB, postgresql, kingbase]"), encoding="utf-8")
    (home / "sms.bills.dm.sql").write_text(BILLS.replace("dialects: [sqlite, postgres]\n", ""), encoding="utf-8")
    product = load_product(home)
    assert product.mapping("sms.bills").dialects == ("mysql", "postgres")
    assert product.mapping("sms.bills", "oracle").path.name == "sms.bills.dm.sql"
    file.write_text(BILLS.replace("[sqlite, postgres]", "[mariabd]"), encoding="utf-8")
    with pytest.raises(ContractError, match="unknown dialect 'mariabd'"):
        load_product(home)


def test_files_of_windows_editors_are_read_or_told_with_their_line(home: Path):
    for name, text in (("source.yml", SOURCE), ("sms.bills.sql", BILLS)):
        (home / name).write_text(text, encoding="utf-8-sig")
    assert load_product(home).title == "A shop"
    (home / "sms.bills.sql").write_bytes(f"{BILLS}-- 账单\n".encode("gbk"))
    with pytest.raises(ContractError, match=r"sms\.bills\.sql:7: the file is not UTF-8"):
        load_product(home)


def test_a_folder_of_mappings_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(SettingsError, match="there is no folder"):
        site_catalog(tmp_path / "queries")


def test_a_product_from_which_nothing_is_read_has_the_same_datasets_and_columns_and_no_checked_sql(home: Path):
    file = home / "sms.bills.sql"
    read, named = load_product(home), load_product(home, is_read=False)
    assert (named.datasets, named.mappings) == (read.datasets, read.mappings)
    file.write_text(BILLS.replace("SELECT m", "SELEKT m"), encoding="utf-8")
    assert load_product(home, is_read=False).datasets == ["sms.bills"]
    file.write_text(BILLS.replace("month_on: date", "month_on: dates"), encoding="utf-8")
    with pytest.raises(ContractError, match="unknown form of time"):
        load_product(home, is_read=False)
