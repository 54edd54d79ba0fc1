"""Subsystem ``oa``: rules, checks, summary and sentences of office automation."""
