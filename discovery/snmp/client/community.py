"""SNMPv1 and SNMPv2c: one socket for all devices, answers told apart by sender and request id."""

import asyncio
import itertools
import secrets
from collections.abc import Sequence

from discovery.snmp.client.sockets import FAMILIES, DeviceSocket, Peer, Request, check_family
from discovery.snmp.client.statuses import judge
from discovery.snmp.codec.requests import GET, GET_NEXT, V1, V2C, bulk_request, request
from discovery.snmp.codec.responses import Response, number_of, read_response
from discovery.snmp.credentials import Community
from discovery.snmp.session import Oid, Unsendable, VarBind

#: Request ids are positive 32-bit integers; where they begin is nobody's to guess.
_NUMBERS = 0x7FFF_FFFF
_numbers = itertools.count(secrets.randbelow(_NUMBERS))


class Question:
    """A message that is ready to be sent, and the request id by which its answer is known."""

    __slots__ = ("datagram", "number")

    def __init__(self, number: int, datagram: bytes) -> None:
        self.number = number
        self.datagram = datagram


class CommunityMessages:
    """Builds requests and reads answers under one community. All raise Unsendable for no OID."""

    def __init__(self, credential: Community) -> None:
        self._first = credential.version == "1"
        self._community = credential.community.encode()

    def get(self, oids: Sequence[Oid]) -> Question:
        """Return a GET."""
        return self._question(GET, oids)

    def get_next(self, oids: Sequence[Oid]) -> Question:
        """Return a GETNEXT."""
        return self._question(GET_NEXT, oids)

    def get_bulk(self, oids: Sequence[Oid], repetitions: int) -> Question:
        """Return a GETBULK without non-repeaters."""
        number = next(_numbers) % _NUMBERS
        try:
            return Question(number, bulk_request(self._community, number, oids, repetitions))
        except ValueError as error:
            raise Unsendable(f"the request could not be made: {error}") from None

    def _question(self, kind: int, oids: Sequence[Oid]) -> Question:
        number = next(_numbers) % _NUMBERS
        version = V1 if self._first else V2C
        try:
            return Question(number, request(version, self._community, kind, number, oids))
        except ValueError as error:
            raise Unsendable(f"the request could not be made: {error}") from None

    def read(self, answer: Response, asked: Sequence[Oid]) -> tuple[Sequence[VarBind], int | None]:
        """Return the variables, or the place of the one that SNMPv1 says does not exist.

        Raises TooBig, Refused or BadAnswer for the other error statuses.
        """
        absent = judge(answer.status, answer.place, asked, first_version=self._first)
        return (answer.varbinds, None) if absent is None else ([], absent)


class _CommunitySocket(DeviceSocket):
    def __init__(self, pending: dict[tuple[Peer, int], Request]) -> None:
        super().__init__()
        self._pending = pending

    def take(self, datagram: bytes, sender: Peer) -> None:
        waiting = self._pending.get((sender, number_of(datagram)))
        if waiting is not None:
            waiting.settle(read_response(datagram))


class CommunityExchange:
    """Exchanges plain messages (RFC 1157, RFC 3416) over one socket per IP version."""

    def __init__(self) -> None:
        self._pending: dict[tuple[Peer, int], Request] = {}
        self._sockets: dict[int, _CommunitySocket] = {}

    async def open(self, family: int) -> DeviceSocket:
        """Return the socket for an IP version (4 or 6), opened on first use. Raises Unsendable."""
        if family not in self._sockets:
            check_family(family)
            self._sockets[family] = sock = _CommunitySocket(self._pending)
            await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: sock, family=FAMILIES[family]
            )
        await self._sockets[family].ready.wait()
        return self._sockets[family]

    def send(self, request: Request) -> None:
        """Send the request once."""
        question: Question = request.pdu
        key = (request.peer, question.number)
        if key not in self._pending:
            self._pending[key] = request
        transport = self._sockets[request.family].transport
        if transport is not None:
            transport.sendto(question.datagram, request.peer)

    def forget(self, request: Request) -> None:
        """Take no answer to the request any more."""
        self._pending.pop((request.peer, request.pdu.number), None)

    def close(self) -> None:
        """Close the sockets."""
        for sock in self._sockets.values():
            if sock.transport is not None:
                sock.transport.close()
