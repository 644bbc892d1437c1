"""What devices announce enters the register: a port that went down is a difference of that port.

A trap says little and says it once, and anybody can send one. So it counts only under a community
or as an SNMPv3 user that is kept for the organisation of the item, and only where the sender's
address belongs to one known device. A state of a port goes through the one door, as if the device
had been visited for that one fact; a restart and a refused stranger become events in the item's
history.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cmdb.inventory.chronicle import history_row
from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Author
from cmdb.observation import Observation, Origin, Section
from cmdb.records.facts import Address, Interface
from cmdb.records.history import HistoryEntry
from cmdb.records.items import Item
from cmdb.records.sources import ItemSource
from cmdb.vocabulary import SNMP, ClassCode
from discovery.assembly.sections import digest, interface_rows, unique_names
from discovery.findings import DeviceFindings
from discovery.findings.storing import pack, unpack
from discovery.snmp.credentials import Community, User
from discovery.traps.meaning import Announcement, Happening
from discovery.traps.receiver import Heard
from server.foundation.secrets import SecretBox
from server.scanning.actions import open_credential
from server.scanning.models import DeviceFacts, SnmpCredential

_LINK = {Happening.LINK_DOWN: False, Happening.LINK_UP: True}
_AUTHOR = Author(None, "traps")


@dataclass(frozen=True, slots=True)
class Announcers:
    """Who may announce: communities and SNMPv3 users, with the organisations they are kept for."""

    communities: Mapping[str, frozenset[int]]
    users: Mapping[User, frozenset[int]]

    def organisations(self, heard: Heard) -> frozenset[int]:
        """Return the organisations for which it counts."""
        if heard.user is not None:
            return self.users.get(heard.user, frozenset())
        return self.communities.get(heard.community, frozenset())


def read_announcers(session: Session, secrets: SecretBox) -> Announcers:
    """Return who may announce, out of the credentials that are kept."""
    communities: dict[str, set[int]] = {}
    users: dict[User, set[int]] = {}
    for row in session.scalars(select(SnmpCredential).order_by(SnmpCredential.id)):
        credential = open_credential(row, secrets)
        if isinstance(credential, Community):
            communities.setdefault(credential.community, set()).add(row.organisation_id)
        else:
            unnamed = replace(credential, name="", context="")
            users.setdefault(unnamed, set()).add(row.organisation_id)
    return Announcers(
        {one: frozenset(ids) for one, ids in communities.items()},
        {one: frozenset(ids) for one, ids in users.items()},
    )


def take_announcement(session: Session, heard: Heard, known: Announcers, now: datetime) -> str:
    """Record what a device announced; return what became of it, in a few words."""
    devices = _devices_at(session, heard.sender)
    allowed = known.organisations(heard)
    mine = [item for item in devices if item.organisation_id in allowed]
    if len(mine) != 1:
        return "several devices have this address" if mine else "no known device"
    item, announcement = mine[0], heard.announcement
    if announcement.happening in _LINK:
        return _take_link(session, item, announcement, now)
    seen = (SNMP, now)
    what = {"kind": "event", "subject": announcement.happening.value}
    session.add(HistoryEntry(**history_row(item.id, _AUTHOR, now, seen, **what)))
    return "recorded"


def _devices_at(session: Session, address: str) -> list[Item]:
    query = (
        select(Item)
        .join(DeviceFacts, DeviceFacts.item_id == Item.id)
        .where(
            Item.id.in_(select(Address.item_id).where(Address.address == address)),
            Item.merged_into_id.is_(None),
        )
        .order_by(Item.id)
    )
    return list(session.scalars(query))


def _take_link(session: Session, item: Item, announcement: Announcement, now: datetime) -> str:
    facts = session.scalars(select(DeviceFacts).where(DeviceFacts.item_id == item.id)).one()
    before = unpack(facts.packed)
    index = port_of(before, announcement)
    if index is None:
        return "no such port"
    up = _LINK[announcement.happening]
    ports = tuple(replace(p, up=up) if p.index == index else p for p in before.interfaces)
    after = replace(before, interfaces=ports)
    rows = interface_rows(after)
    if not _stored_names(session, item) <= {str(row["name"]) for row in rows}:
        return "the last visit did not see all ports"
    facts.packed = pack(after)  # when it was visited stays: nothing else was looked at
    for key in session.scalars(_keys(item)):
        observation = Observation(
            Origin(SNMP, key),
            ClassCode(item.class_code),
            item.organisation_id,
            now,
            sections=(Section("interfaces", digest(rows), rows),),
        )
        Inventory(session, now, _AUTHOR).settle(observation, item.id)
        return "recorded"
    return "the device was never visited"


def _keys(item: Item) -> Select[str]:
    mine = (ItemSource.item_id == item.id, ItemSource.source == SNMP)
    return select(ItemSource.key).where(*mine).order_by(ItemSource.id).limit(1)


def _stored_names(session: Session, item: Item) -> set[str]:
    mine = (Interface.item_id == item.id, Interface.source == SNMP)
    return set(session.scalars(select(Interface.name).where(*mine)))


def port_of(findings: DeviceFindings, announcement: Announcement) -> int | None:
    """Return the ifIndex of the port that is meant; names count more than numbers.

    Indexes may have moved since the last visit: where the trap names the port, the name must fit.
    """
    names = unique_names(findings.interfaces)
    if announcement.interface_names:
        told = set(announcement.interface_names)
        fitting = [
            one.index
            for one in findings.interfaces
            if told & {names[one.index], one.name, one.description}
        ]
        if len(fitting) == 1:
            return fitting[0]
        return announcement.interface_index if announcement.interface_index in fitting else None
    return announcement.interface_index if announcement.interface_index in names else None
