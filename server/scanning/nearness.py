"""Which collector stands nearest to an address: the one that sweeps the narrowest range with it."""

from datetime import datetime
from ipaddress import ip_address

from sqlalchemy import select
from sqlalchemy.orm import Session

from discovery.targets.ranges import BadRange
from server.scanning.collectors.models import Collector
from server.scanning.collectors.queries import state_of
from server.scanning.models import ScanRange
from server.scanning.ranges import targets_of


def collector_near(
    session: Session, organisation_id: int, address: str, now: datetime
) -> Collector | None:
    """Return the collector of an organisation that reaches an address and is there now."""
    query = (
        select(ScanRange, Collector)
        .join(Collector, Collector.id == ScanRange.collector_id)
        .where(
            ScanRange.organisation_id == organisation_id,
            Collector.organisation_id == organisation_id,
            Collector.revoked_at.is_(None),
        )
        .order_by(ScanRange.id)
    )
    near = [
        (width, row.id, collector)
        for row, collector in session.execute(query)
        if state_of(collector, now) == "well"
        and (width := width_around(row.addresses, address)) is not None
    ]
    return min(near, key=lambda one: one[:2])[2] if near else None


def width_around(addresses: str, address: str) -> int | None:
    """Return how many addresses the narrowest part of a range has that holds an address.

    >>> width_around("10.1.0.0/16, 10.9.2.0-10.9.2.255", "10.9.2.3")
    256
    >>> width_around("10.1.0.0/16", "10.2.2.3") is None
    True
    """
    wanted = ip_address(address)
    try:
        parts = targets_of(addresses).ranges
    except BadRange:
        return None
    widths = [
        int(one.last) - int(one.first) + 1
        for one in parts
        if one.first.version == wanted.version and int(one.first) <= int(wanted) <= int(one.last)
    ]
    return min(widths, default=None)
