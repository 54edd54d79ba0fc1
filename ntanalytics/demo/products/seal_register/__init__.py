"""Demo data of the seal register."""
