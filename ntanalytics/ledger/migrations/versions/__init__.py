"""Revisions of the ledger; each module is one step, from the one before."""
