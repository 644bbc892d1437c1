"""Who are you? System group (RFC 3418), engine id (RFC 3411), bridge address (RFC 4188).

And whether it hands on what is not for itself (ipForwarding, RFC 4293).
"""

from discovery.findings import Harvest, SystemFinding
from discovery.snmp.conversation import Conversation
from discovery.snmp.session import Oid, SnmpError, Value, dotted
from discovery.snmp.text import mac, number, text

_SYSTEM: Oid = (1, 3, 6, 1, 2, 1, 1)
_DESCRIPTION = (*_SYSTEM, 1, 0)
_OBJECT_ID = (*_SYSTEM, 2, 0)
_UPTIME = (*_SYSTEM, 3, 0)
_CONTACT = (*_SYSTEM, 4, 0)
_NAME = (*_SYSTEM, 5, 0)
_LOCATION = (*_SYSTEM, 6, 0)
_SERVICES = (*_SYSTEM, 7, 0)
_ENGINE_ID: Oid = (1, 3, 6, 1, 6, 3, 10, 2, 1, 1, 0)
_BRIDGE_ADDRESS: Oid = (1, 3, 6, 1, 2, 1, 17, 1, 1, 0)
_FORWARDING: Oid = (1, 3, 6, 1, 2, 1, 4, 1, 0)
_FORWARDS = {1: True, 2: False}


async def ask(device: Conversation) -> Harvest:
    """Return the field ``system``. Raises SnmpError when the system group does not answer."""
    answers = dict(
        await device.get([_DESCRIPTION, _OBJECT_ID, _UPTIME, _CONTACT, _NAME, _LOCATION, _SERVICES])
    )
    complaints: tuple[str, ...] = ()
    try:
        answers |= await device.get([_ENGINE_ID, _BRIDGE_ADDRESS, _FORWARDING])
    except SnmpError as error:  # some agents stumble over what they do not have
        complaints = (f"engine id, bridge address and forwarding: {error}",)
    return Harvest({"system": _finding(answers)}, 1, complaints)


def _finding(answers: dict[Oid, Value]) -> SystemFinding:
    object_id = answers.get(_OBJECT_ID)
    uptime = number(answers.get(_UPTIME))
    engine_id = answers.get(_ENGINE_ID)
    return SystemFinding(
        object_id=dotted(object_id) if isinstance(object_id, tuple) else "",
        description=text(answers.get(_DESCRIPTION), keep_lines=True),
        name=text(answers.get(_NAME)),
        location=text(answers.get(_LOCATION)),
        contact=text(answers.get(_CONTACT)),
        uptime_seconds=None if uptime is None else uptime / 100,
        services=number(answers.get(_SERVICES)),
        engine_id=engine_id.hex() if isinstance(engine_id, bytes) else "",
        bridge_mac=mac(answers.get(_BRIDGE_ADDRESS)),
        forwards=_FORWARDS.get(number(answers.get(_FORWARDING)) or 0),
    )
