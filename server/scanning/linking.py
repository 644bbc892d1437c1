"""Links and half-links as rows: what is seen again is confirmed, what is not seen fades."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from cmdb.records.among import among
from cmdb.records.bulk import insert_rows
from discovery.topology.values import HalfLink, Link
from server.scanning.models import NetworkHalfLink, NetworkLink

#: A link that nobody has seen for so long is gone.
FADES_AFTER = timedelta(days=7)


def store_links(session: Session, links: Iterable[Link], now: datetime) -> None:
    """Bring the stored links to these; what is not among them fades."""
    told = {}
    for key, link in _distinct(links).items():
        ends = {"start_id": int(link.a.device), "start_port": link.a.name}
        ends |= {"end_id": int(link.b.device), "end_port": link.b.name}
        terms = {"evidence": list(link.evidence), "vlans": list(link.vlans)}
        terms |= {"shared": link.shared, "confidence": link.confidence}
        told[key] = _Told(ends | {"layer": link.layer}, terms)
    _store(session, NetworkLink, told, now)


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
    told: dict[str, _Told] = {}
    for half in halves:
        remote = half.remote_chassis, half.remote_name, half.remote_port, half.remote_key
        key = _key(half.local.device, half.local.name, half.protocol, *remote)
        terms = {
            "reason": half.reason,
            "remote_name": half.remote_name,
            "remote_chassis": half.remote_chassis,
            "remote_port": half.remote_port,
            "remote_description": half.remote_description,
            "remote_addresses": list(half.remote_addresses),
        }
        local = {"item_id": int(half.local.device), "port": half.local.name}
        told.setdefault(key, _Told(local | {"protocol": half.protocol}, terms))
    _store(session, NetworkHalfLink, told, now)


@dataclass(frozen=True, slots=True)
class _Told:
    """A row as it should be: what its key is made of, and what may change of it."""

    fixed: dict[str, Any]
    terms: dict[str, Any]


def _store(
    session: Session,
    entity: type[NetworkLink | NetworkHalfLink],
    told: Mapping[str, _Told],
    now: datetime,
) -> None:
    """Insert what is new, write what differs, confirm the rest, forget what has faded."""
    known = _known(session, entity, next(iter(told.values())).terms) if told else {}
    fresh, different, same = [], [], []
    for key, one in told.items():
        if key not in known:
            seen = {"key": key, "first_seen_at": now, "last_seen_at": now}
            fresh.append(seen | one.fixed | one.terms)
        elif known[key][1] == tuple(one.terms.values()):
            same.append(known[key][0])
        else:
            different.append({"id": known[key][0], "last_seen_at": now} | one.terms)
    insert_rows(session, entity, fresh)
    if different:
        session.execute(update(entity), different)
    _confirm(session, entity, same, now)
    session.execute(
        delete(entity)
        .where(entity.last_seen_at < now - FADES_AFTER)
        .execution_options(synchronize_session=False)
    )


def _known(
    session: Session, entity: type[NetworkLink | NetworkHalfLink], terms: Iterable[str]
) -> dict[str, tuple[int, tuple[Any, ...]]]:
    """Return id and terms of what is stored, by key."""
    columns = [getattr(entity, name) for name in terms]
    rows = session.execute(select(entity.key, entity.id, *columns))
    return {key: (row_id, tuple(values)) for key, row_id, *values in rows}


def _confirm(
    session: Session,
    entity: type[NetworkLink | NetworkHalfLink],
    ids: Iterable[int],
    now: datetime,
) -> None:
    """Say that rows were seen again: one statement for all of them."""
    session.execute(
        update(entity)
        .where(among(session, entity.id, sorted(ids)))
        .values(last_seen_at=now)
        .execution_options(synchronize_session=False)
    )


def _key(*words: object) -> str:
    return hashlib.sha256("\0".join(map(str, words)).encode()).hexdigest()[:40]
