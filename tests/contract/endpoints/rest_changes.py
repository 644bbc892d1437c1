"""REST over what belongs to changes: plans, approval, the board."""

from server.foundation.permissions import Permission
from tests.contract.endpoints.entry import Endpoint, Named

_V1 = "/api/v1"
_CHANGE = f"{_V1}/changes/<string:reference>"
_MEETING = f"{_V1}/board-meetings/<int:meeting_id>"
_POINT = f"{_MEETING}/points/<string:reference>"
_TEMPLATE = f"{_V1}/change-templates/<int:change_template_id>"
_RULE = f"{_V1}/approval-rules/<int:approval_rule_id>"
_TASKED = {"reference": "tasked"}

REST_CHANGES: tuple[Endpoint, ...] = (
    Endpoint("GET", f"{_CHANGE}/tasks", Permission.CHANGE_READ),
    Endpoint(
        "PATCH",
        f"{_CHANGE}/tasks/<int:change_task_id>",
        Permission.CHANGE_WRITE,
        at=_TASKED,
        json={"done": True},
    ),
    Endpoint("GET", f"{_CHANGE}/differences", Permission.CHANGE_READ),
    # Nothing is planned for the register, and that is what it says.
    Endpoint("POST", f"{_CHANGE}/applications", Permission.CHANGE_WRITE, at=_TASKED, status=409),
    Endpoint("GET", f"{_CHANGE}/applications", Permission.CHANGE_READ),
    Endpoint(
        "POST",
        f"{_CHANGE}/applications/handover",
        Permission.CHANGE_WRITE,
        at=_TASKED,
        json={"person_id": Named("other")},
        status=409,
    ),
    Endpoint("GET", f"{_CHANGE}/rounds", Permission.CHANGE_READ, at={"reference": "asked"}),
    Endpoint("GET", f"{_V1}/change-questions"),
    Endpoint("GET", f"{_V1}/change-templates", Permission.CHANGE_READ),
    Endpoint(
        "POST",
        f"{_V1}/change-templates",
        Permission.CHANGE_WRITE,
        json={"name": "Patch", "implementation_plan": "Patch.", "back_out_plan": "Unpatch."},
        status=201,
    ),
    Endpoint(
        "POST",
        f"{_TEMPLATE}/approval",
        Permission.CHANGE_APPROVE,
    ),
    Endpoint(
        "DELETE",
        _TEMPLATE,
        Permission.CHANGE_WRITE,
        status=204,
    ),
    # Each change is answered for itself; who was not asked hears so beside it.
    Endpoint(
        "POST",
        f"{_V1}/change-decisions",
        json={"changes": [{"reference": "CHG-1"}], "decision": "approved"},
    ),
    Endpoint("GET", f"{_V1}/approval-rules", Permission.CHANGE_READ),
    Endpoint(
        "POST",
        f"{_V1}/approval-rules",
        Permission.CHANGE_APPROVE,
        json={"name": "Board", "group_id": Named("group"), "quorum": "percent", "number": 50},
        status=201,
    ),
    Endpoint(
        "DELETE",
        f"{_V1}/approval-rules/<int:approval_rule_id>",
        Permission.CHANGE_APPROVE,
        status=204,
    ),
    Endpoint("GET", f"{_V1}/approval-deputies"),
    Endpoint(
        "POST",
        f"{_V1}/approval-deputies",
        Permission.CHANGE_APPROVE,
        json={
            "person_id": Named("person"),
            "deputy_id": Named("other"),
            "starts_at": "2100-01-01T00:00:00Z",
            "ends_at": "2100-02-01T00:00:00Z",
        },
        status=201,
    ),
    Endpoint(
        "DELETE",
        f"{_V1}/approval-deputies/<int:deputy_id>",
        Permission.CHANGE_APPROVE,
        status=204,
    ),
    Endpoint("GET", f"{_V1}/board-meetings", Permission.CHANGE_READ),
    Endpoint(
        "POST",
        f"{_V1}/board-meetings",
        Permission.CHANGE_APPROVE,
        json={"title": "Board", "starts_at": "2100-01-01T10:00:00Z"},
        status=201,
    ),
    Endpoint("GET", _MEETING, Permission.CHANGE_READ),
    Endpoint("PATCH", _MEETING, Permission.CHANGE_APPROVE, json={"minutes": "We met."}),
    Endpoint("GET", f"{_MEETING}/points", Permission.CHANGE_READ),
    Endpoint(
        "POST",
        f"{_MEETING}/points",
        Permission.CHANGE_APPROVE,
        json={"changes": [Named("asked")]},
    ),
    # It has been decided, and that is what it says.
    Endpoint(
        "POST",
        _POINT,
        Permission.CHANGE_APPROVE,
        at=_TASKED,
        json={"decision": "approved"},
        status=409,
    ),
    Endpoint("DELETE", _POINT, Permission.CHANGE_APPROVE, at=_TASKED, status=204),
)
