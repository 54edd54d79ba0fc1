"""Reference schema of document exchange (queries/exchange/README.md), as tables in place of a site's views."""

from __future__ import annotations

from ntanalytics.demo.store import parse_tables

TABLES = parse_tables("""
exchange_document: document_id* 64, sent_at time, sender_unit 200, is_ofd bool, is_sealed bool, platform 20;
  index sent_at
exchange_delivery: delivery_id* 64, document_id 64, receiver_unit 200, sent_at time, due_at time, delivered_at time,
  signed_at time, registered_at time, returned_at time, state 20, platform 20, changed_at time; index changed_at
exchange_call: ended_at time, caller 100, interface 100, is_success bool, duration_ms double; index ended_at
""")
