"""Open a database, bring its tables up to date, and run transactions that either happen or do not.

Why a write lock from the start on SQLite: a transaction that reads and then writes would otherwise fail
with "locked" where another wrote in between; waiting for the lock first makes it queue instead.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

SQLITE_WAIT = 15.0  # seconds to queue for SQLite's one writer
_MIGRATING = 0x616E62616F  # the advisory lock (PostgreSQL) under which one process migrates


class StoreProblem(Exception):
    """The store cannot do what was asked; the message says why and what to do."""


class StoreDown(StoreProblem):
    """The database cannot be reached."""


class StoreBusy(StoreProblem):
    """Others held the database for too long; the same request may succeed in a moment."""


class StoreFull(StoreProblem):
    """There is no room left; what was already accepted is safe."""


class NotFound(LookupError):
    """There is no such thing, or not for this tenant."""


class Conflict(Exception):
    """It was changed by someone else since it was read."""


def now() -> str:
    """The time as the store writes it: ISO 8601 in UTC, to the microsecond."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


class Database:
    """A database by URL: `sqlite:///file` or `postgresql://user@host/name`. Raises StoreProblem.

    `reading()` and `writing()` are transactions; errors of the driver leave them as StoreProblem.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writing = self.engine.execution_options(writing=True)
        self._migrate()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database."""
        with _told_plainly(), self.engine.begin() as link:
            yield link

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is on disk when the block ends, and never was when it raises."""
        with _told_plainly(), self._writing.begin() as link:
            yield link

    def one_at_a_time(self, link: Connection, what: str) -> None:
        """Until the transaction ends no other goes past this for the same thing (SQLite has one writer)."""
        if not self.is_sqlite:
            link.execute(text("select pg_advisory_xact_lock(hashtextextended(:what, 0))"), {"what": what})

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    def _migrate(self) -> None:
        from alembic import command
        from alembic.config import Config
        from alembic.util import CommandError

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        with self.writing() as link:
            if not self.is_sqlite:
                link.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATING})
            config.attributes["connection"] = link
            try:
                command.upgrade(config, "head")
            except CommandError as error:
                raise StoreProblem(
                    f"the store was written by a newer anbao ({error}); update this one"
                ) from None


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreProblem("ANBAO_STORE wants a URL like postgresql://user:password@host/name") from None
    if parsed.drivername == "sqlite":
        engine = create_engine(parsed, connect_args={"timeout": SQLITE_WAIT, "check_same_thread": False})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if parsed.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"), pool_size=20, max_overflow=20,
            pool_pre_ping=True, pool_timeout=SQLITE_WAIT, connect_args={"connect_timeout": 5},
        )  # fmt: skip
    raise StoreProblem(
        f"ANBAO_STORE wants sqlite:///FILE or postgresql://…, got a URL that begins {parsed.drivername}:"
    )


def _prepare_sqlite(link: sqlite3.Connection, _: object) -> None:
    link.isolation_level = None  # transactions begin where `_begin_sqlite` says, not by guesswork
    _to_wal(link)
    for setting in ("synchronous=full", "foreign_keys=on"):
        link.execute(f"pragma {setting}")


def _to_wal(link: sqlite3.Connection) -> None:
    """The journal of a new file is changed by one of those who open it together; SQLite tells the others
    “locked” at once instead of letting them queue, so they try again."""
    until = time.monotonic() + SQLITE_WAIT
    while True:
        try:
            link.execute("pragma journal_mode=wal")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > until:
                raise
        time.sleep(0.02)


def _begin_sqlite(link: Connection) -> None:
    writes = link.get_execution_options().get("writing")
    link.exec_driver_sql("begin immediate" if writes else "begin")


@contextmanager
def _told_plainly() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise _problem(error.orig) from error
    except SQLAlchemyError as error:  # the pool ran dry, a connection was lost
        raise StoreDown(f"the store does not answer ({type(error).__name__})") from error


def _problem(cause: Any) -> StoreProblem:
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or ""
    if code in ("SQLITE_FULL", "53100") or code.startswith("SQLITE_IOERR_SHM"):
        return StoreFull("there is no room left on the store's disk; nothing of this request was kept")
    if code in ("SQLITE_BUSY", "40001", "40P01", "55P03"):
        return StoreBusy("the store is busy; send the request again")
    return StoreDown(f"the store does not answer ({code or type(cause).__name__})")
