"""Reads the XML of FusionInventory, GLPI and OCS agents. The only user of defusedxml.

Document types, entities and references to elsewhere are refused, so neither a bomb nor a file of
ours can be had through a report.
"""

import re
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from cmdb.errors import InvalidValue
from cmdb.inventory.storable import storable
from server.items.foreign.messages import Dialect, Message, device_id_of

#: The format nests to a depth of nine (ports, connections of a switch).
_DEEPEST = 16
#: Agents send them in descriptions; XML 1.0 has no way to say them.
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ACTIONS = {"snmp": "netinventory", "snmpquery": "netinventory"}
#: Lists whose XML name is not that of the JSON format.
_NUMBERED = re.compile(r"v\d+\.\d")
_RENAMED = {"firewall": "firewalls"}
#: Objects; every other member of the content that has members of its own is a list.
_OBJECTS = frozenset(
    {
        "accesslog", "bios", "hardware", "operatingsystem", "versionprovider", "network_device",
        "pagecounters", "accountinfo", "device", "error",
    }
)  # fmt: skip


def read_xml_message(plain: bytes, user_agent: str = "") -> Message:
    """Read a REQUEST. Raises ``InvalidValue`` for what is no XML, or no message."""
    root = _parsed(plain)
    if root.tag.casefold() != "request":
        raise InvalidValue({"body": "must be a REQUEST element"})
    document = storable(_mapping(root, 0))
    content = document.get("content")
    content = _content(content) if isinstance(content, dict) else {}
    query = str(document.get("query") or "").casefold()
    action = _ACTIONS.get(query, query) or ("netinventory" if "device" in content else "inventory")
    hardware = content.get("hardware", {})
    version = content.get("versionclient") or hardware.get("versionclient")
    dialect = _dialect(user_agent, version)
    # OCS tells its version in the request's header alone.
    named = user_agent if dialect is Dialect.OCS and _NUMBERED.search(user_agent) else ""
    return Message(
        action=action[:64],
        device_id=device_id_of(document.get("deviceid")),
        dialect=dialect,
        as_json=False,
        content=content,
        tag=_tag(content)[:200],
        name=str(hardware.get("name") or "")[:255],
        version=str(version or content.get("moduleversion") or named)[:64],
    )


def _parsed(plain: bytes) -> Element:
    cleaned = _CONTROLS.sub(b"", plain)
    try:
        return _read(cleaned)
    except ParseError:
        try:
            # Old Windows agents write their own code page into a document that claims UTF-8.
            return _read(cleaned.decode("latin-1"))
        except ParseError as error:
            raise InvalidValue({"body": f"is not valid XML: {error}"}) from error


def _read(text: bytes | str) -> Element:
    try:
        root: Element = fromstring(text, forbid_dtd=True)
    except DefusedXmlException as error:
        raise InvalidValue({"body": "may hold no document type and no entities"}) from error
    except (ValueError, LookupError) as error:  # an encoding nobody knows
        raise InvalidValue({"body": f"cannot be decoded: {error}"}) from error
    return root


def _mapping(element: Element, depth: int) -> dict[str, Any]:
    """Fold an element's children: twins become a list, empty ones say nothing."""
    found: dict[str, Any] = {}
    for child in element:
        name = str(child.tag).casefold()
        value: Any
        if len(child):
            value = _mapping(child, depth + 1) if depth < _DEEPEST else None
        else:
            value = (child.text or "").strip()
        if value in (None, "", {}):
            continue
        if name in found:
            known = found[name]
            if isinstance(known, list):
                known.append(value)
            else:
                found[name] = [known, value]
        else:
            found[name] = value
    return found


def _content(raw: Mapping[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for told, value in raw.items():
        name = _RENAMED.get(told, told)
        if isinstance(value, dict) and name not in _OBJECTS:
            content[name] = [value]
        elif isinstance(value, list) and name in _OBJECTS - {"accountinfo", "device"}:
            content[name] = _merged(value)
        else:
            content[name] = value
    return content | {n: {} for n in ("hardware", "bios") if not _is_object(content.get(n, {}))}


def _merged(told: list[Any]) -> dict[str, Any]:
    """Make one object of an element that was written twice; what was said last stands."""
    found: dict[str, Any] = {}
    for one in told:
        found |= one if isinstance(one, dict) else {}
    return found


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _tag(content: Mapping[str, Any]) -> str:
    told = content.get("accountinfo")
    for entry in told if isinstance(told, list) else [told]:
        if isinstance(entry, dict) and str(entry.get("keyname")).upper() == "TAG":
            return str(entry.get("keyvalue") or "")
    return ""


def _dialect(user_agent: str, version: Any) -> Dialect:
    """Tell who writes; of OCS only the User-Agent says so."""
    words = f"{user_agent} {version or ''}".casefold()
    if "ocs" in words:
        return Dialect.OCS
    if "glpi" in words:
        return Dialect.GLPI
    return Dialect.FUSION
