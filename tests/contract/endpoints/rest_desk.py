"""REST over the desk: tickets, changes, and what their pages show."""

from server.foundation.permissions import Permission
from tests.contract.endpoints.entry import Endpoint, Named

_V1 = "/api/v1"
_TICKET = f"{_V1}/tickets/<string:reference>"
_CHANGE = f"{_V1}/changes/<string:reference>"

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
    Endpoint("GET", f"{_TICKET}/workspace", Permission.TICKET_READ),
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
    # Each part of it is empty for who may not read that part.
    Endpoint("GET", f"{_V1}/dashboard"),
)
