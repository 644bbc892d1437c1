"""Links and half-links as rows: what is seen again is confirmed, what is not seen fades."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from discovery.topology.values import HalfLink, Link
from server.scanning.models import NetworkHalfLink, NetworkLink

#: A link that nobody has seen for so long is gone.
FADES_AFTER = timedelta(days=7)


def store_links(session: Session, links: Iterable[Link], now: datetime) -> None:
    """Bring the stored links to these; what is not among them fades."""
    known = {row.key: row for row in session.scalars(select(NetworkLink))}
    for key, link in _distinct(links).items():
        row = known.pop(key, None)
        if row is None:
            row = NetworkLink(key=key, first_seen_at=now, layer=link.layer)
            row.start_id, row.start_port = int(link.a.device), link.a.name
            row.end_id, row.end_port = int(link.b.device), link.b.name
            session.add(row)
        row.evidence, row.vlans = list(link.evidence), list(link.vlans)
        row.shared, row.confidence, row.last_seen_at = link.shared, link.confidence, now
    _forget(session, known.values(), now)


def _distinct(links: Iterable[Link]) -> dict[str, Link]:
    """Return links by their key; what several protocols tell of the same two ports is one link."""
    found: dict[str, Link] = {}
    for link in links:
        key = _key(link.layer, link.a.device, link.a.name, link.b.device, link.b.name)
        found[key] = _both(found[key], link) if key in found else link
    return found


def _both(one: Link, other: Link) -> Link:
    return replace(
        one,
        evidence=tuple(sorted({*one.evidence, *other.evidence})),
        vlans=tuple(sorted({*one.vlans, *other.vlans})),
        confidence=max(one.confidence, other.confidence),
        shared=one.shared and other.shared,
    )


def store_halves(session: Session, halves: Iterable[HalfLink], now: datetime) -> None:
    """Bring the stored half-links to these; what is not among them fades."""
    known = {row.key: row for row in session.scalars(select(NetworkHalfLink))}
    seen: set[str] = set()
    for half in halves:
        remote = half.remote_chassis, half.remote_name, half.remote_port, half.remote_key
        key = _key(half.local.device, half.local.name, half.protocol, *remote)
        if key in seen:
            continue
        seen.add(key)
        row = known.pop(key, None)
        if row is None:
            row = NetworkHalfLink(key=key, first_seen_at=now, protocol=half.protocol)
            row.item_id, row.port = int(half.local.device), half.local.name
            session.add(row)
        row.reason, row.last_seen_at = half.reason, now
        row.remote_name, row.remote_chassis = half.remote_name, half.remote_chassis
        row.remote_port, row.remote_description = half.remote_port, half.remote_description
        row.remote_addresses = list(half.remote_addresses)
    _forget(session, known.values(), now)


def _forget(session: Session, rows: Iterable[NetworkLink | NetworkHalfLink], now: datetime) -> None:
    for row in rows:
        if row.last_seen_at < now - FADES_AFTER:
            session.delete(row)


def _key(*words: object) -> str:
    return hashlib.sha256("\0".join(map(str, words)).encode()).hexdigest()[:40]
