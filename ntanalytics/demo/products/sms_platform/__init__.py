"""Demo data of the SMS platform."""
