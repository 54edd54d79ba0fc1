"""Subsystem ``sso``: rules, checks, summary and sentences of single sign-on."""
