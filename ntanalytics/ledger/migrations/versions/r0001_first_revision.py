"""Tables of publications, coverage of the past and unknown values; findings by entity; the chain of the audit trail.

It brings every ledger from 0.1.0 up to this revision, of which some have a part of the tables. A later revision that
adds a table or a column looks first whether this step has made it, since it makes the tables of the present.
"""

from __future__ import annotations

from alembic import op

from ntanalytics.ledger.chain import adopt
from ntanalytics.ledger.findings_upgrade import upgrade_findings
from ntanalytics.ledger.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create what is missing, carry the findings over, and take up the rows of the audit trail in the chain."""
    connection = op.get_bind()
    metadata.create_all(connection)
    upgrade_findings(connection)
    adopt(connection)
