"""API keys: shown once, kept as a hash, bound to a tenant, a scope and (for widgets) to origins."""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, insert, select, update

from assistant.store.database import NotFound, now
from assistant.store.tables import keys
from assistant.store.talks import digest

SCOPES = ("admin", "agent", "chat", "widget")


@dataclass(frozen=True)
class Key:
    """A key without its secret."""

    id: str
    tenant: str
    name: str
    scope: str
    origins: Sequence[str]
    created_at: str
    revoked_at: str | None


def create(
    link: Connection, name: str, scope: str, tenant: str = "default", origins: Sequence[str] = ()
) -> tuple[Key, str]:
    """A new key and the text to send it as. Raises ValueError on a scope or origin that is none."""
    if scope not in SCOPES:
        raise ValueError(f"a scope is one of {', '.join(SCOPES)}, got {scope!r}")
    if (scope == "widget") != bool(origins):
        raise ValueError(
            "a widget key wants the origins of its pages (https://shop.example); others have none"
        )
    for origin in origins:
        if not origin.startswith(("https://", "http://")) or origin.count("/") != 2:
            raise ValueError(f"an origin looks like https://shop.example, got {origin!r}")
    secret = secrets.token_urlsafe(32)
    key = Key(secrets.token_hex(8), tenant, name, scope, list(origins), now(), None)
    link.execute(insert(keys).values(**vars(key), digest=digest(secret)))
    return key, f"ak_{key.id}_{secret}"


def find(link: Connection, sent: str) -> Key | None:
    """The key of that text, unless it is unknown or revoked."""
    mark, _, rest = sent.partition("_")
    key, _, secret = rest.partition("_")
    row = link.execute(select(keys).where(keys.c.id == key)).mappings().first()
    known = row["digest"] if row else digest("")
    if not hmac.compare_digest(known, digest(secret)) or mark != "ak" or not row or row["revoked_at"]:
        return None
    return _key(row)


def listed(link: Connection) -> list[Key]:
    """Every key, the revoked too."""
    return [_key(row) for row in link.execute(select(keys).order_by(keys.c.created_at)).mappings()]


def revoke(link: Connection, key: str) -> None:
    """From now on the key opens nothing. Raises NotFound."""
    held = (keys.c.id == key, keys.c.revoked_at.is_(None))
    if not link.execute(update(keys).where(*held).values(revoked_at=now())).rowcount:
        raise NotFound(f"there is no key {key!r} in use")


def _key(row: RowMapping) -> Key:
    return Key(**{name: row[name] for name in Key.__dataclass_fields__})
