"""REST over the desk: tickets, changes, and what their pages show."""

from server.foundation.permissions import Permission
from tests.contract.endpoints.entry import Endpoint, Named

_V1 = "/api/v1"
_TICKET = f"{_V1}/tickets/<string:reference>"
_CHANGE = f"{_V1}/changes/<string:reference>"

_WORK = Permission.TICKET_WORK
_RULES = Permission.ADMIN_RULES
_BELONGINGS: tuple[Endpoint, ...] = (
    Endpoint("GET", f"{_TICKET}/links", Permission.TICKET_READ),
    Endpoint(
        "POST",
        f"{_TICKET}/links",
        _WORK,
        json={"kind": "blocked_by", "other": Named("second")},
        status=201,
    ),
    Endpoint(
        "DELETE",
        f"{_TICKET}/links/<string:kind>/<string:other>",
        _WORK,
        at={"kind": "related_to", "other": "second"},
    ),
    Endpoint(
        "POST",
        f"{_TICKET}/checks",
        _WORK,
        json={"item_id": Named("item"), "kind": "ping"},
        status=202,
    ),
    # No agent reports it, and that is what it says.
    Endpoint(
        "POST",
        f"{_TICKET}/wanted-reports",
        _WORK,
        json={"item_id": Named("item")},
        status=409,
    ),
    Endpoint("POST", f"{_TICKET}/merge", _WORK, json={"into": Named("second")}),
    Endpoint("GET", f"{_TICKET}/attachments", Permission.TICKET_READ),
    Endpoint(
        "POST",
        f"{_TICKET}/attachments",
        _WORK,
        json={"file_name": "a.txt", "content": "SXQgZmFpbGVk"},
        status=201,
    ),
    Endpoint("GET", f"{_TICKET}/attachments/<int:attachment_id>", Permission.TICKET_READ),
    Endpoint("DELETE", f"{_TICKET}/attachments/<int:attachment_id>", _WORK, status=204),
    Endpoint("GET", f"{_TICKET}/tasks", Permission.TICKET_READ),
    Endpoint("POST", f"{_TICKET}/tasks", _WORK, json={"title": "Ring them"}, status=201),
    Endpoint("PATCH", f"{_TICKET}/tasks/<int:task_id>", _WORK, json={"done": True}),
    Endpoint("DELETE", f"{_TICKET}/tasks/<int:task_id>", _WORK, status=204),
    Endpoint("GET", f"{_TICKET}/times", Permission.TICKET_READ),
    Endpoint("POST", f"{_TICKET}/times", _WORK, json={"minutes": 15}, status=201),
    Endpoint("DELETE", f"{_TICKET}/times/<int:time_id>", _WORK, status=403),
    Endpoint("PUT", f"{_TICKET}/rating", Permission.TICKET_READ, json={"rating": 5}, status=403),
    Endpoint("GET", f"{_TICKET}/similar", Permission.TICKET_READ),
    Endpoint("GET", f"{_TICKET}/clocks", Permission.TICKET_READ),
    # The promise is not missed, and that is what it says.
    Endpoint(
        "PUT",
        f"{_TICKET}/clocks/<string:measure>/reason",
        _WORK,
        at={"measure": "resolve"},
        json={"reason": "No parts"},
        status=409,
    ),
    Endpoint("GET", f"{_V1}/service-levels", Permission.TICKET_READ),
    Endpoint(
        "PATCH",
        f"{_V1}/service-levels",
        _RULES,
        json={"sections": {"targets": None}},
        everywhere=True,
    ),
    Endpoint("GET", f"{_V1}/desk-words", Permission.TICKET_READ),
    Endpoint(
        "PATCH", f"{_V1}/desk-words", _RULES, json={"sections": {"channels": None}}, everywhere=True
    ),
    Endpoint("GET", f"{_V1}/ticket-templates", Permission.TICKET_OPEN),
    Endpoint(
        "POST",
        f"{_V1}/ticket-templates",
        _RULES,
        json={"code": "joiner", "name": "Somebody joins", "tasks": ["Order a laptop"]},
        status=201,
        everywhere=True,
    ),
    Endpoint(
        "GET",
        f"{_V1}/ticket-templates/<string:code>",
        Permission.TICKET_OPEN,
        at={"code": "template"},
        of_nobody=True,
    ),
    Endpoint(
        "PUT",
        f"{_V1}/ticket-templates/<string:code>",
        _RULES,
        at={"code": "template"},
        json={"name": "Device"},
        everywhere=True,
        of_nobody=True,
    ),
    Endpoint(
        "DELETE",
        f"{_V1}/ticket-templates/<string:code>",
        _RULES,
        at={"code": "template"},
        status=204,
        everywhere=True,
        of_nobody=True,
    ),
)

REST_DESK: tuple[Endpoint, ...] = (
    Endpoint("GET", f"{_V1}/tickets", Permission.TICKET_READ),
    Endpoint(
        "POST",
        f"{_V1}/tickets",
        Permission.TICKET_OPEN,
        json={"title": "Orders fail", "affected_item_ids": [Named("item")]},
        status=201,
    ),
    Endpoint("GET", _TICKET, Permission.TICKET_READ),
    Endpoint("PATCH", _TICKET, Permission.TICKET_WORK, json={"title": "Orders fail again"}),
    Endpoint("GET", f"{_TICKET}/entries", Permission.TICKET_READ),
    Endpoint(
        "POST", f"{_TICKET}/entries", Permission.TICKET_WORK, json={"text": "I look."}, status=201
    ),
    Endpoint("GET", f"{_TICKET}/affected-items", Permission.TICKET_READ),
    Endpoint(
        "POST",
        f"{_TICKET}/affected-items",
        Permission.TICKET_WORK,
        json={"item_ids": [Named("provider")]},
    ),
    Endpoint("DELETE", f"{_TICKET}/affected-items/<int:item_id>", Permission.TICKET_WORK),
    Endpoint("GET", f"{_TICKET}/impact", Permission.TICKET_READ),
    Endpoint("GET", f"{_TICKET}/moves", Permission.TICKET_READ),
    Endpoint("POST", f"{_TICKET}/moves", Permission.TICKET_WORK, json={"state": "in_progress"}),
    Endpoint("PUT", f"{_TICKET}/watch", Permission.TICKET_READ, status=204),
    Endpoint("DELETE", f"{_TICKET}/watch", Permission.TICKET_READ, status=204),
    Endpoint("GET", f"{_V1}/search", query={"q": "printer"}),
    Endpoint("GET", f"{_TICKET}/workspace", Permission.TICKET_READ),
    Endpoint("GET", f"{_V1}/items/<int:item_id>/remote-links", Permission.ITEM_READ),
    *_BELONGINGS,
    Endpoint("GET", f"{_V1}/changes", Permission.CHANGE_READ),
    Endpoint(
        "POST",
        f"{_V1}/changes",
        Permission.CHANGE_WRITE,
        json={"title": "Move it", "item_ids": [Named("item")]},
        status=201,
    ),
    Endpoint("GET", _CHANGE, Permission.CHANGE_READ),
    Endpoint("PATCH", _CHANGE, Permission.CHANGE_WRITE, json={"title": "Move it soon"}),
    Endpoint("GET", f"{_CHANGE}/items", Permission.CHANGE_READ),
    Endpoint("GET", f"{_CHANGE}/entries", Permission.CHANGE_READ),
    Endpoint(
        "POST", f"{_CHANGE}/entries", Permission.CHANGE_WRITE, json={"text": "Soon."}, status=201
    ),
    Endpoint("GET", f"{_CHANGE}/impact", Permission.CHANGE_READ),
    Endpoint(
        "POST",
        f"{_CHANGE}/approval-requests",
        Permission.CHANGE_WRITE,
        at={"reference": "assessed"},
    ),
    Endpoint("GET", f"{_CHANGE}/approvals", Permission.CHANGE_READ, at={"reference": "asked"}),
    # Whoever was asked may decide, whatever else they may do; the others must see it at least.
    Endpoint(
        "POST",
        f"{_CHANGE}/approvals",
        Permission.CHANGE_READ,
        at={"reference": "asked"},
        json={"decision": "approved"},
    ),
    Endpoint("POST", f"{_CHANGE}/moves", Permission.CHANGE_WRITE, json={"state": "assessment"}),
    # One's own, whatever one may do.
    Endpoint("GET", f"{_V1}/notifications"),
    Endpoint("POST", f"{_V1}/notifications/read", json={}, status=204),
    Endpoint("GET", f"{_V1}/notifications/preferences"),
    Endpoint("PUT", f"{_V1}/notifications/preferences", json={"mail": "digest"}),
    # Each part of it is empty for who may not read that part.
    Endpoint("GET", f"{_V1}/dashboard"),
)
