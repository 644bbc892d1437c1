"""The table of checks."""

from collections.abc import Callable, Mapping, Sequence

from discovery.reach.device import ask_device
from discovery.reach.echo import ping
from discovery.reach.names import look_up
from discovery.reach.port import knock
from discovery.reach.route import trace
from discovery.reach.values import SNMP, Answer
from discovery.snmp.credentials import Credential

_Check = Callable[[str, int, Sequence[Credential]], Answer]
_CHECKS: Mapping[str, _Check] = {
    "ping": lambda address, _, __: ping(address),
    "tcp": lambda address, port, _: knock(address, port),
    "route": lambda address, _, __: trace(address),
    "names": lambda address, _, __: look_up(address),
    SNMP: ask_device,
}


def check(kind: str, address: str, port: int = 0, credentials: Sequence[Credential] = ()) -> Answer:
    """Check an address (no name); ``port`` is for "tcp" and "snmp", ``credentials`` for "snmp".

    Ends within 35 seconds. Raises CannotCheck where this machine cannot ask.
    """
    return _CHECKS[kind](address, port, credentials)
