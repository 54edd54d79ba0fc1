"""Demo data of Openfire."""
