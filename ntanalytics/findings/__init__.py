"""Findings: rules over metrics, and the sentences that say what they found."""
