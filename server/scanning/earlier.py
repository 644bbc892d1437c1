"""How a device stood when discovery last read it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from discovery.findings.storing import unpack
from discovery.reach.device import port_name
from discovery.reach.values import PortsBefore
from server.scanning.models import DeviceFacts


def ports_before(session: Session, item_id: int) -> PortsBefore | None:
    """Return which ports of an item were up then; None where it was never read over SNMP."""
    row = session.scalar(select(DeviceFacts).where(DeviceFacts.item_id == item_id))
    if row is None:
        return None
    ports = unpack(row.packed).interfaces
    return PortsBefore(row.seen_at, frozenset(port_name(one) for one in ports if one.up))
