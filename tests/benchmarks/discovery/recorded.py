"""Recorded devices as conversations: the real probes and rules, without a network between."""

import asyncio
import bisect
import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path

from discovery.findings import DeviceFindings, Unreachable
from discovery.knowledge.rules import load_knowledge
from discovery.scan.device import DeviceReader
from discovery.settings import ScanSettings
from discovery.snmp.credentials import Community, Credential
from discovery.snmp.session import (
    ABSENT,
    END,
    Limits,
    NoAnswer,
    Oid,
    SnmpSession,
    Value,
    VarBind,
    parse_oid,
)

_INTEGER, _OCTETS, _NULL, _OBJECT_ID, _ADDRESS, _OPAQUE = 2, 4, 5, 6, 64, 68
_NUMBERS = {_INTEGER, 65, 66, 67, 70}
_COMMUNITY = "public"


class Recording:
    """The variables of a device in their order."""

    def __init__(self, variables: Mapping[Oid, Value]) -> None:
        self.oids = sorted(variables)
        self.variables = variables

    def after(self, oid: Oid) -> VarBind:
        """Return the next variable, or END."""
        place = bisect.bisect_right(self.oids, oid)
        if place == len(self.oids):
            return oid, END
        return self.oids[place], self.variables[self.oids[place]]


def read_recording(path: Path) -> Recording:
    """Read ``OID|TAG|VALUE`` lines; what cannot be read is left out, the first of two wins."""
    variables: dict[Oid, Value] = {}
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            oid, _, rest = line.rstrip("\n").partition("|")
            tag, _, words = rest.partition("|")
            try:
                variables.setdefault(parse_oid(oid), _value(tag, words))
            except ValueError:
                continue
    return Recording(variables)


def _value(tag_words: str, words: str) -> Value:
    tag = int(tag_words.rstrip("x"))
    if tag_words.endswith("x"):
        return bytes.fromhex(words)
    if tag in _NUMBERS:
        return int(words)
    if tag == _OBJECT_ID:
        return parse_oid(words) if words.strip(".") else (0, 0)
    if tag == _ADDRESS:
        return bytes(map(int, words.split(".")))
    return ABSENT if tag == _NULL else words.encode()


class _Session:
    def __init__(self, recording: Recording | None, limits: Limits) -> None:
        self._recording = recording
        self.limits = limits

    def _open(self) -> Recording:
        if self._recording is None:
            raise NoAnswer("no answer: nothing is recorded for this context")
        return self._recording

    async def get(self, oids: Sequence[Oid]) -> Mapping[Oid, Value]:
        """Return what was recorded, ABSENT for the rest."""
        variables = self._open().variables
        return {oid: variables.get(oid, ABSENT) for oid in oids}

    async def bulk(self, oids: Sequence[Oid], repetitions: int) -> Sequence[VarBind]:
        """Return the successors round by round."""
        recording = self._open()
        found: list[VarBind] = []
        cursors = list(oids)
        for _ in range(repetitions):
            round_ = [recording.after(cursor) for cursor in cursors]
            found += round_
            cursors = [oid for oid, _ in round_]
        return found


class _Sessions:
    """One device: its recording, and those of its VLANs by the community that asks for them."""

    def __init__(self, main: Recording, contexts: Mapping[int, Recording]) -> None:
        self._by_community = {f"{_COMMUNITY}@{vlan}": one for vlan, one in contexts.items()}
        self._by_community[_COMMUNITY] = main

    def session(
        self, address: str, port: int, credential: Credential, limits: Limits
    ) -> SnmpSession:
        """Return a session with the recording of that community."""
        del address, port
        community = credential.community if isinstance(credential, Community) else ""
        return _Session(self._by_community.get(community), limits)


def visit(
    address: str, main: Recording, contexts: Mapping[int, Recording] | None = None
) -> DeviceFindings:
    """Visit a recorded device with all probes."""
    settings = ScanSettings(device_seconds=600, max_rows=100_000, max_variables=2_000_000)
    reader = DeviceReader(_Sessions(main, contexts or {}), settings, load_knowledge())
    found = asyncio.run(reader.read(address, [Community(_COMMUNITY)]))
    if isinstance(found, Unreachable):
        raise TypeError(f"{address}: {found.reason}")
    return found
