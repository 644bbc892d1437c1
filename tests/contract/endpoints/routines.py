"""REST and pages around macros and schedules."""

from typing import Any

from server.foundation.permissions import Permission
from tests.contract.endpoints.entry import Endpoint, Named

_V1 = "/api/v1"
_RULES, _WORK = Permission.ADMIN_RULES, Permission.TICKET_WORK
_BOTH = (Permission.TICKET_WORK, Permission.ADMIN_RULES)
_HOME = "/administration/desk/routines"
_MACRO = {"name": "Noted", "note": "Seen."}
_SCHEDULE = {"name": "Yearly", "template": Named("template"), "first_at": "2030-01-01T08:00:00Z"}
_SCHEDULE |= {"organisation_id": Named("organisation")}
_FORM = _SCHEDULE | {"first_at": "2030-01-01T08:00", "rhythm": "month", "every": "1"}


def _of_all(method: str, rule: str, **more: Any) -> Endpoint:
    """Return an endpoint for those who say how the whole desk works."""
    return Endpoint(method, rule, _RULES, everywhere=True, of_nobody=True, **more)


ROUTINES: tuple[Endpoint, ...] = (
    Endpoint("GET", f"{_V1}/ticket-macros", _BOTH),
    _of_all("POST", f"{_V1}/ticket-macros", json=_MACRO | {"code": "ours"}, status=201),
    Endpoint("GET", f"{_V1}/ticket-macros/<string:macro>", _BOTH, of_nobody=True),
    _of_all("PUT", f"{_V1}/ticket-macros/<string:macro>", json=_MACRO),
    _of_all("DELETE", f"{_V1}/ticket-macros/<string:macro>", status=204),
    Endpoint(
        "POST",
        f"{_V1}/tickets/<string:reference>/macros",
        _WORK,
        json={"macro": "noted"},
    ),
    _of_all("GET", f"{_V1}/ticket-schedules"),
    _of_all("POST", f"{_V1}/ticket-schedules", json=_SCHEDULE, status=201),
    _of_all("GET", f"{_V1}/ticket-schedules/<int:schedule_id>"),
    _of_all("PUT", f"{_V1}/ticket-schedules/<int:schedule_id>", json=_SCHEDULE),
    _of_all("DELETE", f"{_V1}/ticket-schedules/<int:schedule_id>", status=204),
    _of_all("GET", _HOME),
    _of_all("GET", f"{_HOME}/macros/new"),
    _of_all("POST", f"{_HOME}/macros/new", form=_MACRO | {"code": "ours"}, status=303),
    _of_all("GET", f"{_HOME}/macros/<string:macro>"),
    _of_all("POST", f"{_HOME}/macros/<string:macro>", form=_MACRO, status=303),
    _of_all("POST", f"{_HOME}/macros/<string:macro>/remove", form={}, status=303),
    _of_all("GET", f"{_HOME}/schedules/new"),
    _of_all("POST", f"{_HOME}/schedules/new", form=_FORM, status=303),
    _of_all("GET", f"{_HOME}/schedules/<int:schedule_id>"),
    _of_all("POST", f"{_HOME}/schedules/<int:schedule_id>", form=_FORM, status=303),
    _of_all("POST", f"{_HOME}/schedules/<int:schedule_id>/remove", form={}, status=303),
    Endpoint("GET", "/tickets/<string:reference>/macros", _WORK),
    Endpoint(
        "POST",
        "/tickets/<string:reference>/macros",
        _WORK,
        form={"macro": "noted"},
        status=303,
    ),
)
