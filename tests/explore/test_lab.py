"""The real JupyterLab, started by the command, asked over its own interfaces, and interrupted."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import nbformat
import pytest
from playwright.sync_api import Browser, expect
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from ntanalytics.errors import UsageError
from ntanalytics.explore.lab import prepare_folder
from tests.extraction.small_site import SmallSite
from tests.reports.exporters.registered import write_distribution
from tests.reports.test_notebook_record import notebook
from tests.workspace.test_sql import filled_site

RUN = """
import os
from ntanalytics.explore import SmsExplorer
explorer = SmsExplorer()
explorer.measure.value = "segments"
(bars,) = explorer.figure.data
print(explorer.period.label, sorted(zip(bars.y, bars.x)), os.environ.get("SHOP_PASSWORD"))
"""


class Lab:
    """A JupyterLab that runs: its address, its token, its process."""

    def __init__(self, site: SmallSite, home: Path) -> None:
        home.mkdir()
        # short: below a folder of pytest's own, a socket's path would be too long and go elsewhere
        self.temporary = Path(tempfile.mkdtemp(prefix="lab-"))
        write_distribution(self.temporary / "registered")
        path = os.pathsep.join([str(self.temporary / "registered"), os.environ.get("PYTHONPATH", "")])
        environment = {
            **os.environ,
            "NO_COLOR": "1",
            "HOME": str(home),
            "PYTHONPATH": path.rstrip(os.pathsep),
            "TMPDIR": str(self.temporary),
            "SHOP_PASSWORD": "hidden",
            # what an account may have set for servers of its own must not open this one
            "JUPYTER_TOKEN": "known to others",
            "JUPYTER_CONFIG_DIR": str(home),
        }
        (home / "jupyter_server_config.py").write_text("c.ServerApp.ip = '0.0.0.0'\nc.IdentityProvider.token = ''\n")
        command = [sys.executable, "-m", "ntanalytics.cli", "--config", str(site.config), "lab", "--no-browser"]
        self.process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=home
        )
        self.said = []
        for line in self.process.stdout:
            self.said.append(line)
            if match := re.search(r"(http://127\.0\.0\.1:(\d+)/)lab\?token=(\w{32,})", line):
                self.address, self.port, self.token = match[1], int(match[2]), match[3]
                return
        raise AssertionError(self.process.stderr.read())

    def get(self, path: str) -> httpx.Response:
        headers = {"Authorization": f"token {self.token}"}
        return httpx.get(self.address + path, headers=headers, timeout=180, trust_env=False)

    def execute(self, code: str) -> str:
        """What a new kernel prints."""
        headers = {"Authorization": f"token {self.token}"}
        started = httpx.post(f"{self.address}api/kernels", headers=headers, json={}, timeout=180, trust_env=False)
        # in a thread of its own: another test's browser may keep a loop running in this one
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, self._execute(started.json()["id"], code)).result()

    async def _execute(self, kernel: str, code: str) -> str:
        where = f"ws://127.0.0.1:{self.port}/api/kernels/{kernel}/channels"
        # it answers when the kernel does
        patience = {"connect_timeout": 180, "request_timeout": 180}
        socket = await websocket_connect(
            HTTPRequest(where, headers={"Authorization": f"token {self.token}"}, **patience)
        )
        header = {
            "msg_id": uuid.uuid4().hex,
            "msg_type": "execute_request",
            "session": "test",
            "username": "",
            "version": "5.3",
        }
        content = {"code": code, "silent": False, "store_history": False, "user_expressions": {}, "allow_stdin": False}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
        await socket.write_message(json.dumps(message))
        printed = ""
        while True:
            answer = json.loads(await socket.read_message())
            if answer["parent_header"].get("msg_id") != header["msg_id"]:
                continue
            if answer["msg_type"] == "stream":
                printed += answer["content"]["text"]
            if answer["msg_type"] == "error":
                printed += "\n".join(answer["content"]["traceback"])
            if answer["msg_type"] == "status" and answer["content"]["execution_state"] == "idle":
                break
        socket.close()
        while await socket.read_message() is not None:
            pass
        return printed

    def stop(self) -> str:
        """Interrupt it as Ctrl-C does; what it said on standard error."""
        self.process.send_signal(signal.SIGINT)
        _, said = self.process.communicate(timeout=180)
        return said


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> SmallSite:
    site = filled_site(tmp_path_factory.mktemp("shop"))
    text = site.config.read_text().replace('shop.sqlite"}', 'shop.sqlite", password: "env:SHOP_PASSWORD"}')
    site.config.write_text(text, encoding="utf-8")
    return site


@pytest.fixture(scope="module")
def lab(site: SmallSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    running = Lab(site, tmp_path_factory.mktemp("home") / "h")
    yield running
    if running.process.poll() is None:
        running.stop()
    shutil.rmtree(running.temporary)


def test_the_notebooks_are_there_and_one_answers(lab: Lab, site: SmallSite):
    listed = {each["name"] for each in lab.get("api/contents").json()["content"]}
    assert listed == {
        "adoption_explorer.ipynb",
        "exploration_to_report.ipynb",
        "first_question.ipynb",
        "sms_explorer.ipynb",
    }
    assert "SmsExplorer" in json.dumps(lab.get("api/contents/sms_explorer.ipynb").json()["content"])
    printed = lab.execute(RUN)
    assert printed.strip() == "2026年第47周（11月16日—22日） [('中国电信', 3), ('中国移动', 3)] None"


def test_nobody_enters_without_the_token_or_from_elsewhere(lab: Lab):
    for token in ("", "?token=known%20to%20others"):
        assert httpx.get(f"{lab.address}api/contents{token}", timeout=180, trust_env=False).status_code == 403
    listening = {
        address
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        for (address, port) in [line.split()[1].split(":")]
        if int(port, 16) == lab.port and line.split()[3] == "0A"
    }
    assert listening == {"0100007F"}
    lab.execute("")
    kernels = [json.loads(path.read_text()) for path in lab.temporary.rglob("kernel-*.json")]
    assert kernels
    assert {each["transport"] for each in kernels} == {"ipc"}
    assert lab.token not in Path(f"/proc/{lab.process.pid}/cmdline").read_text()


def test_it_speaks_chinese_and_asks_nobody_for_news(lab: Lab):
    chosen = lab.get("lab/api/settings/@jupyterlab/translation-extension:plugin").json()["settings"]
    assert chosen["locale"] == "zh_CN"
    words = lab.get("lab/api/translations/zh_CN").json()
    assert words["data"]["jupyterlab"], words["message"]
    assert lab.get("lab/api/news").json() == {"news": []}
    assert lab.get("lab/api/update").json()["notification"] is None
    page = lab.get("lab").text
    config = json.loads(re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.DOTALL)[1])
    assert config["news"] == {"disabled": True}
    assert config["extensionManager"]["can_install"] is False
    assert not re.search(r'(?:src|href)="https?://', page)


def test_its_menu_exports_a_notebook(lab: Lab, site: SmallSite):
    nbformat.write(notebook(), prepare_folder(site.settings) / "question.ipynb")
    assert {"ntanalytics_html", "ntanalytics_excel", "ntanalytics_docx"} <= set(lab.get("api/nbconvert").json())
    answer = lab.get("nbconvert/ntanalytics_excel/question.ipynb?download=true")
    assert answer.status_code == 200
    assert answer.content.startswith(b"PK")
    assert "attachment" in answer.headers["content-disposition"]


def test_it_asks_for_no_build_since_nothing_needs_one(lab: Lab):
    assert '"buildCheck": false' in lab.get("lab").text


#: What the data browser puts on the page, without a kernel.
BROWSER = """document.body.insertAdjacentHTML("beforeend",
  "<div class='ntanalytics-browser' style='position: fixed; top: 200px; left: 900px; z-index: 9999'>" +
  "<textarea>dormant()</textarea><button class='ntanalytics-insert'>insert</button></div>")"""


@pytest.mark.browser
def test_the_data_browser_inserts_its_code_at_the_cursor_or_where_it_is_dropped(
    lab: Lab, site: SmallSite, chromium: Browser
):
    cells = [nbformat.v4.new_code_cell("first = "), nbformat.v4.new_code_cell("second")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), prepare_folder(site.settings) / "insert.ipynb")
    page = chromium.new_page(viewport={"width": 1366, "height": 768})
    page.goto(f"{lab.address}lab/tree/insert.ipynb?token={lab.token}")
    editors = page.locator(".jp-Notebook .jp-Cell .cm-content")
    page.locator(".jp-Dialog .jp-mod-reject").click()  # it asks for a kernel: none
    page.evaluate(BROWSER)
    editors.nth(0).click()
    page.keyboard.press("End")
    page.locator(".ntanalytics-insert").click()
    expect(editors.nth(0)).to_have_text("first = dormant()")
    page.drag_and_drop(".ntanalytics-insert", ".jp-Notebook .jp-Cell:nth-of-type(2) .cm-content")
    expect(editors.nth(1)).to_contain_text("dormant()")
    page.close()


def test_it_ends_when_it_is_interrupted_and_leaves_no_secret(lab: Lab):
    said = lab.stop()
    assert lab.process.returncode == 0, said
    assert "Traceback" not in said, said
    assert not list(lab.temporary.glob("nta-*"))


def test_a_notebook_that_was_changed_is_never_written_over(site: SmallSite, tmp_path: Path):
    folder = prepare_folder(site.settings, tmp_path / "mine")
    first = folder / "first_question.ipynb"
    first.write_text("mine", encoding="utf-8")
    (folder / "sms_explorer.ipynb").unlink()
    assert prepare_folder(site.settings, tmp_path / "mine") == folder
    assert first.read_text(encoding="utf-8") == "mine"
    assert (folder / "sms_explorer.ipynb").is_file()


def test_a_folder_that_cannot_be_written_is_told(site: SmallSite, tmp_path: Path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="--dir"):
        prepare_folder(site.settings, tmp_path / "file" / "lab")
