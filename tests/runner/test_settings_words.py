"""Changed settings as a reader of a corrected report meets them."""

from __future__ import annotations

from ntanalytics.runner.settings_words import settings_words
from ntanalytics.settings.model import Settings
from ntanalytics.settings.parts import Site


def test_keys_have_words_and_what_no_figure_depends_on_is_told_once_and_last() -> None:
    keys = ["channels.mail.url", "outputs", "rules.sms.delivery_rate.warning", "site.calendar", "sources.sms.url"]
    keys += ["sources.sms.password", "site.contract.begins"]
    assert settings_words(keys) == ["规则“送达率”的关注阈值", "工作日历", "数据源 sms", "合同年度", "其他设置"]
    assert settings_words([]) == []


def test_no_key_of_the_settings_is_shown_as_it_is() -> None:
    keys = [*Settings.model_fields, *(f"site.{name}" for name in Site.model_fields), "rules.sms.gone.warning"]
    for key in keys:
        [word] = settings_words([key])
        assert not any(letter.isascii() and letter.isalpha() for letter in word), key
