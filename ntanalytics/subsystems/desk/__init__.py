"""Subsystem ``desk``: rules, checks, summary and sentences of the service desk."""
