"""Writers of the demo city, one per product, in the schema of the product."""
