"""Surveillance: every count of a dataset, of each member and pair of members, held against its expected range."""
