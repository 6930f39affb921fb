"""Webhooks may be bridges to another chat: of what kind, and the token that opens it."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    op.add_column("webhooks", sa.Column("kind", sa.String(16), nullable=False, server_default="events"))
    op.add_column("webhooks", sa.Column("token", sa.Text(), nullable=False, server_default=""))
