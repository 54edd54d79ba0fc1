"""Demo data of nginx."""
