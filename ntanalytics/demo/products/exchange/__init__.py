"""Demo data of the document exchange."""
