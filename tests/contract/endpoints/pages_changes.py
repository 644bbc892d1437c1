"""Pages around changes: parts of a plan, inbox, board, who approves."""

from server.foundation.permissions import Permission
from tests.contract.endpoints.entry import Endpoint, Named

_CHANGE = "/changes/<reference>"
_TASKED = {"reference": "tasked"}
_MEETING = "/changes/board/<int:meeting_id>"
_TASK = f"{_CHANGE}/tasks/<int:change_task_id>"
_TEMPLATE = "/changes/policy/templates/<int:change_template_id>"

PAGES_CHANGES: tuple[Endpoint, ...] = (
    # What waits for one's own approval needs no grant.
    Endpoint("GET", "/changes/inbox"),
    Endpoint(
        "POST",
        "/changes/inbox",
        form={"selected": "CHG-1 ", "decision": "approved"},
        status=303,
    ),
    Endpoint("GET", "/changes/calendar", Permission.CHANGE_READ, query={"view": "week"}),
    Endpoint("GET", "/changes/calendar/collisions", Permission.CHANGE_READ, query={"view": "week"}),
    Endpoint(
        "POST",
        "/changes/calendar",
        Permission.CHANGE_WRITE,
        form={"reference": Named("change"), "day": "2100-01-01"},
        status=303,
    ),
    Endpoint(
        "POST",
        "/changes/calendar/windows",
        Permission.CHANGE_APPROVE,
        form={
            "kind": "freeze",
            "name": "Year end",
            "starts_at": "2100-01-01T10:00",
            "ends_at": "2100-01-09T10:00",
        },
        status=303,
    ),
    Endpoint(
        "POST",
        "/changes/calendar/windows/<int:calendar_window_id>/suspend",
        Permission.CHANGE_APPROVE,
        form={"reason": "It was only a plan."},
        status=303,
    ),
    Endpoint("POST", "/changes/calendar/feeds", Permission.CHANGE_READ, form={"name": "Phone"}),
    Endpoint("POST", "/changes/calendar/feeds/<int:feed_id>/revoke", form={}, status=303),
    Endpoint("GET", "/changes/board", Permission.CHANGE_READ),
    Endpoint(
        "POST",
        "/changes/board",
        Permission.CHANGE_APPROVE,
        form={"title": "Board", "starts_at": "2100-01-01T10:00"},
        status=303,
    ),
    Endpoint("GET", _MEETING, Permission.CHANGE_READ),
    Endpoint(
        "POST",
        f"{_MEETING}/points",
        Permission.CHANGE_APPROVE,
        form={"selected": Named("asked")},
        status=303,
    ),
    # It has been decided, and that is what it says.
    Endpoint(
        "POST",
        f"{_MEETING}/points/<reference>",
        Permission.CHANGE_APPROVE,
        at=_TASKED,
        form={"decision": "approved"},
        status=409,
    ),
    Endpoint(
        "POST",
        f"{_MEETING}/points/<reference>/take",
        Permission.CHANGE_APPROVE,
        at=_TASKED,
        form={},
        status=303,
    ),
    Endpoint(
        "POST",
        f"{_MEETING}/minutes",
        Permission.CHANGE_APPROVE,
        form={"minutes": "We met."},
        status=303,
    ),
    Endpoint("GET", "/changes/policy", Permission.CHANGE_READ),
    Endpoint(
        "POST",
        "/changes/policy/rules",
        Permission.CHANGE_APPROVE,
        form={"name": "Board", "group_id": Named("group"), "quorum": "any"},
        status=303,
    ),
    Endpoint(
        "POST",
        "/changes/policy/rules/<int:approval_rule_id>/remove",
        Permission.CHANGE_APPROVE,
        form={},
        status=303,
    ),
    Endpoint(
        "POST",
        "/changes/policy/templates",
        Permission.CHANGE_WRITE,
        form={"name": "Patch", "implementation_plan": "Do.", "back_out_plan": "Undo."},
        status=303,
    ),
    Endpoint("POST", f"{_TEMPLATE}/approve", Permission.CHANGE_APPROVE, form={}, status=303),
    Endpoint("POST", f"{_TEMPLATE}/retire", Permission.CHANGE_WRITE, form={}, status=303),
    # Anybody names their own deputy.
    Endpoint("POST", "/changes/policy/deputies", form={}, status=422),
    Endpoint(
        "POST",
        "/changes/policy/deputies/<int:deputy_id>/dismiss",
        Permission.CHANGE_APPROVE,
        form={},
        status=303,
    ),
    Endpoint(
        "POST", f"{_CHANGE}/tasks", Permission.CHANGE_WRITE, form={"title": "Look"}, status=303
    ),
    Endpoint("POST", _TASK, Permission.CHANGE_WRITE, at=_TASKED, form={"done": "yes"}, status=303),
    Endpoint("POST", f"{_TASK}/remove", Permission.CHANGE_WRITE, at=_TASKED, form={}, status=303),
    Endpoint("POST", f"{_TASK}/raise", Permission.CHANGE_WRITE, at=_TASKED, form={}, status=303),
    # Nothing is planned for the register, and that is what it says.
    Endpoint("POST", f"{_CHANGE}/differences", Permission.CHANGE_WRITE, form={}, status=422),
    Endpoint(
        "POST",
        f"{_CHANGE}/differences/<int:position>/remove",
        Permission.CHANGE_WRITE,
        at={"position": "1"},
        form={},
        status=303,
    ),
    Endpoint("GET", f"{_CHANGE}/authority", Permission.CHANGE_READ),
    Endpoint(
        "POST", f"{_CHANGE}/authority", Permission.CHANGE_WRITE, at=_TASKED, form={}, status=422
    ),
    Endpoint("POST", f"{_CHANGE}/apply", Permission.CHANGE_WRITE, at=_TASKED, form={}, status=409),
)
