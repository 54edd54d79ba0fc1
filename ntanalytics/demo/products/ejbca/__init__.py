"""Demo data of EJBCA."""
