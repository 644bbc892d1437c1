"""What a notification means to us (SNMPv2-MIB, IF-MIB); pure."""

from dataclasses import dataclass
from enum import StrEnum

from discovery.snmp.codec.notifications import Notification
from discovery.snmp.session import Oid
from discovery.snmp.text import number, text

_TRAPS: Oid = (1, 3, 6, 1, 6, 3, 1, 1, 5)
_IF_INDEX: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1, 1)
_IF_DESCRIPTION: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1, 2)
_IF_NAME: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 1)


class Happening(StrEnum):
    """What a device announces."""

    COLD_START = "cold_start"
    WARM_START = "warm_start"
    LINK_DOWN = "link_down"
    LINK_UP = "link_up"
    AUTHENTICATION_FAILURE = "authentication_failure"


_KNOWN = {
    (*_TRAPS, 1): Happening.COLD_START,
    (*_TRAPS, 2): Happening.WARM_START,
    (*_TRAPS, 3): Happening.LINK_DOWN,
    (*_TRAPS, 4): Happening.LINK_UP,
    (*_TRAPS, 5): Happening.AUTHENTICATION_FAILURE,
}


@dataclass(frozen=True, slots=True)
class Announcement:
    """A notification that we understand; the interface by its index, and by names where given."""

    happening: Happening
    interface_index: int | None = None
    interface_names: tuple[str, ...] = ()


def understand(notification: Notification) -> Announcement | None:
    """Return what was announced; None for a notification that means nothing to us."""
    happening = _KNOWN.get(notification.name)
    if happening is None:
        return None
    index: int | None = None
    names: list[str] = []
    for oid, value in notification.varbinds:
        column = oid[:-1]
        if column == _IF_INDEX:
            index = number(value)
        elif column in (_IF_DESCRIPTION, _IF_NAME):
            names.append(text(value))
            index = oid[-1] if index is None else index
    return Announcement(happening, index, tuple(filter(None, names)))
