"""The table of checks."""

from collections.abc import Callable, Mapping

from discovery.reach.echo import ping
from discovery.reach.names import look_up
from discovery.reach.port import knock
from discovery.reach.route import trace
from discovery.reach.values import Answer

_CHECKS: Mapping[str, Callable[[str, int], Answer]] = {
    "ping": lambda address, _: ping(address),
    "tcp": knock,
    "route": lambda address, _: trace(address),
    "names": lambda address, _: look_up(address),
}


def check(kind: str, address: str, port: int = 0) -> Answer:
    """Check an address (no name); ``port`` is for "tcp" alone.

    Ends within 35 seconds. Raises CannotCheck where this machine cannot ask.
    """
    return _CHECKS[kind](address, port)
