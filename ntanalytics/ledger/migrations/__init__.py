"""Migrations of the ledger by Alembic: its environment, and a module for each revision."""
