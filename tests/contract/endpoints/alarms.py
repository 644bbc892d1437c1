"""REST and pages around alarms."""

from typing import Any

from server.foundation.permissions import Permission
from tests.contract.endpoints.entry import Endpoint

_V1 = "/api/v1"
_RULES = Permission.ADMIN_RULES
_HOME = "/administration/desk/alarms"
_ONE = f"{_V1}/alarm-rules/<string:alarm_rule>"
_RULE = {"name": "Full", "signal": "filesystem", "threshold": 90}
_FORM = {"name": "Full", "signal": "filesystem", "threshold": "90", "kind": "incident"}
_FORM |= {"urgency": "high", "reopen_hours": "24", "quiet_hours": "4", "most_open": "20"}


def _of_all(method: str, rule: str, **more: Any) -> Endpoint:
    """Return an endpoint of the whole desk: for those who may everywhere."""
    return Endpoint(method, rule, _RULES, everywhere=True, **more)


def _one(method: str, rule: str, **more: Any) -> Endpoint:
    """Return an endpoint of one rule, which belongs to no organisation."""
    return _of_all(method, rule, of_nobody=True, **more)


ALARMS: tuple[Endpoint, ...] = (
    _of_all("GET", f"{_V1}/alarm-rules"),
    _of_all("POST", f"{_V1}/alarm-rules", json=_RULE | {"code": "ours"}, status=201),
    _of_all("POST", f"{_V1}/alarm-trials", json={"rule": _RULE}),
    _one("GET", _ONE),
    _one("PUT", _ONE, json=_RULE),
    _one("DELETE", _ONE, status=204),
    _of_all("GET", f"{_V1}/alarms"),
    _of_all("GET", _HOME),
    _of_all("GET", f"{_HOME}/new"),
    _of_all("POST", f"{_HOME}/new", form=_FORM | {"code": "ours"}, status=303),
    _one("GET", f"{_HOME}/<string:alarm_rule>"),
    _one("POST", f"{_HOME}/<string:alarm_rule>", form=_FORM | {"act": "try"}),
    _one("POST", f"{_HOME}/<string:alarm_rule>/switch", form={"on": "1"}, status=303),
    _one("POST", f"{_HOME}/<string:alarm_rule>/remove", form={}, status=303),
    Endpoint(
        "GET",
        "/tickets/<string:reference>/alarms",
        Permission.TICKET_READ,
        at={"reference": "ticket"},
    ),
)
