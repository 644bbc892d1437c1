"""SNMPv1 and SNMPv2c: a community, a PDU and a request id; pysnmp is the codec."""

import asyncio
from typing import Any

from pyasn1.codec.ber import decoder, encoder
from pysnmp.error import PySnmpError
from pysnmp.proto import api
from pysnmp.proto.api import verdec

from discovery.snmp.client.sockets import FAMILIES, DeviceSocket, Peer, Request, check_family
from discovery.snmp.credentials import Community
from discovery.snmp.session import Unsendable


class _CommunitySocket(DeviceSocket):
    def __init__(self, pending: dict[tuple[Peer, int], Request]) -> None:
        super().__init__()
        self._pending = pending

    def take(self, datagram: bytes, sender: Peer) -> None:
        module = api.PROTOCOL_MODULES[verdec.decode_message_version(datagram)]
        message, _ = decoder.decode(datagram, asn1Spec=module.Message())
        pdu = module.apiMessage.get_pdu(message)
        request = self._pending.get((sender, int(module.apiPDU.get_request_id(pdu))))
        if request is not None:
            request.settle(pdu)


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
        """Send the request once. Raises Unsendable."""
        module: Any = api.PROTOCOL_MODULES[0 if request.credential.version == "1" else 1]
        key = (request.peer, int(module.apiPDU.get_request_id(request.pdu)))
        if key not in self._pending:
            self._pending[key] = request
            request.answer.add_done_callback(lambda _: self._pending.pop(key, None))
        try:
            datagram = _encode(module, request)
        except PySnmpError as error:
            raise Unsendable(f"the request could not be made: {error}") from None
        transport = self._sockets[request.family].transport
        if transport is not None:
            transport.sendto(datagram, request.peer)

    def close(self) -> None:
        """Close the sockets."""
        for sock in self._sockets.values():
            if sock.transport is not None:
                sock.transport.close()


def _encode(module: Any, request: Request) -> bytes:
    if not isinstance(request.credential, Community):
        raise TypeError("a community exchange needs a community")
    message = module.Message()
    module.apiMessage.set_defaults(message)
    module.apiMessage.set_community(message, request.credential.community.encode())
    module.apiMessage.set_pdu(message, request.pdu)
    encoded: bytes = encoder.encode(message)
    return encoded
