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

_PROBLEM = f"{_V1}/problems/<string:reference>"
_AT_PROBLEM = {"reference": "problem"}
_MAJOR = f"{_TICKET}/major-incident"
_AT_MAJOR = {"reference": "major"}
#: Whoever holds one of these reads what is published for everybody.
_READS = (Permission.TICKET_OPEN, Permission.TICKET_WORK)
_ARTICLE = {"title": "Restart it", "body": "Press the button."}

_PROBLEMS: tuple[Endpoint, ...] = (
    Endpoint("GET", f"{_V1}/problems", _READ),
    Endpoint(
        "POST",
        f"{_V1}/problems",
        _WORK,
        json={"title": "It leaks", "tickets": [Named("ticket")], "item_ids": [Named("item")]},
        status=201,
    ),
    Endpoint("GET", _PROBLEM, _READ, at=_AT_PROBLEM),
    Endpoint("PATCH", _PROBLEM, _WORK, at=_AT_PROBLEM, json={"cause": "A worn seal"}),
    Endpoint("POST", f"{_PROBLEM}/moves", _WORK, at=_AT_PROBLEM, json={"state": "analysis"}),
    Endpoint("GET", f"{_PROBLEM}/entries", _READ, at=_AT_PROBLEM),
    Endpoint(
        "POST", f"{_PROBLEM}/entries", _WORK, at=_AT_PROBLEM, json={"text": "Seen."}, status=201
    ),
    Endpoint("GET", f"{_PROBLEM}/tickets", _READ, at=_AT_PROBLEM),
    Endpoint(
        "POST",
        f"{_PROBLEM}/tickets",
        _WORK,
        at=_AT_PROBLEM,
        json={"ticket": Named("ticket")},
        status=201,
    ),
    Endpoint(
        "DELETE",
        f"{_PROBLEM}/tickets/<string:ticket>",
        _WORK,
        at=_AT_PROBLEM | {"ticket": "behind"},
        status=204,
    ),
    Endpoint("GET", f"{_PROBLEM}/items", _READ, at=_AT_PROBLEM),
    Endpoint(
        "POST", f"{_PROBLEM}/items", _WORK, at=_AT_PROBLEM, json={"item_ids": [Named("provider")]}
    ),
    # The item is taken off, whether or not it is in sight.
    Endpoint(
        "DELETE",
        f"{_PROBLEM}/items/<int:item_id>",
        _WORK,
        at=_AT_PROBLEM | {"item_id": "1"},
        status=204,
    ),
    Endpoint("GET", f"{_V1}/known-errors", _READ, query={"ticket": Named("ticket")}),
    Endpoint("GET", f"{_V1}/problem-proposals", _WORK),
    Endpoint("GET", _MAJOR, _READ, at=_AT_MAJOR),
    Endpoint("PUT", _MAJOR, _WORK, json={"bridge": "Room 7"}),
    Endpoint("GET", f"{_MAJOR}/updates", _READ, at=_AT_MAJOR),
    Endpoint(
        "POST",
        f"{_MAJOR}/updates",
        _WORK,
        at=_AT_MAJOR,
        json={"kind": "announcement", "text": "We know."},
        status=201,
    ),
    Endpoint("GET", f"{_V1}/articles", Permission.TICKET_OPEN),
    Endpoint("POST", f"{_V1}/articles", _WORK, json=_ARTICLE, status=201),
    Endpoint("GET", f"{_V1}/articles/suggestions", Permission.TICKET_OPEN, query={"text": "it"}),
    Endpoint("GET", f"{_V1}/articles/<int:article_id>", _READS, of_nobody=True),
    Endpoint("PUT", f"{_V1}/articles/<int:article_id>", _WORK, json=_ARTICLE, of_nobody=True),
    Endpoint("GET", f"{_V1}/articles/<int:article_id>/versions", _WORK, of_nobody=True),
    Endpoint("GET", "/problems", _READ),
    Endpoint("GET", "/problems/proposals", _WORK),
    Endpoint("GET", "/problems/new", _WORK),
    Endpoint("POST", "/problems/new", _WORK, form={"title": "It leaks"}, status=303),
    Endpoint("GET", "/problems/<string:reference>", _READ, at=_AT_PROBLEM),
    Endpoint(
        "POST",
        "/problems/<string:reference>/edit",
        _WORK,
        at=_AT_PROBLEM,
        form={"version": "1", "cause": "A worn seal"},
        status=303,
    ),
    Endpoint(
        "POST",
        "/problems/<string:reference>/move",
        _WORK,
        at=_AT_PROBLEM,
        form={"state": "analysis"},
        status=303,
    ),
    Endpoint(
        "POST",
        "/problems/<string:reference>/note",
        _WORK,
        at=_AT_PROBLEM,
        form={"text": "Seen."},
        status=303,
    ),
    Endpoint(
        "POST",
        "/problems/<string:reference>/tickets",
        _WORK,
        at=_AT_PROBLEM,
        form={"ticket": Named("ticket")},
        status=303,
    ),
    Endpoint(
        "POST",
        "/problems/<string:reference>/items",
        _WORK,
        at=_AT_PROBLEM,
        form={"item": Named("provider")},
        status=303,
    ),
    Endpoint("GET", "/major-incidents/<string:reference>", _READ),
    Endpoint(
        "POST",
        "/major-incidents/<string:reference>",
        _WORK,
        form={"bridge": "Room 7"},
        status=303,
    ),
    Endpoint(
        "POST",
        "/major-incidents/<string:reference>/updates",
        _WORK,
        at=_AT_MAJOR,
        form={"text": "We know.", "kind": "fact"},
        status=303,
    ),
    Endpoint("GET", "/knowledge", Permission.TICKET_OPEN),
    Endpoint("GET", "/knowledge/suggestions", Permission.TICKET_OPEN, query={"title": "it"}),
    Endpoint("GET", "/knowledge/for/<string:reference>", _READ),
    Endpoint("GET", "/knowledge/new", _WORK),
    Endpoint("POST", "/knowledge/new", _WORK, form=_ARTICLE, status=303),
    Endpoint("GET", "/knowledge/<int:article_id>", _READS, of_nobody=True),
    Endpoint("GET", "/knowledge/<int:article_id>/edit", _WORK, of_nobody=True),
    Endpoint(
        "POST",
        "/knowledge/<int:article_id>/edit",
        _WORK,
        form=_ARTICLE,
        status=303,
        of_nobody=True,
    ),
)

DESK_AROUND: tuple[Endpoint, ...] = (
    # What is out of sight is refused row by row.
    Endpoint(
        "POST",
        f"{_V1}/ticket-bulk",
        _WORK,
        json={"references": [Named("ticket")], "note": "Seen."},
        overlooks=True,
    ),
    Endpoint("GET", "/tickets/export.csv", _READ),
    Endpoint(
        "POST",
        "/tickets/bulk",
        _WORK,
        form={"selected": Named("ticket"), "note": "Seen."},
        status=303,
        overlooks=True,
    ),
    *_PROBLEMS,
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
    Endpoint(
        "GET", f"{_V1}/routing-rules/<int:routing_rule_id>", _RULES, everywhere=True, of_nobody=True
    ),
    Endpoint(
        "PUT",
        f"{_V1}/routing-rules/<int:routing_rule_id>",
        _RULES,
        json=_RULE,
        everywhere=True,
        of_nobody=True,
    ),
    Endpoint(
        "DELETE",
        f"{_V1}/routing-rules/<int:routing_rule_id>",
        _RULES,
        status=204,
        everywhere=True,
        of_nobody=True,
    ),
    Endpoint(
        "POST",
        f"{_V1}/routing-rules/<int:routing_rule_id>/examples",
        _RULES,
        json={"reference": Named("ticket")},
        status=201,
        everywhere=True,
        of_nobody=True,
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
    Endpoint("GET", f"{_ROUTING}/<int:routing_rule_id>", _RULES, everywhere=True, of_nobody=True),
    Endpoint(
        "POST",
        f"{_ROUTING}/<int:routing_rule_id>",
        _RULES,
        form={"name": "Wireless", "priority": "2", "act": "try"},
        everywhere=True,
        of_nobody=True,
    ),
    Endpoint(
        "POST",
        f"{_ROUTING}/<int:routing_rule_id>/remove",
        _RULES,
        form={},
        status=303,
        everywhere=True,
        of_nobody=True,
    ),
    Endpoint(
        "POST",
        f"{_ROUTING}/<int:routing_rule_id>/earlier",
        _RULES,
        form={},
        status=303,
        everywhere=True,
        of_nobody=True,
    ),
    Endpoint(
        "POST",
        f"{_ROUTING}/<int:routing_rule_id>/examples",
        _RULES,
        form={"reference": Named("ticket")},
        status=303,
        everywhere=True,
        of_nobody=True,
    ),
    Endpoint("GET", f"{_ROUTING}/groups/<int:group_id>", _RULES, everywhere=True, of_nobody=True),
    Endpoint(
        "POST",
        f"{_ROUTING}/groups/<int:group_id>",
        _RULES,
        form={"line": "2", "assignment": "round_robin"},
        status=303,
        everywhere=True,
        of_nobody=True,
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
