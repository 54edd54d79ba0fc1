from __future__ import annotations

from ntanalytics.reports.markdown import headings, to_html


def test_headings_and_emphasis_are_kept() -> None:
    assert to_html("# 一、总体\n\n按**单位**。") == "<h2>一、总体</h2>\n<p>按<strong>单位</strong>。</p>\n"


def test_nothing_in_markdown_runs_or_loads() -> None:
    html = to_html('<script>alert(1)</script> ![x](http://x/y.png) [z](javascript:alert) <img src=x onerror="a()">')
    assert "<script" not in html
    assert "<img" not in html
    assert "<a" not in html


def test_the_contents_have_the_first_two_levels() -> None:
    assert headings("## 二、**构成**\n\n### 细目\n文字") == ["二、构成"]
