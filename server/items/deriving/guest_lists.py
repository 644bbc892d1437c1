"""Sightings of hosting: what a hypervisor says it carries (libvirt, Proxmox, Hyper-V, VMware, Xen).

Agents list the guests that are defined on a machine, with the UUID and the addresses by which the
guest knows itself; both are compared with the evidence that identity keeps of every item.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.engine.derivation.deciding import End, Sighting
from cmdb.engine.identity import normalise
from cmdb.inventory.lookup import parts
from cmdb.records.facts import FactSection
from cmdb.records.items import Item
from cmdb.records.sources import ItemIdentifier
from cmdb.vocabulary import HARDWARE_UUID, MAC
from server.items.deriving.scope import Scope

_SECTION = "guests"
#: In every format: one guest has more evidence than this only by mistake.
_MOST = 64

Evidence = tuple[str, str]
"""(kind, normalised value)."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One guest on one host's list; ``running`` is None where the list does not say."""

    host: End
    name: str
    kind: str
    running: bool | None
    evidence: frozenset[Evidence]


def read_guest_lists(
    session: Session, scope: Scope, _options: Mapping[str, Any]
) -> Iterator[Sighting]:
    """Yield (guest, host) where the list of one host names the guest by its own evidence.

    Of several hosts that list it the one counts on which it runs; where that is none, or several,
    nothing is said: it is being moved, or was copied.
    """
    listed = list(_read_lists(session, scope))
    known = _owners(session, scope, {one for entry in listed for one in entry.evidence})
    by_guest: dict[End, list[Listed]] = defaultdict(list)
    for entry in listed:
        guest = guest_of(entry, known)
        if guest is not None:
            by_guest[guest].append(entry)
    for guest, entries in sorted(by_guest.items()):
        carrier = carrier_of(entries)
        if carrier is not None:
            told = {"name": carrier.name, "kind": carrier.kind}
            yield Sighting(guest, carrier.host, told=told)


def guest_of(entry: Listed, known: Mapping[Evidence, frozenset[End]]) -> End | None:
    """Return the item that a list means: the UUID says it, and addresses where there is none."""
    for kind in (HARDWARE_UUID, MAC):
        found = {
            end
            for evidence in entry.evidence
            if evidence[0] == kind
            for end in known.get(evidence, ())
        } - {entry.host}
        if found:
            return next(iter(found)) if len(found) == 1 else None
    return None


def carrier_of(entries: Sequence[Listed]) -> Listed | None:
    """Return the list that counts, of those that name one guest."""
    if len({entry.host for entry in entries}) == 1:
        return entries[0]
    running = [entry for entry in entries if entry.running]
    return running[0] if len({entry.host for entry in running}) == 1 else None


def evidence_in(row: Mapping[str, Any]) -> frozenset[Evidence]:
    """Return what a row of a list says of its guest, as identity writes it.

    >>> sorted(evidence_in({"uuid": "564D1234-0A0B-0C0D-0E0F-101112131415", "macs": ["junk"]}))
    [('uuid', '34124d56-0a0b-0c0d-0e0f-101112131415')]
    """
    macs = row.get("macs")
    told = [(HARDWARE_UUID, row.get("uuid"))]
    told += [(MAC, mac) for mac in (macs if isinstance(macs, list) else [])[:_MOST]]
    found = (normalise(kind, value) for kind, value in told if isinstance(value, str))
    return frozenset((one.kind, one.value) for one in found if one is not None)


def _read_lists(session: Session, scope: Scope) -> Iterator[Listed]:
    query = (
        select(Item.id, Item.class_code, FactSection.rows)
        .join(Item, Item.id == FactSection.item_id)
        .where(FactSection.name == _SECTION, scope.takes_part())
    )
    for part in scope.parts():
        asked = query if part is None else query.where(FactSection.item_id.in_(part))
        for item_id, class_code, rows in session.execute(asked):
            for row in rows:
                if evidence := evidence_in(row):
                    running = row.get("running")
                    yield Listed(
                        End(item_id, class_code),
                        str(row.get("name") or ""),
                        str(row.get("kind") or ""),
                        running if isinstance(running, bool) else None,
                        evidence,
                    )


def _owners(
    session: Session, scope: Scope, wanted: Iterable[Evidence]
) -> Mapping[Evidence, frozenset[End]]:
    """Return which items carry the evidence."""
    found: dict[Evidence, set[End]] = defaultdict(set)
    values: dict[str, set[str]] = defaultdict(set)
    for kind, value in wanted:
        values[kind].add(value)
    query = (
        select(ItemIdentifier.kind, ItemIdentifier.value, Item.id, Item.class_code)
        .join(Item, Item.id == ItemIdentifier.item_id)
        .where(scope.takes_part())
    )
    for kind, all_values in values.items():
        for part in parts(sorted(all_values)):
            asked = query.where(ItemIdentifier.kind == kind, ItemIdentifier.value.in_(part))
            for its_kind, value, item_id, class_code in session.execute(asked):
                found[its_kind, value].add(End(item_id, class_code))
    return {evidence: frozenset(ends) for evidence, ends in found.items()}
