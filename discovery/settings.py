"""What a scan may cost: bounds and pace, as one frozen value."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """How to ask. The defaults suit a company's network; a WAN wants a longer timeout.

    ``timeout_seconds`` is for one request and ``retries`` come on top of the first try.
    ``device_seconds`` ends the visit to one device whatever it still has to say.
    ``pace`` is the number of packets a second that leave in all, ``device_pace`` to one device;
    ``in_flight`` the number of devices that are read at the same time.
    ``probes`` names the questions to ask (see ``discovery.scan.questions``); empty means all.
    """

    port: int = 161
    timeout_seconds: float = 2.0
    retries: int = 1
    device_seconds: float = 120.0
    max_rows: int = 20_000
    max_variables: int = 200_000
    max_repetitions: int = 100
    pace: int = 2_000
    device_pace: int = 200
    in_flight: int = 50
    probes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.port <= 65_535:
            raise ValueError(f"{self.port} is not a UDP port")
        if self.timeout_seconds <= 0 or self.device_seconds <= 0:
            raise ValueError("a timeout must be longer than nothing")
        if self.retries < 0:
            raise ValueError("retries cannot be negative")
        if min(self.max_rows, self.max_variables, self.max_repetitions) < 1:
            raise ValueError("a limit must be at least 1")
        if min(self.pace, self.device_pace, self.in_flight) < 1:
            raise ValueError("pace and number of devices in flight must be at least 1")


def from_environment(variable: str) -> str:
    """Return a setting of the environment; "" when it is not set."""
    return os.environ.get(variable, "")
