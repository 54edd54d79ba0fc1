"""Findings: rules, what breaks them, and the life of what was found."""
