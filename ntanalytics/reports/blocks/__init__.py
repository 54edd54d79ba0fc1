"""Blocks of a report: immutable values that display themselves as parts of the record."""
