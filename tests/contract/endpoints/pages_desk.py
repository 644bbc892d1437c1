"""Pages of the desk, and what stands around it: dashboard, search, one's own account."""

from server.foundation.permissions import Permission
from tests.contract.endpoints.entry import Endpoint, Named

_TICKET = "/tickets/<reference>"
_CHANGE = "/changes/<reference>"
_FIRST = {"version": "1"}

PAGES_DESK: tuple[Endpoint, ...] = (
    # Each part of the dashboard is empty for who may not read that part; search alike.
    Endpoint("GET", "/"),
    Endpoint("GET", "/search", query={"q": "app"}),
    Endpoint("GET", "/search/palette", query={"q": "app"}),
    Endpoint("GET", "/pick/items", Permission.ITEM_READ, query={"q": "app"}),
    Endpoint("GET", "/pick/people", Permission.PERSON_READ, query={"q": "pat"}),
    Endpoint("GET", "/pick/groups", Permission.GROUP_READ, query={"q": "team"}),
    Endpoint("GET", "/api/docs"),
    Endpoint("GET", "/account"),
    Endpoint("POST", "/account", form={"language": "es", "time_zone": "UTC"}, status=303),
    Endpoint("GET", "/account/password"),
    # The present password is wrong, and that is what it says.
    Endpoint(
        "POST",
        "/account/password",
        form={"current": "no", "new": "a long new phrase", "again": "a long new phrase"},
        status=422,
    ),
    Endpoint("GET", "/account/second-factor"),
    Endpoint("POST", "/account/second-factor", form={"act": "begin"}, status=303),
    Endpoint("GET", "/account/tokens"),
    Endpoint("POST", "/account/tokens", form={"name": "new"}),
    Endpoint("POST", "/account/tokens/<int:token_id>/revoke", form={}, status=303),
    Endpoint("GET", "/tickets", Permission.TICKET_READ),
    Endpoint("GET", "/tickets/preview", Permission.TICKET_OPEN, query={"item": Named("item")}),
    Endpoint("GET", "/tickets/new", Permission.TICKET_OPEN),
    Endpoint(
        "POST",
        "/tickets/new",
        Permission.TICKET_OPEN,
        form={"title": "Orders fail", "item": Named("item")},
        status=303,
    ),
    Endpoint("GET", _TICKET, Permission.TICKET_READ),
    Endpoint("GET", f"{_TICKET}/map", Permission.TICKET_READ),
    Endpoint("GET", f"{_TICKET}/map.json", Permission.TICKET_READ),
    Endpoint("GET", f"{_TICKET}/planned", Permission.TICKET_READ),
    Endpoint("GET", f"{_TICKET}/suspects", Permission.TICKET_READ),
    Endpoint("GET", f"{_TICKET}/following", Permission.TICKET_READ),
    Endpoint(
        "POST", f"{_TICKET}/reply", Permission.TICKET_WORK, form={"text": "I look."}, status=303
    ),
    Endpoint(
        "POST", f"{_TICKET}/move", Permission.TICKET_WORK, form={"state": "in_progress"}, status=303
    ),
    Endpoint("POST", f"{_TICKET}/take", Permission.TICKET_WORK, form={}, status=303),
    Endpoint(
        "POST",
        f"{_TICKET}/assign",
        Permission.TICKET_WORK,
        form=_FIRST | {"assignee_id": Named("other")},
        status=303,
    ),
    Endpoint(
        "POST",
        f"{_TICKET}/edit",
        Permission.TICKET_WORK,
        form=_FIRST | {"title": "New"},
        status=303,
    ),
    Endpoint(
        "POST", f"{_TICKET}/follow", Permission.TICKET_READ, form={"follow": "yes"}, status=303
    ),
    Endpoint(
        "POST",
        f"{_TICKET}/items",
        Permission.TICKET_WORK,
        form={"item": Named("provider")},
        status=303,
    ),
    Endpoint(
        "POST", f"{_TICKET}/items/<int:item_id>/remove", Permission.TICKET_WORK, form={}, status=303
    ),
    Endpoint(
        "POST", f"{_TICKET}/items/<int:item_id>/cause", Permission.TICKET_WORK, form={}, status=303
    ),
    # What waits for one's own approval needs no grant; without any that is all there is.
    Endpoint("GET", "/changes"),
    Endpoint("GET", "/changes/new", Permission.CHANGE_WRITE),
    Endpoint(
        "POST",
        "/changes/new",
        Permission.CHANGE_WRITE,
        form={"title": "Move it", "item": Named("item")},
        status=303,
    ),
    Endpoint(
        "POST",
        "/changes/preview",
        Permission.CHANGE_WRITE,
        form={"item": Named("item")},
        overlooks=True,
    ),
    Endpoint("GET", _CHANGE, Permission.CHANGE_READ),
    Endpoint("GET", f"{_CHANGE}/edit", Permission.CHANGE_WRITE),
    Endpoint(
        "POST",
        f"{_CHANGE}/edit",
        Permission.CHANGE_WRITE,
        form=_FIRST | {"title": "New"},
        status=303,
    ),
    Endpoint(
        "POST", f"{_CHANGE}/move", Permission.CHANGE_WRITE, form={"state": "assessment"}, status=303
    ),
    Endpoint(
        "POST",
        f"{_CHANGE}/approval",
        Permission.CHANGE_WRITE,
        at={"reference": "assessed"},
        form={},
        status=303,
    ),
    Endpoint(
        "POST",
        f"{_CHANGE}/decision",
        Permission.CHANGE_READ,
        at={"reference": "asked"},
        form={"decision": "approved"},
        status=303,
    ),
    Endpoint(
        "POST", f"{_CHANGE}/comments", Permission.CHANGE_WRITE, form={"text": "Soon."}, status=303
    ),
)
