"""Where people enter a service: from what they type to the item, and the port, it leads to.

Only what the register knows is asked. Nothing is looked up in the network: the server need not
reach what the people reach.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cmdb.engine.identity import normalise
from cmdb.errors import InvalidValue
from cmdb.model import standing_model
from cmdb.model.text import text_key
from cmdb.query.items import find_items
from cmdb.records.facts import Address, Listener
from cmdb.records.items import Item, ItemValue
from cmdb.records.sources import ItemIdentifier
from cmdb.vocabulary import FQDN, NAME
from server.foundation.permissions import Actor, Permission
from server.items.scope import visible_items

_MOST = 20
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
#: Ports that the scheme of a URL implies (IANA service names).
_PORTS = {
    "http": 80,
    "https": 443,
    "ws": 80,
    "wss": 443,
    "ftp": 21,
    "ssh": 22,
    "sftp": 22,
    "ldap": 389,
    "ldaps": 636,
    "imap": 143,
    "imaps": 993,
    "smtp": 25,
    "postgres": 5432,
    "postgresql": 5432,
    "mysql": 3306,
    "mariadb": 3306,
    "mssql": 1433,
    "mongodb": 27017,
    "redis": 6379,
    "amqp": 5672,
    "amqps": 5671,
}


@dataclass(frozen=True, slots=True)
class Target:
    """What an address names: a host, perhaps a port, and the URL if it was one."""

    host: str
    port: int | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """An item behind an address. ``found_by``: "url", "address" or "name"."""

    item: Item
    listener: Listener | None
    found_by: str


def read_target(text: str) -> Target:
    """Return what a typed address names. Raises ``InvalidValue`` for what is none.

    >>> read_target("https://orders.example.test/basket")
    Target(host='orders.example.test', port=443, url='https://orders.example.test/basket')
    >>> read_target("db-1:5432"), read_target("2001:db8::1").port
    (Target(host='db-1', port=5432, url=''), None)
    """
    text = text.strip()
    if not text or len(text) > 2000 or any(char.isspace() or char < " " for char in text):
        raise InvalidValue({"address": "must be a URL, or a host with or without a port"})
    is_url = _SCHEME.match(text) is not None
    if not is_url and _is_ip(text):
        return Target(text)
    try:
        split = urlsplit(text if is_url else f"//{text}")
        host, port = (split.hostname or "").rstrip("."), split.port
    except ValueError as error:
        raise InvalidValue({"address": "is no address that can be read"}) from error
    if not host:
        raise InvalidValue({"address": "names no host"})
    return Target(host, port or _PORTS.get(split.scheme), text if is_url else "")


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def find_entries(session: Session, actor: Actor, target: Target) -> list[Entry]:
    """Return the items in sight that answer at an address: the best kind of match alone.

    An item that stands for the URL itself comes before the host of that address, a host by address
    or name before one whose first label alone fits.
    """
    actor.require(Permission.SERVICE_CREATE)
    for found_by, ids in _candidates(session, target):
        items = find_items(session, list(ids)[:_MOST], visible_items(actor)) if ids else {}
        living = [item for item in items.values() if item.stage != "retired"]
        if living:
            ports = _listeners(session, [item.id for item in living], target.port)
            return [Entry(item, ports.get(item.id), found_by) for item in living]
    return []


def _candidates(session: Session, target: Target) -> Iterable[tuple[str, Sequence[int]]]:
    if target.url:
        yield "url", _with_url(session, target)
    if _is_ip(target.host):
        wanted = str(ip_address(target.host))
        yield (
            "address",
            session.scalars(
                select(Address.item_id).where(Address.address == wanted).distinct().limit(_MOST)
            ).all(),
        )
        return
    yield "name", _named(session, target.host)
    label = target.host.partition(".")[0]
    if label not in {target.host, "www"}:
        yield "name", _named(session, label)


def _with_url(session: Session, target: Target) -> Sequence[int]:
    """Return the items whose URL leads to the same host and port."""
    kinds = [a.id for a in standing_model().attributes_named("url") if a.searchable]
    if not kinds:
        return []
    rows = session.execute(
        select(ItemValue.item_id, ItemValue.text_key).where(
            ItemValue.attribute_id.in_(kinds),
            ItemValue.text_key.contains(text_key(target.host), autoescape=True),
        )
    )
    found = []
    for item_id, url in rows:
        try:
            known = read_target(str(url))
        except InvalidValue:
            continue
        if (known.host, known.port) == (target.host, target.port):
            found.append(item_id)
    return found


def _named(session: Session, name: str) -> Sequence[int]:
    evidence = [one.value for kind in (FQDN, NAME) if (one := normalise(kind, name))]
    by_evidence = select(ItemIdentifier.item_id).where(
        ItemIdentifier.kind.in_([FQDN, NAME]), ItemIdentifier.value.in_(evidence)
    )
    query = select(Item.id).where(
        or_(Item.id.in_(by_evidence), Item.name_key == text_key(name)), Item.stage != "retired"
    )
    return session.scalars(query.order_by(Item.id).limit(_MOST)).all()


def _listeners(session: Session, item_ids: Sequence[int], port: int | None) -> dict[int, Listener]:
    if port is None:
        return {}
    query = select(Listener).where(
        Listener.item_id.in_(item_ids), Listener.port == port, Listener.protocol != "udp"
    )
    return {row.item_id: row for row in session.scalars(query.order_by(Listener.id.desc()))}
