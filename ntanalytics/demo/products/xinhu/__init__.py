"""Demo data of 信呼 (xinhu), the OA."""
