"""Pages of the desk, and what stands around it: dashboard, search, one's own account."""

from server.foundation.permissions import Permission
from tests.contract.endpoints.entry import Endpoint, Named

_TICKET = "/tickets/<reference>"
_CHANGE = "/changes/<reference>"
_FIRST = {"version": "1"}

_WORK = Permission.TICKET_WORK
_RULES = Permission.ADMIN_RULES
_WORDS = "/administration/desk"
_PARTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/tickets/fields", Permission.TICKET_OPEN, query={"category": "software"}),
    Endpoint("GET", f"{_TICKET}/work", Permission.TICKET_READ),
    Endpoint("GET", f"{_TICKET}/papers", Permission.TICKET_READ),
    Endpoint("GET", f"{_TICKET}/clocks", Permission.TICKET_READ),
    # The promise is not missed, and that is what it says.
    Endpoint(
        "POST",
        f"{_TICKET}/clocks/<measure>/reason",
        _WORK,
        at={"measure": "resolve"},
        form={"reason": "No parts"},
        status=409,
    ),
    Endpoint("GET", f"{_TICKET}/files/<int:attachment_id>", Permission.TICKET_READ),
    # No file is chosen, and that is what it says.
    Endpoint("POST", f"{_TICKET}/files", Permission.TICKET_READ, form={}, status=422),
    Endpoint("POST", f"{_TICKET}/files/<int:attachment_id>/remove", _WORK, form={}, status=303),
    Endpoint(
        "POST",
        f"{_TICKET}/link",
        _WORK,
        form={"kind": "blocked_by", "other": Named("second")},
        status=303,
    ),
    Endpoint(
        "POST",
        f"{_TICKET}/unlink",
        _WORK,
        form={"kind": "related_to", "other": Named("second"), "outgoing": "yes"},
        status=303,
    ),
    Endpoint("POST", f"{_TICKET}/tasks", _WORK, form={"title": "Ring them"}, status=303),
    Endpoint("POST", f"{_TICKET}/tasks/<int:task_id>", _WORK, form={"done": "yes"}, status=303),
    Endpoint("POST", f"{_TICKET}/tasks/<int:task_id>/remove", _WORK, form={}, status=303),
    Endpoint("POST", f"{_TICKET}/times", _WORK, form={"minutes": "1:30"}, status=303),
    # Somebody else booked it.
    Endpoint("POST", f"{_TICKET}/times/<int:time_id>/remove", _WORK, form={}, status=403),
    # Somebody else asked for it.
    Endpoint("POST", f"{_TICKET}/rating", Permission.TICKET_READ, form={"rating": "5"}, status=403),
    # One's own, whatever one may do.
    Endpoint("GET", "/notifications"),
    Endpoint("POST", "/notifications/read", form={}, status=303),
    Endpoint("GET", "/notifications/settings"),
    Endpoint("POST", "/notifications/settings", form={"mail": "digest"}, status=303),
    Endpoint("GET", "/portal", Permission.TICKET_READ),
    Endpoint("GET", "/portal/new", Permission.TICKET_OPEN),
    Endpoint(
        "POST",
        "/portal/new",
        Permission.TICKET_OPEN,
        form={"title": "Orders fail", "item": Named("item")},
        status=303,
    ),
    # The ticket is somebody else's, so that the portal knows none.
    Endpoint("GET", "/portal/<string:reference>", Permission.TICKET_READ, status=404),
    Endpoint(
        "POST", "/portal/<string:reference>/reply", Permission.TICKET_READ, form={}, status=404
    ),
    Endpoint(
        "POST", "/portal/<string:reference>/move", Permission.TICKET_READ, form={}, status=404
    ),
    Endpoint("GET", _WORDS, _RULES, everywhere=True),
    *(
        one
        for page in ("life-cycle", "priority", "categories", "lists", "remote", "service-levels")
        for one in (
            Endpoint("GET", f"{_WORDS}/{page}", _RULES, everywhere=True),
            Endpoint(
                "POST",
                f"{_WORDS}/{page}",
                _RULES,
                form={"act": "shipped"},
                status=303,
                everywhere=True,
            ),
        )
    ),
    Endpoint("GET", f"{_WORDS}/templates/new", _RULES, everywhere=True),
    Endpoint(
        "POST",
        f"{_WORDS}/templates/new",
        _RULES,
        form={"code": "joiner", "name": "Somebody joins", "tasks": "Order a laptop"},
        status=303,
        everywhere=True,
    ),
    Endpoint(
        "GET",
        f"{_WORDS}/templates/<string:code>",
        _RULES,
        at={"code": "template"},
        everywhere=True,
        of_nobody=True,
    ),
    Endpoint(
        "POST",
        f"{_WORDS}/templates/<string:code>",
        _RULES,
        at={"code": "template"},
        form={"name": "Device"},
        status=303,
        everywhere=True,
        of_nobody=True,
    ),
    Endpoint(
        "POST",
        f"{_WORDS}/templates/<string:code>/remove",
        _RULES,
        at={"code": "template"},
        form={},
        status=303,
        everywhere=True,
        of_nobody=True,
    ),
)

PAGES_DESK: tuple[Endpoint, ...] = (
    # Each part of the dashboard is empty for who may not read that part; search alike.
    Endpoint("GET", "/"),
    Endpoint("GET", "/search", query={"q": "app"}),
    Endpoint("GET", "/search/palette", query={"q": "app"}),
    Endpoint("GET", "/pick/items", Permission.ITEM_READ, query={"q": "app"}),
    Endpoint("GET", "/pick/people", Permission.PERSON_READ, query={"q": "pat"}),
    Endpoint("GET", "/pick/groups", Permission.GROUP_READ, query={"q": "team"}),
    Endpoint("GET", "/api/docs"),
    # What the interface is about is the same for everybody.
    Endpoint("GET", "/api/docs/<string:subject>", at={"subject": "rest_subject"}, of_nobody=True),
    Endpoint("GET", "/account"),
    Endpoint("POST", "/account/availability", form={"state": "busy"}, status=303),
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
    Endpoint("GET", "/account/passkeys"),
    # Reached by a bare address, for which there are none.
    Endpoint("POST", "/account/passkeys", form={"act": "add", "name": "x"}, status=409),
    Endpoint("POST", "/account/passkeys/begin", form={}, status=409),
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
    Endpoint("GET", f"{_TICKET}/tools", Permission.TICKET_READ),
    Endpoint("GET", f"{_TICKET}/on-call", Permission.TICKET_WORK),
    Endpoint("GET", "/items/<int:item_id>/on-call", Permission.TICKET_WORK),
    Endpoint("GET", f"{_TICKET}/suspects", Permission.TICKET_READ),
    Endpoint("GET", f"{_TICKET}/related", Permission.TICKET_READ),
    Endpoint("GET", f"{_TICKET}/similar", Permission.TICKET_READ),
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
    Endpoint(
        "POST",
        f"{_TICKET}/items/<int:item_id>/check",
        Permission.TICKET_WORK,
        form={"kind": "ping"},
        status=303,
    ),
    Endpoint(
        "POST",
        f"{_TICKET}/items/<int:item_id>/report",
        Permission.TICKET_WORK,
        form={},
        status=409,
    ),
    *_PARTS,
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
