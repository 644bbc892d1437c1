"""What a visit brought enters the register: by the one door, and whole for the topology."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.engine.identity import normalise
from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Author, Recorded
from cmdb.observation import Identifier
from cmdb.vocabulary import SERIAL
from discovery.assembly.observation import assemble
from discovery.findings import DeviceFindings
from discovery.findings.storing import pack
from server.scanning.models import DeviceFacts


def record_device(
    session: Session,
    found: DeviceFindings,
    organisation_id: int,
    author: Author,
    now: datetime,
    observed_at: datetime | None = None,
) -> Recorded:
    """Record what a device said; its facts are kept on the item it was found to be.

    ``observed_at`` is when it said so, if that was not now: a newer visit's facts stay.
    """
    seen_at = min(observed_at or now, now)
    seen = assemble(found, organisation_id, seen_at)
    seen = replace(seen, identifiers=tuple(_settled(seen.identifiers)))
    recorded = Inventory(session, now, author).record(seen)
    if recorded.item_id is not None:
        _keep(session, recorded.item_id, found, seen_at)
    return recorded


def _settled(identifiers: Sequence[Identifier]) -> Iterator[Identifier]:
    """Bring what discovery read into the form in which evidence is compared; drop junk."""
    for identifier in identifiers:
        raw, maker = identifier.value, ""
        if identifier.kind == SERIAL:
            raw, _, maker = identifier.value.rpartition("|")
        settled = normalise(identifier.kind, raw, maker)
        if settled is not None:
            yield settled


def _keep(session: Session, item_id: int, found: DeviceFindings, now: datetime) -> None:
    row = session.scalar(select(DeviceFacts).where(DeviceFacts.item_id == item_id))
    if row is None:
        row = DeviceFacts(item_id=item_id)
        session.add(row)
    elif row.seen_at > now:
        return
    row.packed, row.seen_at = pack(found), now
