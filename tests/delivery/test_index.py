"""The index page: what it says, that it is written whole, and that nothing from outside runs in it."""

from __future__ import annotations

import multiprocessing
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import lxml.html
import pytest

from ntanalytics.errors import PublishError
from ntanalytics.runner.staging import index_lock
from tests.delivery.shelf import issue, ran, write

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>\u202e'


def page(outputs: Path) -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring((outputs / "index.html").read_text(encoding="utf-8"))


def words(element: lxml.html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def rows(root: lxml.html.HtmlElement, path: str) -> list[str]:
    return [words(row) for row in root.xpath(f"{path}//tbody/tr")]


def test_reports_stand_by_kind_the_latest_first(tmp_path: Path) -> None:
    for text in ("2026-W46", "2026-W47", "2026-10", "2026-09"):
        issue(tmp_path, "sms_volume", text)
    issue(
        tmp_path, "daily_inspection", "2026-11-23", state="critical", status=("■ 1 项异常：公文交换",), gaps=("缺。",)
    )
    write(tmp_path)
    root = page(tmp_path)
    assert [words(each) for each in root.xpath("//section[contains(@class,'report')]/h2")] == ["每日巡检", "短信统计"]
    codes = root.xpath("//section[@id='r-2']//tbody//*[@class='code']/text()")
    assert codes == ["2026-W47", "2026-W46", "2026-10", "2026-09"]
    assert rows(root, "//section[@id='r-1']") == [
        "2026年11月23日（周一） 2026-11-23■ 异常1 项异常：公文交换1 处第1版2026-11-24 06:15ExcelPDF"
    ]
    assert len(rows(root, "//section[@class='latest']")) == 3  # of the volume, a week and a month
    assert words(root.xpath("//p[contains(@class,'strip')]")[0]) == "● 应出的报告均已出具"


def test_the_order_is_that_of_the_readers_and_others_follow_by_name(tmp_path: Path) -> None:
    for report in ("z_extra", "daily_inspection", "a_extra", "oa_adoption", "weekly_service_report"):
        issue(tmp_path, report, "2026-W47", title=report)
    write(tmp_path)
    shown = [words(each) for each in page(tmp_path).xpath("//section[contains(@class,'report')]/h2")]
    assert shown == ["weekly_service_report", "daily_inspection", "oa_adoption", "a_extra", "z_extra"]


def test_links_lead_to_files_whatever_is_in_a_name(tmp_path: Path) -> None:
    folder = issue(tmp_path, "oa_adoption", "2026-10", own={"unit": "a/b c?#%"}, files=("report.html", "report.xlsx"))
    for name in ("report.html", "report.xlsx"):
        (folder / name).write_text("x", encoding="utf-8")
    write(tmp_path)
    links = page(tmp_path).xpath("//details[@class='own']//a/@href")
    base = (tmp_path / "index.html").as_uri().rpartition("/")[0]
    assert len(links) == 2
    for link in links:
        assert Path(unquote(urlsplit(f"{base}/{link}").path)).is_file()


def test_what_did_not_come_out_is_said_first(tmp_path: Path) -> None:
    for week in (44, 45, 47):
        issue(tmp_path, "sms_volume", f"2026-W{week}", version=2)
    write(
        tmp_path,
        ran("sms_volume", "2026-W47", "failed"),
        ran("weekly_service_report", "2026-W47", "failed", run_id="20261123T221000-77aa"),
    )
    root = page(tmp_path)
    assert words(root.xpath("//main/section[1]/h2")[0]) == "应出未出"
    assert rows(root, "//section[@class='late']") == [
        "短信统计2026年第47周（11月16日—22日）▲ 重出失败 运行未完成，第2版仍有效2026-11-24 06:1020261123T221000-1a2b",
        "运维服务周报2026年第47周（11月16日—22日）■ 运行失败 运行未完成2026-11-24 06:1020261123T221000-77aa",
        "短信统计2026年第46周（11月9日—15日）■ 未出 没有运行记录——",
    ]
    assert words(root.xpath("//p[contains(@class,'strip')]")[0]) == "■ 2 份应出未出 · ▲ 1 份重出失败"
    assert "secret words" not in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_each_period_of_a_gap_counts(tmp_path: Path) -> None:
    """The page and the command have one number: the weeks 42 to 45 are one line, and four reports."""
    for week in (40, 41, 46, 47):
        issue(tmp_path, "sms_volume", f"2026-W{week}")
    made = write(tmp_path, ran("sms_volume", "2026-W47", "failed"))
    assert (made.absent, made.outdated) == (4, 1)
    assert words(page(tmp_path).xpath("//p[contains(@class,'strip')]")[0]).startswith(f"■ {made.absent} 份")


def test_a_folder_that_cannot_be_read_is_listed(tmp_path: Path) -> None:
    (tmp_path / "sms_volume" / "2026-W47").mkdir(parents=True)
    made = write(tmp_path)
    assert rows(page(tmp_path), "//section[@class='odd']") == ["sms_volume/2026-W47没有清单 manifest.json"]
    assert len(made.unreadable) == 1


def test_an_empty_folder_has_an_index_that_says_so(tmp_path: Path) -> None:
    write(tmp_path / "outputs")
    assert "尚未出具报告" in words(page(tmp_path / "outputs"))


def test_long_series_are_folded_and_units_stand_apart(tmp_path: Path) -> None:
    for week in range(30, 48):
        issue(tmp_path, "oa_adoption", f"2026-W{week}")
    issue(tmp_path, "oa_adoption", "2026-W47", own={"edition": "party", "unit": "市局"})
    write(tmp_path)
    root = page(tmp_path)
    assert [words(each) for each in root.xpath("//summary")] == ["其余 8 期", "分单位、分版本等 1 份"]
    assert rows(root, "//details[@class='own']")[0].startswith("版本：市委版；单位：市局2026年第47周")


def test_text_from_outside_is_shown_and_not_run(tmp_path: Path) -> None:
    issue(tmp_path, "oa_adoption", "2026-10", own={"unit": HOSTILE}, title=HOSTILE, status=(HOSTILE,), state=HOSTILE)
    (tmp_path / "oa_adoption" / "<img src=x>").mkdir()
    write(tmp_path, ran("<b>x</b>", "2026-W47", "failed", run_id="<i>", unit=HOSTILE))
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    root = page(tmp_path)
    assert len(root.xpath("//script")) == 1
    assert not root.xpath("//img | //*[@onerror] | //main//i | //@src")
    assert "\u202e" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_its_policy_lets_its_own_script_run_and_nothing_leave(tmp_path: Path) -> None:
    write(tmp_path)
    (policy,) = page(tmp_path).xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert len(re.findall("'sha256-", policy)) == 1


def test_it_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path)
    before = (tmp_path / "index.html").read_bytes()

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(PublishError, match="cannot write the index: No space left"):
        write(tmp_path)
    assert (tmp_path / "index.html").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.name != ".locks"] == ["index.html"]


def test_writers_at_one_time_leave_a_whole_page_with_everything(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    others = [context.Process(target=_publish, args=(tmp_path, week)) for week in range(40, 44)]
    for each in others:
        each.start()
    for each in others:
        each.join()
        assert each.exitcode == 0
    assert len(rows(page(tmp_path), "//section[@id='r-1']")) == 4


def _publish(outputs: Path, week: int) -> None:
    issue(outputs, "sms_volume", f"2026-W{week}")
    with index_lock(outputs):  # as whoever writes it does
        write(outputs)


def test_it_is_not_for_everyone(tmp_path: Path) -> None:
    write(tmp_path)
    assert (tmp_path / "index.html").stat().st_mode & 0o777 == 0o640
