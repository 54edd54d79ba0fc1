"""Population of the demo city: units, accounts, presence and seasonality."""
