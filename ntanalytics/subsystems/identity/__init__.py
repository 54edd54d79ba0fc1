"""Subsystem ``identity``: rules, checks, summary and sentences of the identity platform."""
