"""How fast packets may leave: all of a scan together, and the requests to one device."""

import asyncio
import time
from collections.abc import Callable

#: What was not used may be made up for, but only so long back.
_BURST_SECONDS = 0.1


class Pace:
    """Packets per second, shared by all that send in one event loop.

    Callers that must go on (a device that is being read) take their ``turn`` and wait for it; they
    may run into debt, in the order in which they came. Callers that can wait (the roll call) look
    at ``packets`` and send only what is there. So reading goes before calling, and neither exceeds
    the pace over any longer time.
    """

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Raise ValueError for a pace at which nothing would ever leave."""
        if per_second <= 0:
            raise ValueError("a pace must be more than nothing")
        self._per_second = per_second
        self._clock = clock
        self._most = max(1.0, per_second * _BURST_SECONDS)
        self._filled = clock()
        self.packets = self._most

    def refill(self) -> None:
        """Add what has become due since the last time.

        Not done at each packet: a pace that this machine cannot keep would leave the loop no time
        for anything else.
        """
        now = self._clock()
        self.packets = min(self._most, self.packets + (now - self._filled) * self._per_second)
        self._filled = now

    def debt_seconds(self) -> float:
        """Take one packet, and return how long to wait before it may leave."""
        self.refill()
        self.packets -= 1
        return max(0.0, -self.packets / self._per_second)

    async def turn(self) -> None:
        """Wait until one packet may leave."""
        seconds = self.debt_seconds()
        if seconds > 0:
            await asyncio.sleep(seconds)
