"""The reference schema of electronic seals (queries/seal_register/README.md), as tables where a site has views."""

from __future__ import annotations

import sqlalchemy as sa

from ntanalytics.demo.store import Database

_REGISTER = {
    "seal_id": sa.String(64),
    "unit": sa.String(200),
    "state": sa.String(20),
    "requested_at": sa.DateTime(),
    "made_at": sa.DateTime(),
    "tested_at": sa.DateTime(),
    "expires_at": sa.DateTime(),
}

_SIGNING = {
    "signing_id": sa.String(64),
    "signed_at": sa.DateTime(),
    "seal_id": sa.String(64),
    "operation": sa.String(20),
    "system_name": sa.String(50),
    "is_success": sa.Boolean(),
}


def create_seals(db: Database) -> None:
    """Create the two tables, with the index that the README asks for."""
    db.create("seal_register", _REGISTER, key=["seal_id"])
    db.create("seal_signing", _SIGNING, key=["signing_id"], indexes=[["signed_at"]])
