"""Subsystem ``sms``: rules, checks, summary and sentences of the SMS platform."""
