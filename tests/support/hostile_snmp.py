"""Devices that answer what no device should; each has one vice and is otherwise polite."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from tests.support import ber
from tests.support.ber import Oid
from tests.support.snmp_recordings import Recording, parse_recording
from tests.support.snmp_responder import GET, GET_BULK, Answer, RecordedDevice, Request

_SYSTEM = parse_recording(
    [
        "1.3.6.1.2.1.1.1.0|4|A device with a vice",
        "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.7",
        "1.3.6.1.2.1.1.5.0|4|vicious",
    ]
)
_IF_DESCR: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1, 2)


@dataclass
class Vicious(RecordedDevice):
    """Answers GET from its system group and everything else by its vice."""

    recording: Recording = _SYSTEM
    vice: Callable[[Request], Answer | None] = lambda _: None

    def answer(self, request: Request) -> Answer | None:
        """Answer a request under the right community."""
        if request.kind == GET:
            return super().answer(request)
        return self.vice(request)


def endless_table(request: Request) -> Answer:
    """Go on for ever: below whatever is asked there is always one more."""
    varbinds = []
    cursors = list(request.oids)
    for _ in range(request.repetitions):
        cursors = [_successor(oid) for oid in cursors]
        varbinds += [ber.varbind(oid, ber.integer(7)) for oid in cursors]
    return Answer(varbinds)


def _successor(oid: Oid) -> Oid:
    # The longest column asked for has twelve numbers (ENTITY-MIB): what is longer has an index.
    return (*oid[:-1], oid[-1] + 1) if len(oid) > 12 else (*oid, 1)


def same_again(request: Request) -> Answer:
    """Answer with the OID that was asked for, as if it came after itself."""
    return Answer([ber.varbind(oid, ber.integer(7)) for oid in request.oids])


def backwards(request: Request) -> Answer:
    """Answer with ever smaller OIDs."""
    oids = [(*oid[:11], 5 - place) for place in range(5) for oid in request.oids]
    return Answer([ber.varbind(oid, ber.integer(7)) for oid in oids])


def nothing_at_all(_: Request) -> Answer:
    """Answer with no variable, not even an end."""
    return Answer([])


def more_than_asked(request: Request) -> Answer:
    """Answer with a thousand variables whatever was asked."""
    oids = [(*_IF_DESCR, number) for number in range(1000)]
    return Answer([ber.varbind(oid, ber.integer(7)) for oid in oids])


def generic_error(_: Request) -> Answer:
    """Answer genErr without saying where."""
    return Answer([], (5, 0))


def always_too_big(_: Request) -> Answer:
    """Answer tooBig however little is asked."""
    return Answer([], (1, 0))


def silent_tables(_: Request) -> None:
    """Leave every table unanswered."""


def not_snmp(_: Request) -> Answer:
    """Answer with octets that are no SNMP."""
    return Answer(raw=b"\x30\x82\xff\xff" + bytes(range(256)) * 4)


def nested_deeply(request: Request) -> Answer:
    """Answer with a message of a thousand sequences within each other."""
    content = b""
    for _ in range(1000):
        content = ber.tlv(0x30, content)
    return Answer(raw=ber.message(1, request.community, ber.tlv(0xA2, content)))


def huge_values(request: Request) -> Answer:
    """Answer one row of 60,000 octets per column, then an end."""
    varbinds = []
    for oid in request.oids[:1]:
        if len(oid) > 11:
            varbinds.append(ber.exception(oid, ber.END_OF_MIB))
        else:
            varbinds.append(ber.varbind((*oid, 1), ber.tlv(ber.OCTETS, b"\xff" * 60_000)))
    return Answer(varbinds)


VICES: Mapping[str, Callable[[Request], Answer | None]] = {
    vice.__name__: vice
    for vice in (
        *(endless_table, same_again, backwards, nothing_at_all, more_than_asked, generic_error),
        *(always_too_big, silent_tables, not_snmp, nested_deeply, huge_values),
    )
}


@dataclass
class SlowDrip(RecordedDevice):
    """Answers one variable at a time, each just before one would give up."""

    recording: Recording = _SYSTEM
    delay_seconds: float = 0.15

    def answer(self, request: Request) -> Answer | None:
        """Answer a request under the right community."""
        if request.kind != GET_BULK:
            return super().answer(request)
        answer = endless_table(request)
        return replace(answer, varbinds=answer.varbinds[:1], delay_seconds=self.delay_seconds)


@dataclass
class SmallAnswers(RecordedDevice):
    """Loses every answer of more than ``most`` variables on the way, as some networks do."""

    recording: Recording = _SYSTEM
    most: int = 10

    def answer(self, request: Request) -> Answer | None:
        """Answer a request under the right community."""
        answer = super().answer(request)
        return None if answer is None or len(answer.varbinds) > self.most else answer


@dataclass
class Stumbling(RecordedDevice):
    """Answers genErr for one column and names its place."""

    recording: Recording = _SYSTEM
    column: Oid = (*_IF_DESCR[:-1], 3)

    def answer(self, request: Request) -> Answer | None:
        """Answer a request under the right community."""
        for place, oid in zip(itertools.count(1), request.oids, strict=False):
            if oid[: len(self.column)] == self.column and request.kind != GET:
                names = [ber.varbind(name, b"\x05\x00") for name in request.oids]
                return Answer(names, (5, place))
        return super().answer(request)
