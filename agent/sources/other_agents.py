"""How inventory agents of other makers on this machine call themselves, read from their folders.

Each keeps on the disk the id under which it reports. Told beside our own, it shows a server that
two agents speak of one machine, where nothing of the hardware does.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from agent.machine import Machine

_KEPT_BYTES = 64 * 1024
_MOST = 16
_LONGEST = 200
#: FusionInventory agent and GLPI Agent: a hash stored by Perl (Storable(3perl)).
_STORED = (
    "/var/lib/fusioninventory-agent/FusionInventory-Agent.dump",
    "/var/lib/glpi-agent/GLPI-Agent.dump",
)
#: OCS agent: one folder for each server, in it a file of XML.
_OCS_FOLDER = "/var/lib/ocsinventory-agent"
_OCS_ID = r"<DEVICEID>([^<>]{1,200})</DEVICEID>"  # compiled where it is needed
#: A member's key follows its value, after its length in the order of bytes of this machine.
_KEYS = (b"\x08\0\0\0deviceid", b"\0\0\0\x08deviceid")
#: What stands before a short text: its kind (SX_SCALAR, SX_UTF8STR) and its length in one byte.
_TEXTS = (0x0A, 0x17)


def device_ids(machine: Machine) -> list[str]:
    """Return the ids in order, each once; none where no such agent ever ran."""
    found = sorted({*_of_perl(machine), *_of_ocs(machine)})
    return found[:_MOST]


def _of_perl(machine: Machine) -> Iterator[str]:
    for path in _STORED:
        told = stored_id(machine.data(path, _KEPT_BYTES) or b"")
        if told:
            yield told


def stored_id(data: bytes) -> str:
    r"""Return the member `deviceid` of a stored hash; "" where it is not found.

    >>> stored_id(b"pst0 \x03\x01\0\0\0\x0a\x04vm-2\x08\0\0\0deviceid")
    'vm-2'
    """
    end = max(data.rfind(key) for key in _KEYS)
    for length in range(1, min(end - 1, _LONGEST + 1)):
        start = end - length
        if data[start - 1] == length and data[start - 2] in _TEXTS:
            text = data[start:end].decode("utf-8", "replace")
            return text if text.isprintable() else ""
    return ""


def _of_ocs(machine: Machine) -> Iterator[str]:
    for name in machine.names(_OCS_FOLDER)[:_MOST]:
        told = machine.text(f"{_OCS_FOLDER}/{name}/ocsinv.conf", _KEPT_BYTES)
        found = re.search(_OCS_ID, told or "")
        if found:
            yield found[1].strip()
