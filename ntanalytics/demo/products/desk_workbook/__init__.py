"""Demo data of the service desk's workbook."""
