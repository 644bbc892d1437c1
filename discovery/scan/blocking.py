"""The same for callers without an event loop: a job of the server, a script.

Each call runs a loop of its own, so it may be made from any thread, several at a time; it must not
be made from within a running loop.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Coroutine, Generator, Iterator, Sequence
from contextlib import aclosing
from typing import Any

from discovery.findings import DeviceFindings, Unreachable
from discovery.knowledge.rules import Knowledge, load_knowledge
from discovery.scan.device import DeviceReader, resolve
from discovery.scan.range import OnProgress, Result, sweep
from discovery.settings import ScanSettings
from discovery.snmp.client import SnmpClient
from discovery.snmp.credentials import Credential, Ladder
from discovery.targets.ranges import Targets

ShouldStop = Callable[[], bool]
_POLL_SECONDS = 0.2
_WAITING_RESULTS = 100


class Stopped(Exception):
    """The caller asked to stop before there was a result."""


def scan_host(
    target: str,
    credentials: Sequence[Credential],
    settings: ScanSettings,
    knowledge: Knowledge | None = None,
    should_stop: ShouldStop | None = None,
) -> DeviceFindings | Unreachable:
    """Visit one device by address or name, trying the credentials in their order.

    Ends within about ``settings.device_seconds``. ``should_stop`` is asked five times a second from
    the calling thread; when it says yes, the visit ends and Stopped is raised.
    """
    tables = knowledge if knowledge is not None else load_knowledge()
    return asyncio.run(_visit(target, credentials, settings, tables, should_stop))


async def _visit(
    target: str,
    credentials: Sequence[Credential],
    settings: ScanSettings,
    knowledge: Knowledge,
    should_stop: ShouldStop | None,
) -> DeviceFindings | Unreachable:
    visit = asyncio.create_task(read_host(target, credentials, settings, knowledge))
    try:
        while True:
            done, _ = await asyncio.wait({visit}, timeout=_POLL_SECONDS if should_stop else None)
            if done:
                return visit.result()
            if should_stop is not None and should_stop():
                raise Stopped("the visit was stopped")
    finally:
        visit.cancel()
        await asyncio.gather(visit, return_exceptions=True)


async def read_host(
    target: str,
    credentials: Sequence[Credential],
    settings: ScanSettings,
    knowledge: Knowledge,
) -> DeviceFindings | Unreachable:
    """Visit one device by address or name, inside a running loop."""
    address = await resolve(target, settings.port)
    if isinstance(address, Unreachable):
        return address
    async with SnmpClient() as client:
        ladder = Ladder.over(credentials).at(address)
        return await DeviceReader(client, settings, knowledge).read(address, ladder)


def scan_range(
    targets: Targets,
    credentials: Sequence[Credential],
    settings: ScanSettings,
    knowledge: Knowledge | None = None,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> Generator[Result]:
    """Yield a result for every address of the ranges that answers, as they come.

    The scan runs in a thread of its own, so the caller may take its time with a result (write it
    to a database); when a hundred wait, the scan waits too. ``on_progress`` is called from that
    thread, and ``should_stop`` is asked there five times a second: when it says yes, no more
    results come. Closing the iterator ends the scan; an error in the scan is raised here.
    """
    tables = knowledge if knowledge is not None else load_knowledge()
    handed = _HandOver(should_stop)

    async def scan() -> None:
        found = sweep(targets, credentials, settings, tables, on_progress)
        async with aclosing(found) as results:
            async for result in results:
                await handed.put(result)

    thread = threading.Thread(target=handed.run, args=(scan,), name="discovery-scan", daemon=True)
    thread.start()
    try:
        yield from handed.take()
    finally:
        handed.stop.set()
        thread.join()


class _HandOver:
    """Hands results from a scan's thread to the caller's, and the wish to stop the other way."""

    def __init__(self, should_stop: ShouldStop | None = None) -> None:
        self.stop = threading.Event()
        self._should_stop = should_stop
        self._results: queue.SimpleQueue[Result | BaseException | None] = queue.SimpleQueue()

    def run(self, scan: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run the scan to its end or until told to stop; never raises."""
        try:
            asyncio.run(self._until_stopped(scan))
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            self._results.put(error)
        finally:
            self._results.put(None)

    async def _until_stopped(self, scan: Callable[[], Coroutine[Any, Any, None]]) -> None:
        work = asyncio.create_task(scan())
        while not work.done() and not self.stop.is_set():
            await asyncio.wait({work}, timeout=_POLL_SECONDS)
            if self._should_stop is not None and self._should_stop():
                self.stop.set()
        if work.done():
            work.result()
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)

    async def put(self, result: Result) -> None:
        """Hand a result over, and wait while the caller is far behind."""
        self._results.put(result)
        while self._results.qsize() >= _WAITING_RESULTS:
            await asyncio.sleep(_POLL_SECONDS)

    def take(self) -> Iterator[Result]:
        """Yield results until the scan has ended; raises what ended it."""
        while (item := self._results.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
