"""Content of the report on OA adoption."""
