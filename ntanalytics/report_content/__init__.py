"""Content of the reports: composition of summaries and findings, one module per report."""
