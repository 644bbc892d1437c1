"""REST and pages around tickets: routing, groups, queues, absences, hand-overs."""

from server.foundation.permissions import Permission
from tests.contract.endpoints.entry import Endpoint, Named

_V1 = "/api/v1"
_TICKET = f"{_V1}/tickets/<string:reference>"
_RULES = Permission.ADMIN_RULES
_WORK = Permission.TICKET_WORK
_READ = Permission.TICKET_READ
_ROUTING = "/administration/desk/routing"
_RULE = {"name": "Wireless", "group_id": Named("group")}
_AWAY = {"starts_at": "2999-01-01T00:00:00Z", "ends_at": "2999-01-02T00:00:00Z"}
_NOBODYS = {"everywhere": True, "of_nobody": True}

DESK_AROUND: tuple[Endpoint, ...] = (
    Endpoint("GET", f"{_V1}/routing-rules", _RULES, everywhere=True),
    Endpoint("POST", f"{_V1}/routing-rules", _RULES, json=_RULE, status=201, everywhere=True),
    Endpoint("POST", f"{_V1}/routing-rules/trial", _RULES, json={"rule": _RULE}, everywhere=True),
    Endpoint(
        "PUT",
        f"{_V1}/routing-rules/order",
        _RULES,
        json={"ids": [Named("routing_rule")]},
        everywhere=True,
    ),
    Endpoint("GET", f"{_V1}/routing-rules/<int:routing_rule_id>", _RULES, **_NOBODYS),
    Endpoint("PUT", f"{_V1}/routing-rules/<int:routing_rule_id>", _RULES, json=_RULE, **_NOBODYS),
    Endpoint(
        "DELETE", f"{_V1}/routing-rules/<int:routing_rule_id>", _RULES, status=204, **_NOBODYS
    ),
    Endpoint(
        "POST",
        f"{_V1}/routing-rules/<int:routing_rule_id>/examples",
        _RULES,
        json={"reference": Named("ticket")},
        status=201,
        **_NOBODYS,
    ),
    Endpoint("GET", f"{_V1}/desk-groups/<int:group_id>", Permission.GROUP_READ),
    Endpoint(
        "PUT",
        f"{_V1}/desk-groups/<int:group_id>",
        _RULES,
        json={"line": "2"},
        everywhere=True,
        of_nobody=True,
    ),
    Endpoint("GET", f"{_V1}/ticket-queues", _READ),
    Endpoint("GET", f"{_V1}/absences", _WORK),
    Endpoint("POST", f"{_V1}/absences", _WORK, json=_AWAY, status=201),
    Endpoint("DELETE", f"{_V1}/absences/<int:absence_id>", _WORK, status=204),
    Endpoint("GET", f"{_TICKET}/handovers", _READ),
    Endpoint(
        "POST",
        f"{_TICKET}/handovers",
        _WORK,
        json={"group_id": Named("group"), "asked": "Look at it"},
        status=201,
    ),
    Endpoint("POST", f"{_TICKET}/handovers/accept", _WORK, at={"reference": "handed"}),
    Endpoint("GET", _ROUTING, _RULES, everywhere=True),
    Endpoint("GET", f"{_ROUTING}/new", _RULES, everywhere=True),
    Endpoint(
        "POST",
        f"{_ROUTING}/new",
        _RULES,
        form={"name": "Wireless", "words": "wi-fi, wlan", "priority": "2"},
        status=303,
        everywhere=True,
    ),
    Endpoint("GET", f"{_ROUTING}/<int:routing_rule_id>", _RULES, **_NOBODYS),
    Endpoint(
        "POST",
        f"{_ROUTING}/<int:routing_rule_id>",
        _RULES,
        form={"name": "Wireless", "priority": "2", "act": "try"},
        **_NOBODYS,
    ),
    Endpoint(
        "POST", f"{_ROUTING}/<int:routing_rule_id>/remove", _RULES, form={}, status=303, **_NOBODYS
    ),
    Endpoint(
        "POST", f"{_ROUTING}/<int:routing_rule_id>/earlier", _RULES, form={}, status=303, **_NOBODYS
    ),
    Endpoint(
        "POST",
        f"{_ROUTING}/<int:routing_rule_id>/examples",
        _RULES,
        form={"reference": Named("ticket")},
        status=303,
        **_NOBODYS,
    ),
    Endpoint("GET", f"{_ROUTING}/groups/<int:group_id>", _RULES, **_NOBODYS),
    Endpoint(
        "POST",
        f"{_ROUTING}/groups/<int:group_id>",
        _RULES,
        form={"line": "2", "assignment": "round_robin"},
        status=303,
        **_NOBODYS,
    ),
    Endpoint("GET", "/absences", _WORK),
    Endpoint(
        "POST",
        "/absences",
        _WORK,
        form={"starts_at": "2999-01-01T00:00", "ends_at": "2999-01-02T00:00"},
        status=303,
    ),
    Endpoint("POST", "/absences/<int:absence_id>/remove", _WORK, form={}, status=303),
    Endpoint("GET", "/tickets/queues", _READ),
    Endpoint("GET", "/tickets/<reference>/handovers", _READ),
    Endpoint(
        "POST",
        "/tickets/<reference>/hand-over",
        _WORK,
        form={"group_id": Named("group"), "asked": "Look at it"},
        status=303,
    ),
    Endpoint(
        "POST",
        "/tickets/<reference>/accept",
        _WORK,
        at={"reference": "handed"},
        form={},
        status=303,
    ),
)
