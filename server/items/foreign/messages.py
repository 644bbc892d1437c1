"""What a foreign agent says, whatever it was written in: one shape for XML and JSON.

``content`` has the names of the JSON inventory format (lower case, lists where several may be);
unknown members are kept and passed over later.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cmdb.errors import InvalidValue
from cmdb.inventory.storable import storable, storable_text
from server.items.payload import read_json


class Dialect(StrEnum):
    """Who speaks; each is answered in its own way."""

    FUSION = "fusioninventory"
    GLPI = "glpi"
    OCS = "ocs"


#: Standalone scripts all send this one; it names nobody.
NOBODY = "foo"
_LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class Message:
    """One message; ``action`` is prolog, contact, inventory, netdiscovery, netinventory or such."""

    action: str
    device_id: str
    dialect: Dialect
    as_json: bool
    content: Mapping[str, Any] = field(default_factory=dict)
    partial: bool = False
    item_type: str = ""
    tag: str = ""
    name: str = ""
    version: str = ""

    @property
    def brings_facts(self) -> bool:
        """Say whether the message tells of a machine or a device."""
        return bool(self.content)


def read_json_message(plain: bytes) -> Message:
    """Read GLPI Agent's JSON. Raises ``InvalidValue`` naming the field."""
    document = storable(read_json(plain))
    if not isinstance(document, dict):
        raise InvalidValue({"body": "must be a JSON object"})
    content = document.get("content", {})
    if not isinstance(content, dict):
        raise InvalidValue({"content": "must be an object"})
    told = document.get("action")
    action = str(told).casefold() if told else ("inventory" if content else "contact")
    return Message(
        action=action[:64],
        device_id=device_id_of(document.get("deviceid")),
        dialect=Dialect.GLPI,
        as_json=True,
        content=content,
        partial=document.get("partial") is True,
        item_type=str(document.get("itemtype") or "")[:64],
        tag=str(document.get("tag") or "")[:200],
        name=_name_in(document, content),
        version=str(content.get("versionclient") or document.get("version") or "")[:64],
    )


def _name_in(document: Mapping[str, Any], content: Mapping[str, Any]) -> str:
    hardware = content.get("hardware")
    told = hardware.get("name") if isinstance(hardware, dict) else None
    return str(document.get("name") or told or "")[:255]


def device_id_of(told: Any) -> str:
    """Return the sender's own id. Raises ``InvalidValue`` where there is none."""
    text = storable_text(told).strip() if isinstance(told, str) else ""
    if not text or len(text) > _LONGEST_ID:
        raise InvalidValue({"deviceid": f"must be a text of 1 to {_LONGEST_ID} characters"})
    return text
