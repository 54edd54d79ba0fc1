"""A session of the lab: what Tab offers, and what a chart carries."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import plotly.graph_objects as go
import plotly.io as pio
import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from ntanalytics.errors import NtaError
from ntanalytics.explore.lab_session import prepare_session
from ntanalytics.reports import Axes, chart, label_column

FIGURE = "application/vnd.plotly.v1+json"


@pytest.fixture(scope="module")
def shell() -> Iterator[InteractiveShell]:
    shell = InteractiveShell.instance()
    before, renderer = pd.get_option("plotting.backend"), pio.renderers.default
    prepare_session(shell)
    prepare_session(shell)  # a second time does no harm
    yield shell
    pd.set_option("plotting.backend", before)
    pio.renderers.default = renderer
    del NtaError._render_traceback_  # type: ignore[attr-defined]
    InteractiveShell.clear_instance()


def offered(shell: InteractiveShell, text: str) -> list[str]:
    with provisionalcompleter():  # as the kernel asks
        return [completion.text for completion in shell.Completer.completions(text, len(text))]


def test_tab_offers_datasets_in_a_call(shell: InteractiveShell):
    assert offered(shell, 'view = report.dataset("sms.') == ["sms.messages", "sms.bills"]
    assert "oa.members" in offered(shell, "ws.table('oa.m")


def test_tab_offers_datasets_and_their_columns_in_sql(shell: InteractiveShell):
    assert "sms_messages" in offered(shell, 'ws.sql("SELECT * FROM sms_m')
    query = 'ws.sql("""\nSELECT carrier, count(*)\nFROM sms.messages\nWHERE seg'
    assert offered(shell, query) == ["segments"]


def test_tab_offers_nothing_of_ours_elsewhere(shell: InteractiveShell):
    assert "sms.messages" not in offered(shell, "print(sm")


def test_a_chart_has_chinese_words_and_no_button_that_uploads(shell: InteractiveShell):
    label_column("my_count", "我的条数", format="integer")
    rows = [{"carrier": "mobile", "my_count": 3}]
    bars = chart(rows, "bar", Axes(x="carrier", y="my_count"), id="a")
    with capture_output() as captured:
        shell.display_formatter.format(go.Figure(go.Bar(x=[1], y=[2])))  # displays itself
    of_block, _ = shell.display_formatter.format(bars)
    for bundle in (captured.outputs[0].data, of_block):
        config = bundle[FIGURE]["config"]
        assert config["showSendToCloud"] is False
        assert config["plotlyServerURL"] == ""
        assert config["locales"][config["locale"]]["dictionary"]["Zoom"] == "缩放"
    assert bars.fields[1].title == "我的条数"
    assert "config" not in bars._repr_mimebundle_()[FIGURE]  # a report's record has none


def test_a_data_frame_draws_itself(shell: InteractiveShell):
    assert isinstance(pd.DataFrame({"a": [1, 2]}).plot(), go.Figure)


def test_an_error_of_the_package_is_its_message_alone(shell: InteractiveShell):
    with capture_output() as captured:
        shell.run_cell("from ntanalytics.errors import UsageError\nraise UsageError('no such carrier', todo='look')")
        shell.run_cell("{}['missing']")
    said = captured.stdout + captured.stderr
    assert "no such carrier\n  → look" in said
    assert said.count("Traceback") == 1  # of the other error, which says nothing by itself
