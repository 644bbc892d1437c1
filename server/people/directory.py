"""Talking LDAP. The only file that knows ldap3.

Certificates are always verified (ldap3's own default is not to), referrals are never followed,
every wait has an end, and each conversation has a connection of its own.
"""

import ssl
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import ldap3
from ldap3.core.exceptions import (
    LDAPCertificateError,
    LDAPException,
    LDAPInvalidFilterError,
    LDAPInvalidValueError,
    LDAPSocketOpenError,
    LDAPStartTLSError,
)
from ldap3.operation.search import parse_filter
from ldap3.utils.conv import escape_bytes, escape_filter_chars

from server.foundation.errors import AddressRefused, DirectoryUnavailable
from server.foundation.outbound import INSIDE, Gate
from server.people.rules.dirsync import DIRSYNC, dirsync_value
from server.people.rules.entries import RawEntry
from server.people.rules.passwords import presentable
from server.people.sieve import Sieve

_PARSE: Callable[..., object] = parse_filter

_PAGED = "1.2.840.113556.1.4.319"
_SHOW_DELETED = "1.2.840.113556.1.4.417"
#: Entries in one answer; directories give 500 or 1,000 at most.
_PAGE = 500
_SUCCESS = 0
#: Result codes of a bind that mean no, not "ask later": wrong password, none set, refused by
#: policy, no such entry, not allowed (RFC 4511, appendix A).
_REFUSALS = {19, 32, 34, 48, 49, 50, 53}
#: noSuchObject, insufficientAccessRights.
_NO_SUCH_OBJECT, _NO_RIGHT = 32, 50


class ChangesRefused(Exception):
    """A server does not say what changed; ``denied``: because whoever asks lacks the right."""

    def __init__(self, why: str, *, denied: bool) -> None:
        super().__init__(why)
        self.denied = denied


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How to reach a directory, and as whom to read it.

    ``url`` may name several servers, parted by blanks: the first that answers is asked.
    """

    url: str
    start_tls: bool = True
    #: PEM text; "" trusts what the system trusts.
    authority: str = ""
    bind_dn: str = ""
    bind_password: str = field(default="", repr=False)
    connect_seconds: int = 5
    answer_seconds: int = 30
    gate: Gate = INSIDE

    @property
    def host(self) -> str:
        """Return the host's name or address."""
        return urlsplit(self.url).hostname or ""

    def servers(self) -> "list[Endpoint]":
        """Return the same directory at each of its servers, in order of preference."""
        return [replace(self, url=url) for url in self.url.split()]


class OpenDirectory:
    """A connection that is bound for reading; made by ``open_directory``."""

    def __init__(self, endpoint: Endpoint, connection: ldap3.Connection) -> None:
        self._endpoint = endpoint
        self._connection = connection
        self._sieve = Sieve(connection)

    def entries(
        self, base: str, search_filter: str, attributes: Sequence[str], page_size: int = _PAGE
    ) -> Iterator[RawEntry]:
        """Yield every entry below ``base`` that fits.

        Raises ``DirectoryUnavailable`` when the answer ends early or is cut: what was yielded
        before must then not be taken for all there is.
        """
        cookie: bytes | None = None
        while True:
            result = self._search(base, search_filter, attributes, page_size, cookie)
            yield from self._found()
            cookie = _cookie(result)
            if not cookie:
                return

    def deleted(self, base: str, search_filter: str, attributes: Sequence[str]) -> list[RawEntry]:
        """Return what is left of deleted entries (MS-ADTS 3.1.1.3.4.1.14, show deleted objects).

        A directory that keeps none, or shows us none, gives none.
        """
        found: list[RawEntry] = []
        cookie: bytes | None = None
        while True:
            shown = [(_SHOW_DELETED, True, None)]
            pages = {"paged_size": _PAGE, "paged_cookie": cookie}
            result = self._ask(base, search_filter, attributes, controls=shown, **pages)
            found += self._found()
            cookie = _cookie(result)
            if not cookie:
                return found

    def changes(
        self, root: str, search_filter: str, attributes: Sequence[str], cookie: bytes
    ) -> tuple[list[RawEntry], bytes]:
        """Return what changed below ``root`` since the cookie, as ``rules.dirsync`` reads it.

        And the next cookie. ``root`` must be the root of a naming context.
        Raises ``ChangesRefused``, and ``DirectoryUnavailable`` unless all of it arrived.
        """
        found: list[RawEntry] = []
        while True:
            answer = self._changes(root, search_filter, attributes, cookie)
            found += self._found()
            if not answer["more_results"]:
                return found, answer["cookie"]
            if answer["cookie"] == cookie:
                raise ChangesRefused("the answer does not come to an end", denied=False)
            cookie = answer["cookie"]

    def _changes(
        self, root: str, search_filter: str, attributes: Sequence[str], cookie: bytes
    ) -> Mapping[str, Any]:
        asked = [(DIRSYNC, True, dirsync_value(cookie))]
        result = self._ask(root, search_filter, attributes, controls=asked)
        control = (result.get("controls") or {}).get(DIRSYNC)
        if result["result"] != _SUCCESS or control is None:
            denied = result["result"] == _NO_RIGHT
            raise ChangesRefused(_description(self._connection), denied=denied)
        answer: Mapping[str, Any] = control["value"]
        return answer

    def single(self, dn: str, attributes: Sequence[str]) -> RawEntry | None:
        """Return one entry by its name, "" being the server's own; None when it is not shown."""
        self._ask(dn, "(objectClass=*)", attributes, search_scope=ldap3.BASE)
        found = self._found()
        return found[0] if found else None

    def accepts(self, dn: str, password: str) -> bool:
        """Say whether ``password`` is that of ``dn``, by binding with it; only as the last act.

        Nothing is asked with a password that a server could take for none at all.
        """
        if not dn or not presentable(password):
            return False
        try:
            self._connection.rebind(user=dn, password=password, read_server_info=False)
        except LDAPInvalidValueError:
            return False
        except LDAPException as error:
            raise _unavailable(self._endpoint, error) from error
        code = self._connection.result["result"]
        if code == _SUCCESS or code in _REFUSALS:
            return bool(code == _SUCCESS)
        raise DirectoryUnavailable(f"the directory answers: {_description(self._connection)}")

    def _search(
        self,
        base: str,
        search_filter: str,
        attributes: Sequence[str],
        page_size: int,
        cookie: bytes | None,
    ) -> Mapping[str, Any]:
        pages = {"paged_size": page_size, "paged_cookie": cookie}
        result = self._ask(base, search_filter, attributes, **pages)
        if result["result"] == _NO_SUCH_OBJECT:
            raise DirectoryUnavailable(f"there is nothing at {base}, or it is not shown to us")
        if result["result"] != _SUCCESS:
            raise DirectoryUnavailable(f"the directory answers: {_description(self._connection)}")
        return result

    def _ask(
        self, base: str, search_filter: str, attributes: Sequence[str], **more: Any
    ) -> Mapping[str, Any]:
        try:
            self._connection.search(base, search_filter, attributes=list(attributes), **more)
        except LDAPException as error:
            raise _unavailable(self._endpoint, error) from error
        result: Mapping[str, Any] = self._connection.result
        return result

    def _found(self) -> list[RawEntry]:
        response = self._connection.response or []
        ranged = [_entry(raw) for raw in response if raw.get("type") == "searchResEntry"]
        return [*self._sieve.take(), *ranged]


@contextmanager
def open_directory(endpoint: Endpoint) -> Iterator[OpenDirectory]:
    """Connect to the first server that answers, verify its certificate and bind for reading.

    Raises ``DirectoryUnavailable`` saying what did not work, of each server.
    """
    server, connection = _first_answering(endpoint)
    try:
        yield OpenDirectory(server, connection)
    finally:
        _close(connection)


def unique_id_filter(attribute: str, external_id: str) -> str:
    """Return the filter that finds one entry by its unique id.

    entryUUID is text; objectGUID is 16 bytes, the first three fields little-endian.
    """
    if attribute.lower() == "objectguid":
        value = escape_bytes(uuid.UUID(external_id).bytes_le)
    else:
        value = escape_filter_chars(external_id)
    return f"({attribute}={value})"


def is_filter(text: str) -> bool:
    """Say whether ``text`` is a search filter (RFC 4515)."""
    try:
        _PARSE(text, schema=None, auto_escape=True, auto_encode=True, validator=None, check_names=0)
    except (LDAPInvalidFilterError, IndexError, ValueError):
        return False
    return True


def is_loopback(url: str) -> bool:
    """Say whether ``url`` stays on this machine; only there may passwords travel in the clear."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _first_answering(endpoint: Endpoint) -> tuple[Endpoint, ldap3.Connection]:
    faults: list[DirectoryUnavailable] = []
    for server in endpoint.servers():
        connection = _connection(server)
        try:
            _bind(server, connection)
        except DirectoryUnavailable as error:
            _close(connection)
            faults.append(error)
        except BaseException:
            _close(connection)
            raise
        else:
            return server, connection
    raise DirectoryUnavailable("; ".join(str(fault) for fault in faults)) from (
        faults[-1] if faults else None
    )


class _GatedServer(ldap3.Server):
    """A server of ldap3 whose addresses have passed the gate; ldap3 connects to those."""

    def __init__(self, gate: Gate, host: str, **more: Any) -> None:
        super().__init__(host, **more)
        self._gate = gate

    def candidate_addresses(self) -> list[Any]:
        try:
            # With the marks that ldap3 keeps: when it was last tried, and how that went.
            return [[*one, None, None] for one in self._gate.candidates(self.host, self.port)]
        except OSError as error:
            raise LDAPSocketOpenError(str(error)) from error


def _connection(endpoint: Endpoint) -> ldap3.Connection:
    parts = urlsplit(endpoint.url)
    encrypted = parts.scheme == "ldaps"
    server = _GatedServer(
        endpoint.gate,
        endpoint.host,
        port=parts.port or (636 if encrypted else 389),
        use_ssl=encrypted,
        tls=_tls(endpoint),
        get_info=ldap3.NONE,
        connect_timeout=endpoint.connect_seconds,
    )
    return ldap3.Connection(
        server,
        user=endpoint.bind_dn or None,
        password=endpoint.bind_password or None,
        authentication=ldap3.SIMPLE if endpoint.bind_dn else ldap3.ANONYMOUS,
        auto_referrals=False,
        check_names=False,
        receive_timeout=endpoint.answer_seconds,
    )


def _bind(endpoint: Endpoint, connection: ldap3.Connection) -> None:
    try:
        connection.open(read_server_info=False)
        if endpoint.start_tls and not connection.server.ssl:
            connection.start_tls(read_server_info=False)
        connection.bind(read_server_info=False)
    except (AddressRefused, LDAPException, ssl.SSLError, OSError) as error:
        raise _unavailable(endpoint, error) from error
    if connection.result["result"] != _SUCCESS:
        raise DirectoryUnavailable(f"the bind is refused: {_description(connection)}")


def _close(connection: ldap3.Connection) -> None:
    # After a failed connect ldap3 calls itself closed and keeps the socket open.
    socket = connection.socket
    with suppress(LDAPException, OSError):
        connection.unbind()
    if socket is not None:
        socket.close()


def _tls(endpoint: Endpoint) -> ldap3.Tls:
    return ldap3.Tls(
        validate=ssl.CERT_REQUIRED,
        ca_certs_data=endpoint.authority or None,
        sni=None if _is_address(endpoint.host) else endpoint.host,
    )


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _entry(raw: Mapping[str, Any]) -> RawEntry:
    return RawEntry(
        raw["dn"], {name.lower(): values for name, values in raw["raw_attributes"].items()}
    )


def _cookie(result: Mapping[str, Any]) -> bytes | None:
    control = (result.get("controls") or {}).get(_PAGED)
    return control["value"]["cookie"] if control else None


def _description(connection: ldap3.Connection) -> str:
    return str(connection.result.get("description", "unknown"))


def _unavailable(endpoint: Endpoint, error: Exception) -> DirectoryUnavailable:
    """Say what went wrong in words that hold neither secrets nor a whole certificate."""
    text = str(error).lower()
    if isinstance(error, AddressRefused):
        why = "it leads to where this server may not connect (directory_networks)"
    elif isinstance(error, LDAPCertificateError) or "certificate" in text:
        why = "its certificate cannot be verified"
    elif isinstance(error, LDAPStartTLSError):
        why = "it does not start TLS"
    elif isinstance(error, LDAPSocketOpenError):
        why = "no connection can be made"
    else:
        why = f"the conversation broke off ({type(error).__name__})"
    return DirectoryUnavailable(f"{endpoint.url}: {why}")
