"""Does anybody listen: a TCP connection that is opened and closed at once."""

import socket
import time

from discovery.reach.values import CannotCheck, PortState

_UNSENDABLE = frozenset((1, 13, 97, 101))  # EPERM, EACCES, EAFNOSUPPORT, ENETUNREACH


def knock(address: str, port: int, timeout_seconds: float = 3.0) -> PortState:
    """Try to connect once; nothing is sent. Raises CannotCheck where one cannot ask."""
    started = time.monotonic()
    try:
        with socket.create_connection((address, port), timeout_seconds):
            taken = round(1000 * (time.monotonic() - started), 3)
            return PortState(address, port, "open", taken)
    except TimeoutError:
        return PortState(address, port, "silent")
    except ConnectionRefusedError:
        return PortState(address, port, "closed", round(1000 * (time.monotonic() - started), 3))
    except OSError as error:
        if error.errno in _UNSENDABLE:
            raise CannotCheck(f"the packet was not sent: {error.strerror}") from None
        return PortState(address, port, "silent")
