"""What outlives a process: conversations, messages, tickets, keys, webhooks and the chain of decisions.

The only home of SQLAlchemy and alembic. `Database` opens SQLite (the default) or PostgreSQL by URL with
one code path; each other module is the plain functions over one kind of thing, on a transaction that the
caller opened, so that what belongs together is written together or not at all.

To add a table, write it in `tables.py` and a migration in `migrations/versions`; a test compares the two.
"""

from assistant.store.database import (
    Conflict,
    Database,
    NotFound,
    StoreBusy,
    StoreDown,
    StoreFull,
    StoreProblem,
    now,
)

__all__ = [
    "Conflict", "Database", "NotFound", "StoreBusy", "StoreDown", "StoreFull", "StoreProblem", "now",
]  # fmt: skip
