"""Demo data of MaxKey."""
