"""REST over the calendar of changes."""

from server.foundation.permissions import Permission
from tests.contract.endpoints.entry import Endpoint, Named

_V1 = "/api/v1"
_DAYS = {"from": "2100-01-01T00:00:00Z", "to": "2100-02-01T00:00:00Z"}
_FREEZE = {
    "kind": "freeze",
    "name": "Year end",
    "starts_at": "2100-01-01T00:00:00Z",
    "ends_at": "2100-01-09T00:00:00Z",
}

REST_CHECKING: tuple[Endpoint, ...] = (
    Endpoint("GET", f"{_V1}/changes/<string:reference>/verification", Permission.CHANGE_READ),
    # It has not been carried out, and that is what it says.
    Endpoint(
        "POST",
        f"{_V1}/changes/<string:reference>/verification",
        Permission.CHANGE_WRITE,
        status=409,
    ),
    Endpoint("GET", f"{_V1}/unauthorized-changes", Permission.CHANGE_READ),
    Endpoint(
        "POST",
        f"{_V1}/unauthorized-changes/<int:unauthorized_id>/judgement",
        Permission.CHANGE_APPROVE,
        json={"decision": "accepted", "comment": "We know."},
    ),
    Endpoint("GET", f"{_V1}/change-watches", Permission.CHANGE_READ),
    Endpoint(
        "POST",
        f"{_V1}/change-watches",
        Permission.CHANGE_APPROVE,
        json={"item_id": Named("item")},
        status=201,
    ),
    Endpoint(
        "DELETE",
        f"{_V1}/change-watches/<int:change_watch_id>",
        Permission.CHANGE_APPROVE,
        status=204,
    ),
    Endpoint("GET", "/changes/unauthorized", Permission.CHANGE_READ),
    Endpoint(
        "POST",
        "/changes/unauthorized/<int:unauthorized_id>",
        Permission.CHANGE_APPROVE,
        form={"decision": "accepted", "comment": "We know."},
        status=303,
    ),
    Endpoint(
        "POST",
        "/changes/watches",
        Permission.CHANGE_APPROVE,
        form={"item_id": Named("item")},
        status=303,
    ),
    Endpoint(
        "POST",
        "/changes/watches/<int:change_watch_id>/remove",
        Permission.CHANGE_APPROVE,
        form={},
        status=303,
    ),
    Endpoint(
        "POST",
        "/changes/<reference>/verification",
        Permission.CHANGE_WRITE,
        form={},
        status=409,
    ),
)

REST_CALENDAR: tuple[Endpoint, ...] = (
    Endpoint("GET", f"{_V1}/calendar", Permission.CHANGE_READ, query=_DAYS),
    Endpoint("GET", f"{_V1}/calendar/collisions", Permission.CHANGE_READ, query=_DAYS),
    Endpoint(
        "PUT",
        f"{_V1}/changes/<string:reference>/window",
        Permission.CHANGE_WRITE,
        json={"start": "2100-01-01T00:00:00Z"},
    ),
    Endpoint("GET", f"{_V1}/calendar-windows", Permission.CHANGE_READ),
    Endpoint(
        "POST",
        f"{_V1}/calendar-windows",
        Permission.CHANGE_APPROVE,
        json=_FREEZE | {"item_ids": [Named("item")]},
        status=201,
    ),
    Endpoint(
        "POST",
        f"{_V1}/calendar-windows/<int:calendar_window_id>/suspension",
        Permission.CHANGE_APPROVE,
        json={"reason": "It was only a plan."},
    ),
    Endpoint("GET", f"{_V1}/calendar-feeds"),
    Endpoint(
        "POST", f"{_V1}/calendar-feeds", Permission.CHANGE_READ, json={"name": "Phone"}, status=201
    ),
    Endpoint("DELETE", f"{_V1}/calendar-feeds/<int:feed_id>", status=204),
)
