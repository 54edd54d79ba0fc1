"""Reference schema of electronic seals (queries/seal_register/README.md), as tables in place of a site's views."""

from __future__ import annotations

from ntanalytics.demo.store import parse_tables

TABLES = parse_tables("""
seal_register: seal_id* 64, unit 200, state 20, requested_at time, made_at time, tested_at time, expires_at time
seal_signing: signing_id* 64, signed_at time, seal_id 64, operation 20, system_name 50, is_success bool;
  index signed_at
""")
