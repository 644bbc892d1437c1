"""PDUs in and out: pysnmp's objects on one side, plain values on the other."""

from collections.abc import Sequence
from typing import Any

from pyasn1.type import univ
from pysnmp.error import PySnmpError
from pysnmp.proto import api, errind
from pysnmp.proto.rfc1905 import EndOfMibView

from discovery.snmp.client.statuses import judge
from discovery.snmp.session import (
    ABSENT,
    END,
    BadAnswer,
    Oid,
    Refused,
    SnmpError,
    Value,
    VarBind,
)

#: Answers after which the same request is sent again at once: the engine has learnt the device's
#: engine id or clock from them (RFC 3414, section 4).
AGAIN = (errind.UnknownEngineID, errind.NotInTimeWindow)

_REFUSALS: dict[type[Exception], str] = {
    errind.UnknownUserName: "does not know the user",
    errind.UnknownSecurityName: "does not know the user",
    errind.WrongDigest: "does not accept the authentication key",
    errind.AuthenticationFailure: "signs with another authentication key",
    errind.AuthenticationError: "signs in another way",
    errind.DecryptionError: "does not accept the privacy key",
    errind.UnsupportedSecurityLevel: "wants another security level for this user",
    errind.NotInTimeWindow: "keeps a clock that does not hold still",
    errind.UnknownEngineID: "keeps changing its engine id",
}


class Messages:
    """Builds requests and reads answers of SNMPv3: the PDUs of RFC 3416."""

    def __init__(self) -> None:
        self._module: Any = api.PROTOCOL_MODULES[1]

    def get(self, oids: Sequence[Oid]) -> Any:
        """Return a GET."""
        return self._request(self._module.GetRequestPDU(), oids)

    def get_next(self, oids: Sequence[Oid]) -> Any:
        """Return a GETNEXT."""
        return self._request(self._module.GetNextRequestPDU(), oids)

    def get_bulk(self, oids: Sequence[Oid], repetitions: int) -> Any:
        """Return a GETBULK without non-repeaters."""
        pdu = self._request(self._module.GetBulkRequestPDU(), oids)
        self._module.apiBulkPDU.set_non_repeaters(pdu, 0)
        self._module.apiBulkPDU.set_max_repetitions(pdu, repetitions)
        return pdu

    def _request(self, pdu: Any, oids: Sequence[Oid]) -> Any:
        nothing = univ.Null("")
        self._module.apiPDU.set_defaults(pdu)
        self._module.apiPDU.set_varbinds(pdu, [(oid, nothing) for oid in oids])
        return pdu

    def read(self, pdu: Any, asked: Sequence[Oid]) -> tuple[list[VarBind], int | None]:
        """Return the variables. Raises TooBig, Refused or BadAnswer for an error status."""
        status = int(self._module.apiPDU.get_error_status(pdu))
        place = int(self._module.apiPDU.get_error_index(pdu, muteErrors=True))
        judge(status, place, asked, first_version=False)
        pairs = self._module.apiPDU.get_varbinds(pdu)
        return [(tuple(oid), _value(value)) for oid, value in pairs], None


def refusal(error: Exception) -> SnmpError:
    """Return what an engine's error indication means to a person."""
    for kind, words in _REFUSALS.items():
        if isinstance(error, kind):
            return Refused(f"the device {words}")
    return BadAnswer(f"the device's answer was not accepted ({error})")


def explain(error: PySnmpError) -> str:
    """Return the last line of a failure inside pysnmp (its text may hold a traceback)."""
    try:
        return str(error["errorIndication"])
    except (KeyError, TypeError):
        lines = str(error).strip().splitlines()
        return lines[-1] if lines else type(error).__name__


def _value(value: Any) -> Value:
    if isinstance(value, EndOfMibView):
        return END
    if isinstance(value, univ.Integer):
        return int(value)
    if isinstance(value, univ.ObjectIdentifier):
        return tuple(value)
    if isinstance(value, univ.OctetString) and not isinstance(value, univ.Null):
        return bytes(value)
    return ABSENT  # noSuchObject, noSuchInstance, Null (pyasn1 makes them octet strings)
