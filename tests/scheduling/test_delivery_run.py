"""Who gets what, once: real folders, a real mail server, killed senders, units kept apart."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import signal
import socket
import stat
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.cli import app
from ntanalytics.errors import SettingsError, UsageError
from ntanalytics.scheduling.delivery_results import DeliveryRun, undelivered
from ntanalytics.scheduling.delivery_run import deliver, deliver_again
from ntanalytics.scheduling.health import health
from ntanalytics.scheduling.jobs import Job, check_recipients, load_jobs
from ntanalytics.scheduling.run_due import run_due
from tests.desk import PARAMETERS, Desk
from tests.scheduling.issuing import NOW, TURN, issue
from tests.servers.mailbox import Mailbox, mailbox
from tests.warm import WarmProcess

WEEK = dt.timedelta(weeks=1)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as running:
        yield running


@pytest.fixture
def site(desk: Desk, box: Mailbox) -> Desk:
    """A site with a mail server, a share, and operators who are told in a folder."""
    _settings(desk, box.port)
    for name in ("share", "duty"):
        (desk.home / name).mkdir()
    desk.write_bare()
    return desk


def _settings(desk: Desk, port: int, more: str = "") -> None:
    text = f"""
    site: {{name: 试点城市}}
    channels:
      mail: {{kind: mail, host: 127.0.0.1, port: {port}, security: none, sender: reports@example.cn{more}}}
      share: {{kind: folder, path: share}}
      duty: {{kind: folder, path: duty}}
      small: {{kind: folder, path: share, limit_mb: 0.001}}
      unmounted: {{kind: folder, path: nowhere}}
    operators: [{{channel: duty}}]
    """
    (desk.home / "ntanalytics.yml").write_text(textwrap.dedent(text), encoding="utf-8")
    desk.reload()


def _jobs(*recipients: dict[str, Any], **more: object) -> dict[str, Job]:
    said = {"report": "probe", "period": "last-week", "when": "Monday 08:00", "recipients": recipients, **more}
    return {"weekly": Job.model_validate(said)}


def _mail(*to: str) -> dict[str, Any]:
    return {"channel": "mail", "to": list(to)}


def _deliver(site: Desk, jobs: dict[str, Job], now: dt.datetime = NOW) -> DeliveryRun:
    return deliver(site.context(now), jobs)


def _status(done: DeliveryRun) -> list[tuple[str, str]]:
    assert done.failed_jobs == {}
    return [(each.to, each.status) for each in done.deliveries]


def _told(site: Desk) -> list[str]:
    texts = [path.read_text(encoding="utf-8") for path in (site.home / "duty").rglob("*.txt")]
    return sorted(text.partition("\n")[0] for text in texts)


def test_each_recipient_gets_each_report_once(site: Desk, box: Mailbox):
    issue(site)
    jobs = _jobs(_mail("a@example.cn", "b@example.cn"), {"channel": "share"})
    assert _status(_deliver(site, jobs)) == [
        ("mail a@example.cn", "sent"),
        ("mail b@example.cn", "sent"),
        ("share", "sent"),
    ]
    assert _deliver(site, jobs).deliveries == []
    assert box.to == [["a@example.cn"], ["b@example.cn"]]
    got = box.received[0][1]
    assert got["Subject"] == "【未知】试报表 2026年第47周（11月16日—22日）"
    assert "结论 一切正常。" in got.get_body(("plain",)).get_content()
    assert [each.get_filename() for each in got.iter_attachments()] == ["试报表_2026年第47周（11月16日—22日）.xlsx"]
    assert _told(site) == []


def test_a_share_gets_whole_folders_for_its_readers_alone(site: Desk):
    jobs = _jobs({"channel": "share", "to": ["领导"]})
    issue(site)
    _deliver(site, jobs)
    folder = site.home / "share" / "领导" / "probe" / "2026-W47"
    assert sorted(path.name for path in folder.iterdir()) == ["report.html", "report.xlsx"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o640}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder, folder.parent, folder.parent.parent)} == {0o750}
    issue(site, version=2, said="已更正。")
    assert _status(_deliver(site, jobs)) == [("share 领导", "sent")]
    assert (folder / "report.html").read_text(encoding="utf-8") == "<p>已更正。</p>"
    assert [path.name for path in folder.parent.iterdir()] == ["2026-W47"]


def test_what_is_too_large_for_a_share_is_left_out_and_named_there(site: Desk):
    issue(site, said="长" * 400)
    done = _deliver(site, _jobs({"channel": "small"}))
    assert [(each.status, each.why) for each in done.deliveries] == [
        ("sent", "without report.html, report.xlsx, over 0.001 MB")
    ]
    [note] = (site.home / "share" / "probe" / "2026-W47").iterdir()
    assert note.read_text(encoding="utf-8") == (
        "下列文件超过此处的大小限制，未附：report.html、report.xlsx。原件：报告库 probe/2026-W47\n"
    )


def test_what_a_killed_copier_left_in_a_share_is_cleared_away(site: Desk):
    half = site.home / "share" / "probe" / ".2026-W47.12345678.new"
    half.mkdir(parents=True)
    (half / "report.html").write_text("<p>一半", encoding="utf-8")
    issue(site)
    _deliver(site, _jobs({"channel": "share"}))
    assert [path.name for path in half.parent.iterdir()] == ["2026-W47"]


def test_a_link_in_a_share_leads_nobody_out_of_it(site: Desk, tmp_path: Path):
    (tmp_path / "elsewhere").mkdir()
    issue(site)
    for place in ("share/probe", "share/2/probe/2026-W47"):
        (site.home / place).parent.mkdir(parents=True, exist_ok=True)
        (site.home / place).symlink_to(tmp_path / "elsewhere")
    done = _deliver(site, _jobs({"channel": "share"}, {"channel": "share", "to": ["2"]}))
    assert _status(done) == [("share", "failed"), ("share 2", "failed")]
    assert list((tmp_path / "elsewhere").iterdir()) == []
    with pytest.raises(SettingsError, match="not a valid name of a folder"):
        _jobs({"channel": "share", "to": [".."]})["weekly"].sent_to(site.settings.channels, where="weekly")


def test_a_channel_that_fails_stops_no_other_and_is_tried_again(site: Desk, box: Mailbox):
    issue(site)
    jobs = _jobs(_mail("a@example.cn", "b@example.cn"), {"channel": "share"})
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        _settings(site, nobody.getsockname()[1])
        # the second address is not tried on a server that does not answer
        assert _status(_deliver(site, jobs)) == [("mail a@example.cn", "retry"), ("share", "sent")]
        assert _told(site) == []  # a moment's trouble
        for _ in range(3):
            _deliver(site, jobs)
    assert _told(site) == ["【运维提醒】发送渠道 mail 不通"]
    assert [each.status for each in health(site.context(NOW), {}).undelivered] == ["retry"]
    _settings(site, box.port)
    assert _status(_deliver(site, jobs)) == [("mail a@example.cn", "sent"), ("mail b@example.cn", "sent")]
    assert undelivered(site.ledger) == []


def test_a_refusal_for_good_is_recorded_told_and_not_repeated(site: Desk, box: Mailbox):
    issue(site)
    box.answers["RCPT"] = "550 no such user"
    jobs = _jobs(_mail("gone@example.cn"))
    assert _status(_deliver(site, jobs)) == [("mail gone@example.cn", "failed")]
    assert _deliver(site, jobs).deliveries == []
    [stands] = undelivered(site.ledger)
    assert (stands.status, stands.why) == ("failed", "550 no such user")
    assert _told(site) == ["【运维提醒】probe 2026-W47 未能送达"]
    box.answers.clear()
    again = deliver_again(site.context(), stands.id[:10])
    assert (again.status, again.attempts, len(box.received)) == ("sent", 2, 1)


_KILLED = """
import sys
from pathlib import Path
from ntanalytics.runner import RunContext
from ntanalytics.scheduling.delivery_run import deliver
from ntanalytics.scheduling.jobs import load_jobs
from ntanalytics.settings import load
import datetime as dt
settings = load(Path(sys.argv[1]))
now = dt.datetime.fromisoformat(sys.argv[3])
context = RunContext(settings=settings, clock=lambda: now, notebooks=Path(sys.argv[2]))
deliver(context, load_jobs(settings.jobs))
"""


def test_a_sender_that_is_killed_leaves_it_open_and_nothing_is_sent_twice(site: Desk, box: Mailbox):
    issue(site)
    (site.home / "scheduled").mkdir()
    (site.home / "scheduled" / "jobs.yml").write_text(
        "jobs: {weekly: {report: probe, period: last-week, when: Monday 08:00, "
        "recipients: [{channel: mail, to: [a@example.cn]}]}}",
        encoding="utf-8",
    )
    with WarmProcess("-c", _KILLED, site.settings.file, site.notebooks, NOW.isoformat()) as sender:
        # the server has the message, and kills the sender before it says so
        box.on_data = lambda: os.kill(sender.pid, signal.SIGKILL)
        sender.wait()
    assert sender.returncode == -signal.SIGKILL
    assert box.to == [["a@example.cn"]]
    box.on_data = lambda: None
    jobs = load_jobs(site.settings.jobs)
    assert _deliver(site, jobs).interrupted == []  # its lease still holds: it may be alive
    with sa.create_engine(site.settings.ledger, poolclass=NullPool).begin() as connection:
        connection.execute(sa.text("UPDATE leases SET expires_at = '2020-01-01 00:00:00.000000'"))
    done = _deliver(site, jobs)
    assert ([each.to for each in done.interrupted], done.deliveries) == (["mail a@example.cn"], [])
    assert _deliver(site, jobs).deliveries == []
    [stands] = undelivered(site.ledger)
    assert stands.status == "ambiguous"
    assert [status for status, _ in site.ledger.deliveries.events(stands.id)] == ["sending", "ambiguous"]
    assert _told(site) == ["【运维提醒】probe 2026-W47 是否送达不明"]
    assert len(box.received) == 1
    again = deliver_again(site.context(), stands.id)
    assert (again.status, len(box.received)) == ("sent", 2)


def test_a_parcel_that_another_process_is_sending_is_left_to_it(site: Desk, box: Mailbox):
    issue(site)
    jobs = _jobs(_mail("a@example.cn"))
    _deliver(site, jobs)
    [sent] = site.ledger.deliveries.for_subject("report", "probe")
    with site.ledger.lease(f"delivery {sent.id}") as held:
        assert held is not None
        with pytest.raises(UsageError, match="right now"):
            deliver_again(site.context(), sent.id)
    assert len(box.received) == 1


def test_a_correction_goes_to_those_who_have_the_earlier_version_with_what_changed(site: Desk, box: Mailbox):
    issue(site)
    _deliver(site, _jobs(_mail("a@example.cn")))
    corrects = [{"version": 1, "run_id": "r1", "changes": ["提交量由 11,000 条 改为 12,345 条。"]}]
    issue(site, version=2, corrects=corrects)
    jobs = _jobs(_mail("a@example.cn", "new@example.cn"))
    assert _status(_deliver(site, jobs)) == [("mail a@example.cn", "sent"), ("mail new@example.cn", "sent")]
    assert _deliver(site, jobs).deliveries == []
    first, corrected, new = (message.get_body(("plain",)).get_content() for _, message in box.received)
    assert "（更正，第2版）" in corrected
    assert "本期为更正，变化如下：\r\n1. 提交量由 11,000 条 改为 12,345 条。" in corrected
    assert "变化如下" not in first + new
    # who has the first version alone is told what changed in both steps
    more = [*corrects, {"version": 2, "run_id": "r2", "changes": ["送达率由 97.0% 改为 97.2%。"]}]
    issue(site, version=3, corrects=more)
    _deliver(site, jobs)
    assert "1. 送达率由 97.0% 改为 97.2%。" in box.received[3][1].get_body(("plain",)).get_content()


def test_an_earlier_version_that_could_not_be_sent_is_not_sent_after_the_later(site: Desk, box: Mailbox):
    issue(site)
    box.answers["RCPT"] = "451 later"
    jobs = _jobs(_mail("a@example.cn"))
    _deliver(site, jobs)
    issue(site, version=2)
    box.answers.clear()
    assert _status(_deliver(site, jobs)) == [("mail a@example.cn", "sent")]
    assert [(each.request.version, each.status) for each in site.ledger.deliveries.for_subject("report", "probe")] == [
        (1, "failed"),
        (2, "sent"),
    ]
    [old] = site.ledger.deliveries.with_status("failed")
    with pytest.raises(UsageError, match="version 1 is not there any more"):
        deliver_again(site.context(), old.id)


def test_a_new_recipient_begins_with_the_latest_and_then_misses_nothing(site: Desk, box: Mailbox):
    for week, period in enumerate(("2026-W45", "2026-W46", "2026-W47")):
        issue(site, period=period, scheduled_at=TURN - (2 - week) * WEEK)
    jobs = _jobs(_mail("a@example.cn"), max_age_days=30)
    assert [each.request.period for each in _deliver(site, jobs).deliveries] == ["2026-W47"]
    issue(site, period="2026-W48", scheduled_at=TURN + WEEK)
    issue(site, period="2026-W49", scheduled_at=TURN + 2 * WEEK)
    assert [each.request.period for each in _deliver(site, jobs, NOW + 2 * WEEK).deliveries] == ["2026-W48", "2026-W49"]


def test_who_gets_a_report_by_one_job_is_new_to_another_job_of_it(site: Desk, box: Mailbox):
    issue(site, job="monthly", period="2026-10", scheduled_at=TURN - WEEK)
    issue(site)
    weekly = _jobs(_mail("a@example.cn"), max_age_days=30)
    assert [each.request.period for each in _deliver(site, weekly).deliveries] == ["2026-W47"]
    monthly = {"monthly": weekly["weekly"]}
    assert [each.request.period for each in _deliver(site, monthly).deliveries] == ["2026-10"]


def test_what_a_person_ran_by_hand_is_sent_to_nobody_unless_it_takes_a_jobs_place(site: Desk):
    issue(site, by_hand=True)
    jobs = _jobs({"channel": "share"})
    assert _deliver(site, jobs).deliveries == []
    issue(site, version=2)
    issue(site, version=3, by_hand=True)
    assert [each.request.version for each in _deliver(site, jobs).deliveries] == [3]


HOSTILE_UNIT = "市财政局\r\nBcc: all@example.cn <script>@all[x](http://evil.example)/../.."


def test_a_units_page_goes_to_that_unit_alone_whatever_its_name(site: Desk, box: Mailbox):
    site.notebooks.joinpath("probe.ipynb").unlink()
    parameters = f'{PARAMETERS}\nunit: str = ""  # 单位'
    _write_with_unit(site, parameters)
    units = {"市财政局": "finance@example.cn", "市教育局": "school@example.cn", HOSTILE_UNIT: "odd@example.cn"}
    for unit in units:
        issue(site, parameters={"unit": unit}, said=f"{unit} 的页面。")
    recipients = {unit: [_mail(address)] for unit, address in units.items()}
    recipients["市财政厅"] = [_mail("none@example.cn")]
    jobs = {
        "weekly": Job.model_validate(
            {
                "report": "probe",
                "period": "last-week",
                "when": "Monday 08:00",
                "each": "unit",
                "unit_recipients": recipients,
            }
        )
    }
    done = _deliver(site, jobs)
    assert {each.status for each in done.deliveries} == {"sent"}
    assert done.failed_jobs == {"weekly": "unit_recipients: no unit '市财政厅' has a page; did you mean '市财政局'?"}
    assert _told(site) == ["【运维提醒】任务 weekly 的收件设置有误，部分报告未发送"]
    assert _deliver(site, jobs).deliveries == []
    assert sorted(box.to) == sorted([address] for address in units.values())
    for to, message in box.received:
        text = message.get_body(("plain",)).get_content()
        mine = next(unit for unit, address in units.items() if [address] == to)
        said = " ".join(mine.split())
        assert said in text
        assert all(" ".join(other.split()) not in text.replace(said, "") for other in units if other != mine)
        assert message["Bcc"] is None
        assert "<script" not in message.get_body(("html",)).get_content()


def _write_with_unit(site: Desk, parameters: str) -> None:
    import nbformat
    from nbformat.v4 import new_code_cell, new_notebook

    about = {"ntanalytics": {"title": "试报表", "periods": ["day", "week"], "needs": {}}}
    cells = [new_code_cell(parameters, metadata={"tags": ["parameters"]})]
    nbformat.write(new_notebook(cells=cells, metadata=about), site.notebooks / "probe.ipynb")


def test_recipients_that_are_none_are_said_and_stop_no_other_job(site: Desk):
    issue(site)
    jobs = {**_jobs({"channel": "share"}), "other": _jobs({"channel": "shre"})["weekly"]}
    [wrong] = check_recipients(jobs, site.settings.channels)
    assert "other: recipients: unknown channel 'shre'" in wrong
    assert "did you mean 'share'" in wrong
    done = _deliver(site, jobs)
    assert (list(done.failed_jobs), [each.status for each in done.deliveries]) == (["other"], ["sent"])
    assert _told(site) == ["【运维提醒】任务 other 的收件设置有误，部分报告未发送"]
    _deliver(site, jobs)
    assert len(_told(site)) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("recipients: [{channel: x, too: [a]}]", r"jobs\.a\.recipients\.0\.too: unknown key; did you mean 'to'"),
        ("recipient: [{channel: x}]", r"jobs\.a\.recipient: unknown key; did you mean 'recipients'"),
        ("unit_recipients: {u: [{channel: x}]}", "unit_recipients go with `each: unit`"),
        ("each: unit, recipients: [{channel: x}]", "each unit has a page of its own"),
    ],
)
def test_a_wrong_key_of_recipients_is_named_with_the_nearest(tmp_path: Path, text: str, said: str):
    path = tmp_path / "jobs.yml"
    path.write_text(f"jobs: {{a: {{report: r, period: last-week, when: Monday 08:00, {text}}}}}", encoding="utf-8")
    with pytest.raises(SettingsError, match=said):
        load_jobs(path)


def test_run_due_delivers_what_it_issued_and_tells_of_what_failed(site: Desk, box: Mailbox):
    site.write()
    jobs = _jobs({"channel": "unmounted"}, _mail("a@example.cn"))
    [done] = run_due(site.context(NOW), jobs)
    assert (done.status, box.to) == ("issued", [["a@example.cn"]])
    [waiting] = undelivered(site.ledger)
    assert (waiting.to, waiting.status, "is it mounted" in waiting.why) == ("unmounted", "retry", True)
    site.write('raise ValueError("a bug")')
    [failed] = run_due(site.context(NOW + WEEK), jobs)
    assert (failed.status, len(box.received)) == ("failed", 1)
    assert _told(site) == ["【运维提醒】任务 weekly 失败"]


def test_no_secret_is_in_the_ledger_a_log_or_what_is_told(
    site: Desk,
    box: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("SMTP_PASSWORD", "canary-smtp-4711")
    monkeypatch.setenv("ROBOT", "wecombot://canary-robot-4711*?")
    text = f"""
    channels:
      mail: {{kind: mail, host: 127.0.0.1, port: {box.port}, sender: reports@example.cn, user: reports,
              password: "env:SMTP_PASSWORD"}}
      robot: {{kind: robot, url: "env:ROBOT"}}
      duty: {{kind: folder, path: duty}}
    operators: [{{channel: duty}}, {{channel: robot}}]
    """
    (site.home / "ntanalytics.yml").write_text(textwrap.dedent(text), encoding="utf-8")
    site.reload()
    issue(site)
    jobs = _jobs(_mail("a@example.cn"), {"channel": "robot"})
    for _ in range(3):  # the server knows no STARTTLS, and Apprise no such URL
        assert [status for _, status in _status(_deliver(site, jobs))] == ["retry", "retry"]
    assert _told(site) == ["【运维提醒】发送渠道 mail 不通", "【运维提醒】发送渠道 robot 不通"]
    files = [path for path in site.home.rglob("*") if path.is_file()]
    assert any(path.name == "ledger.sqlite" for path in files)
    assert [path for path in files if b"canary" in path.read_bytes()] == []
    captured = capfd.readouterr()
    assert "canary" not in f"{captured.out}{captured.err}{caplog.text}"


def test_the_command_sends_and_shows_and_health_tells_once(
    site: Desk, box: Mailbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """By the real commands, on a report of the suite that a job issued and a job that nothing came of."""
    jobs = """
    jobs:
      weekly: {report: sms_volume, period: last-week, when: Monday 08:00, max_age_days: 366,
               recipients: [{channel: mail, to: [a@example.cn]}]}
      daily: {report: daily_inspection, period: yesterday, when: "day 00:00", deadline_min: 1}
    """
    (site.home / "scheduled").mkdir()
    (site.home / "scheduled" / "jobs.yml").write_text(textwrap.dedent(jobs), encoding="utf-8")
    box.answers["RCPT"] = "550 no such user"
    scheduled_at = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    issue(site, report="sms_volume", scheduled_at=scheduled_at, defaults={})
    monkeypatch.setenv("NTANALYTICS_CONFIG", str(site.settings.file))
    [failed] = json.loads(_said(capsys, "deliver", "--json"))
    assert (failed["subject"], failed["recipient"], failed["status"]) == ("sms_volume", "a@example.cn", "failed")
    box.answers.clear()
    assert "sent" in _said(capsys, "deliver", "--again", failed["id"][:10])
    assert box.to == [["a@example.cn"]]
    for _ in range(2):
        _said(capsys, "health", "--notify")
    yesterday = dt.datetime.now(site.settings.zone).date() - dt.timedelta(days=1)
    told = [text for text in _told(site) if "daily_inspection" in text]
    assert told == [f"【运维提醒】daily_inspection {yesterday} 到期未出"]


def _said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command says on standard output, however it ends."""
    app(list(arguments), standalone_mode=False)
    return capsys.readouterr().out
