"""Doing an errand: a sweep, a visit or a check, made from where the collector stands."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from discovery.collector.sealing import SealBroken, unseal
from discovery.findings import ScanProgress
from discovery.findings.wire import result_document
from discovery.reach.checking import check
from discovery.reach.values import KINDS, SNMP, CannotCheck
from discovery.scan.blocking import scan_host, scan_range
from discovery.settings import ScanSettings
from discovery.snmp.credentials import Credential, Ladder
from discovery.targets.credentials import credential_from
from discovery.targets.ranges import parse_targets

Results = Iterator[Mapping[str, Any]]


class CannotDo(Exception):
    """An errand that cannot be done at all; the text says why."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What the server wants done; ``sealed`` holds the credentials, for this collector alone."""

    id: int
    attempt: int
    kind: str
    work: Mapping[str, Any]
    sealed: str

    @property
    def purpose(self) -> str:
        """What the seal is bound to."""
        return purpose_of(self.id, self.attempt)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an errand is done with."""

    private_key: str
    on_progress: Callable[[ScanProgress], None]
    should_stop: Callable[[], bool]


def purpose_of(errand_id: int, attempt: int) -> str:
    """Return the purpose for which an errand's secrets are sealed."""
    return f"errand:{errand_id}:{attempt}"


def errand_from(document: Mapping[str, Any]) -> Errand:
    """Read an errand as the server sends it. Raises CannotDo."""
    try:
        work = dict(document["work"])
        number, attempt = int(document["id"]), int(document["attempt"])
        return Errand(number, attempt, str(document["kind"]), work, str(document["sealed"]))
    except (KeyError, TypeError, ValueError) as error:
        raise CannotDo(f"the errand is not understood: {error}") from None


def do(errand: Errand, around: Surroundings) -> Results:
    """Yield what came of it, as it comes. Raises CannotDo, Stopped."""
    try:
        act = _ACTS[errand.kind]
    except KeyError:
        raise CannotDo(f"this version of the collector knows no errand {errand.kind!r}") from None
    try:
        yield from act(errand, around)
    except (KeyError, TypeError, ValueError) as error:
        raise CannotDo(f"the errand cannot be done: {error}") from error


def _sweep(errand: Errand, around: Surroundings) -> Results:
    work = errand.work
    settings = ScanSettings(port=work["port"], pace=work["pace"])
    results = scan_range(
        parse_targets(work["addresses"].splitlines()),
        Ladder(tuple(_credentials(errand, around)), _fitted(work.get("fitted"))),
        settings,
        on_progress=around.on_progress,
        should_stop=around.should_stop,
    )
    try:
        for result in results:
            yield result_document(result)
    finally:
        results.close()


def _fitted(told: Any) -> Mapping[str, int]:
    """Return what fitted which address before; an older server tells nothing of it."""
    pairs = told.items() if isinstance(told, Mapping) else ()
    return {str(address): place for address, place in pairs if type(place) is int}


def _visit(errand: Errand, around: Surroundings) -> Results:
    work = errand.work
    settings = ScanSettings(port=work["port"])
    credentials = _credentials(errand, around)
    found = scan_host(work["target"], credentials, settings, should_stop=around.should_stop)
    yield result_document(found)


def _check(errand: Errand, around: Surroundings) -> Results:
    work = errand.work
    if work["kind"] not in KINDS:
        raise CannotDo(f"this version of the collector knows no check {work['kind']!r}")
    ladder = Ladder(())
    if work["kind"] == SNMP:
        ladder = Ladder(tuple(_credentials(errand, around)), _fitted(work.get("fitted")))
    try:
        answer = check(work["kind"], work["address"], work["port"], ladder)
    except CannotCheck as error:
        yield {"cannot": str(error)}
        return
    yield {work["kind"]: asdict(answer)}


_ACTS: Mapping[str, Callable[[Errand, Surroundings], Results]] = {
    "sweep": _sweep,
    "probe": _visit,
    "check": _check,
}


def _credentials(errand: Errand, around: Surroundings) -> list[Credential]:
    try:
        entries = json.loads(unseal(errand.sealed, around.private_key, errand.purpose))
    except SealBroken as error:
        raise CannotDo(f"its credentials cannot be opened: {error}") from None
    return [credential_from(one, fallback_name="credential") for one in entries]
