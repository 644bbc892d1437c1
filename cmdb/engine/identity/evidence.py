"""Evidence in what people and lists say: a serial typed by hand points at the same machine."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cmdb.engine.identity.knowledge import knowledge
from cmdb.engine.identity.normalising import normalise
from cmdb.model.text import clean, text_key
from cmdb.observation import Identifier
from cmdb.vocabulary import (
    BOARD_SERIAL,
    CHASSIS_ID,
    CLOUD_ID,
    CODE,
    ENGINE_ID,
    FQDN,
    HARDWARE_UUID,
    KEY,
    MAC,
    MACHINE_ID,
    NAME,
    SERIAL,
    IdentifierKind,
)

#: Stands between the parts of a key, and how long one may be.
_BETWEEN = "|"
_LONGEST = 400

#: Which attributes are evidence of which kind.
_KINDS: Mapping[str, IdentifierKind] = {
    "machine_id": MACHINE_ID,
    "uuid": HARDWARE_UUID,
    "instance_uuid": HARDWARE_UUID,
    "serial": SERIAL,
    "board_serial": BOARD_SERIAL,
    "chassis_id": CHASSIS_ID,
    "engine_id": ENGINE_ID,
    "resource_id": CLOUD_ID,
    "base_mac": MAC,
    "mac_addresses": MAC,
    "code": CODE,
    "fqdn": FQDN,
    "name": NAME,
}


def evidence_of(values: Mapping[str, Any], class_code: str = "") -> tuple[Identifier, ...]:
    """Return the evidence in attribute values, raw or stored, each piece once.

    With a class also the keys that its rules make of several attributes.

    >>> [found.value for found in evidence_of({"serial": "CZ30", "vendor": "HPE", "name": "ap"})]
    ['CZ30|hp', 'ap']
    """
    return tuple(dict.fromkeys((*_read(values), *keys_of(values, class_code))))


def keys_of(values: Mapping[str, Any], class_code: str) -> Iterator[Identifier]:
    """Yield the keys of a class of which every attribute is said.

    >>> [one.value for one in keys_of({"url": " https://Shop.example/ "}, "endpoint")]
    ['endpoint:https://shop.example/']
    """
    for owner, names in knowledge().keys.get(class_code, ()):
        parts = [_part(values.get(name)) for name in names]
        if all(parts):
            yield Identifier(KEY, f"{owner}:{_BETWEEN.join(parts)}"[:_LONGEST])


def _part(value: Any) -> str:
    """Return one value of a key in its normal form; "" for what is none."""
    if value is None or isinstance(value, bool | list | tuple | dict):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # 900 and 900.0 are one value, as a column has it or as it is stored
    return text_key(clean(str(value))).replace(_BETWEEN, "/")


def relevant(class_code: str, evidence: Iterable[Identifier]) -> tuple[Identifier, ...]:
    """Return the evidence that says something of an item of this class.

    >>> from cmdb.vocabulary import CONTAINER
    >>> relevant(CONTAINER, [Identifier(SERIAL, "CZ30|hp"), Identifier(NAME, "web")])
    (Identifier(kind='name', value='web'),)
    """
    ignored = knowledge().ignored.get(class_code, frozenset())
    return tuple(one for one in evidence if one.kind not in ignored)


def _read(values: Mapping[str, Any]) -> Iterator[Identifier]:
    maker = _text(values.get("vendor"))
    board_maker = _text(values.get("board_vendor")) or maker
    for name, kind in _KINDS.items():
        raw = values.get(name)
        for text in raw if isinstance(raw, list | tuple) else [raw]:
            vendor = board_maker if kind == BOARD_SERIAL else maker
            found = normalise(kind, _text(text), vendor)
            if found is not None:
                yield found


def _text(raw: Any) -> str:
    return raw if isinstance(raw, str) else ""
