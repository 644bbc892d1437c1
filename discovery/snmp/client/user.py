"""SNMPv3 by pysnmp, the oracle: its engine holds keys, engine ids and clocks (USM, RFC 3414)."""

from typing import Any

from pysnmp.carrier.asyncio.dgram import udp, udp6
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.error import PySnmpError
from pysnmp.proto import errind
from pysnmp.proto.rfc1902 import OctetString

from discovery.snmp.client.messages import explain
from discovery.snmp.client.sockets import DeviceSocket, Peer, Request, check_family
from discovery.snmp.credentials import User
from discovery.snmp.session import Unsendable

_AUTH = {
    "": config.USM_AUTH_NONE,
    "MD5": config.USM_AUTH_HMAC96_MD5,
    "SHA": config.USM_AUTH_HMAC96_SHA,
    "SHA-224": config.USM_AUTH_HMAC128_SHA224,
    "SHA-256": config.USM_AUTH_HMAC192_SHA256,
    "SHA-384": config.USM_AUTH_HMAC256_SHA384,
    "SHA-512": config.USM_AUTH_HMAC384_SHA512,
}
_PRIV = {
    "": config.USM_PRIV_NONE,
    "DES": config.USM_PRIV_CBC56_DES,
    "3DES": config.USM_PRIV_CBC168_3DES,
    "AES": config.USM_PRIV_CFB128_AES,
    "AES-192": config.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "AES-256": config.USM_PRIV_CFB256_AES_BLUMENTHAL,
    "AES-192-C": config.USM_PRIV_CFB192_AES,
    "AES-256-C": config.USM_PRIV_CFB256_AES,
}

# Message processing model, security model and security levels of RFC 3411.
_V3, _USM = 3, 3
_NO_AUTH_NO_PRIV, _AUTH_NO_PRIV, _AUTH_PRIV = 1, 2, 3


class _EngineSocket(DeviceSocket):
    def take(self, datagram: bytes, sender: Peer) -> None:
        self._callback_function(self, sender, datagram)  # type: ignore[attr-defined]  # pysnmp's


class _Socket4(_EngineSocket, udp.UdpAsyncioTransport):  # type: ignore[misc]  # pysnmp is untyped
    pass


class _Socket6(_EngineSocket, udp6.Udp6AsyncioTransport):  # type: ignore[misc]  # pysnmp is untyped
    pass


_FAMILIES: dict[int, tuple[Any, Any]] = {
    4: (udp.DOMAIN_NAME, _Socket4),
    6: (udp6.DOMAIN_NAME, _Socket6),
}


class UserExchange:
    """Exchanges the messages of one SNMPv3 user.

    Each user has an engine (75 ms of CPU to create): an engine knows a user name once only, and
    two sites may use the same name with different keys.
    """

    def __init__(self, user: User) -> None:
        self._engine = SnmpEngine()
        self._sockets: dict[int, DeviceSocket] = {}
        self._level = _level(user)
        # The engine's tables are keyed by its own strings, which equal bytes and never str.
        self._security_name = OctetString(user.user.encode())
        self._context = OctetString(user.context.encode())
        config.add_v3_user(
            self._engine,
            user.user,
            _AUTH[user.auth_protocol],
            user.auth_key or None,
            _PRIV[user.priv_protocol],
            user.priv_key or None,
        )

    async def open(self, family: int) -> DeviceSocket:
        """Return the socket for an IP version (4 or 6), opened on first use. Raises Unsendable."""
        if family not in self._sockets:
            check_family(family)
            domain, kind = _FAMILIES[family]
            sock = kind()
            self._sockets[family] = sock
            config.add_transport(self._engine, domain, sock.open_client_mode())
        await self._sockets[family].ready.wait()
        return self._sockets[family]

    def send(self, request: Request) -> None:
        """Send the request once. Raises Unsendable."""
        ticks = request.seconds_left / self._engine.transport_dispatcher.get_timer_resolution() + 1
        try:
            self._engine.message_dispatcher.send_pdu(
                self._engine,
                _FAMILIES[request.family][0],
                request.peer,
                _V3,
                _USM,
                self._security_name,
                self._level,
                None,
                self._context,
                1,  # the PDUs are those of RFC 3416
                request.pdu,
                True,  # noqa: FBT003 - the signature of RFC 3411: a response is expected
                ticks,
                _settle,
                request,
            )
        except PySnmpError as error:
            raise Unsendable(f"the request could not be made: {explain(error)}") from None

    def forget(self, request: Request) -> None:
        """Do nothing: the engine forgets a request when its time is over."""

    def close(self) -> None:
        """Close the sockets and forget what is under way."""
        self._engine.close_dispatcher()


def _level(user: User) -> int:
    if user.priv_protocol:
        return _AUTH_PRIV
    return _AUTH_NO_PRIV if user.auth_protocol else _NO_AUTH_NO_PRIV


def _settle(*arguments: Any) -> None:
    """Take what the engine hands over (RFC 3411, ``processResponsePdu``)."""
    *_, pdu, status, _handle, request = arguments
    answer = pdu if status is None else status["errorIndication"]
    if not isinstance(answer, errind.RequestTimedOut):  # the waiting is ours
        request.settle(answer)
