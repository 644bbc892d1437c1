"""All devices of a range: call the roll, read those that answer, tell how far it has come."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

from discovery.findings import DeviceFindings, ScanProgress, Unreachable
from discovery.knowledge.rules import Knowledge
from discovery.scan.answering import Answering, RollCall
from discovery.scan.device import DeviceReader
from discovery.settings import ScanSettings
from discovery.snmp.client import SnmpClient
from discovery.snmp.credentials import Community, Credential, Ladder
from discovery.snmp.pacing import Pace
from discovery.targets.ranges import Targets

Result = DeviceFindings | Unreachable
OnProgress = Callable[[ScanProgress], None]


async def sweep(
    targets: Targets,
    credentials: Sequence[Credential],
    settings: ScanSettings,
    knowledge: Knowledge,
    on_progress: OnProgress | None = None,
) -> AsyncGenerator[Result]:
    """Yield a result for every address that answers, as they come.

    Silent addresses yield nothing; they are in the counts of ``on_progress``, which is called about
    five times a second and once at the end. At most ``settings.in_flight`` devices are read at a
    time or wait to be taken, and then the roll call waits too, so memory stays bounded.
    Closing the generator ends everything that is under way.
    """
    pace, credentials = Pace(settings.pace), Ladder.over(credentials)
    async with SnmpClient(pace) as client:
        reader = DeviceReader(client, settings, knowledge)
        roll = RollCall(credentials, settings, pace)
        scan = _Scan(targets, roll, credentials, reader, settings.in_flight)
        watching = asyncio.create_task(scan.watch(on_progress or _ignore))
        try:
            async with aclosing(scan.results()) as results:
                async for result in results:
                    yield result
        finally:
            watching.cancel()
            await scan.stop()
            # Also of one that was stopped: it says how far it came, not how far it was lately.
            (on_progress or _ignore)(scan.progress())


class _Scan:
    """The state of one sweep."""

    def __init__(
        self,
        targets: Targets,
        roll: RollCall,
        credentials: Ladder,
        reader: DeviceReader,
        in_flight: int,
    ) -> None:
        self._targets = targets
        self._credentials = credentials
        self._reader = reader
        self._roll = roll
        self._started = time.monotonic()
        self._results: asyncio.Queue[Result | None] = asyncio.Queue()
        # A place is given back when its result is taken: what waits is bounded too.
        self._places = asyncio.Semaphore(in_flight)
        self._answered = 0
        self._read = 0
        self._work: asyncio.Task[None] | None = None

    async def results(self) -> AsyncGenerator[Result]:
        self._work = asyncio.create_task(self._run())
        while (result := await self._results.get()) is not None:
            self._places.release()
            yield result
        await self._work

    async def stop(self) -> None:
        """End the work that is still under way, if any."""
        if self._work is not None and not self._work.done():
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)

    async def _run(self) -> None:
        try:
            roll_call = aclosing(self._roll.run(self._targets))
            async with asyncio.TaskGroup() as visits, roll_call as roll:
                async for answering in roll:
                    self._answered += 1
                    await self._places.acquire()
                    visits.create_task(self._visit(answering))
        finally:
            self._results.put_nowait(None)

    async def _visit(self, answering: Answering) -> None:
        ladder = _rungs(self._credentials, answering)
        result = await self._reader.read(answering.address, ladder)
        if isinstance(result, Unreachable):
            result = await self._try_others(answering.address, ladder) or result
        self._read += 1
        self._roll.took(answering.address)
        self._results.put_nowait(result)

    async def _try_others(self, address: str, tried: Sequence[Credential]) -> Result | None:
        """Read a device under what it was not asked with, as something else fitted before."""
        others = [one for one in self._credentials if one not in tried]
        if self._credentials.first_at(address) is None or not others:
            return None
        found = await self._reader.read(address, others)
        return None if isinstance(found, Unreachable) else found

    async def watch(self, on_progress: OnProgress) -> None:
        while True:
            on_progress(self.progress())
            await asyncio.sleep(0.2)

    def progress(self) -> ScanProgress:
        return ScanProgress(
            total=len(self._targets),
            asked=self._roll.asked,
            answered=self._answered,
            read=self._read,
            sent=self._roll.sent,
            elapsed_seconds=time.monotonic() - self._started,
            settled=self._roll.settled,
        )


def _rungs(ladder: Ladder, answering: Answering) -> Sequence[Credential]:
    """Return the credentials to try, in the order for this address.

    Communities that answered, and every SNMPv3 user where the device speaks SNMPv3.
    """
    places = answering.places
    users = any(not isinstance(ladder[place], Community) for place in places)
    return [
        ladder[place]
        for place in ladder.places_at(answering.address)
        if place in places or (users and not isinstance(ladder[place], Community))
    ]


def _ignore(_: ScanProgress) -> None:
    pass
