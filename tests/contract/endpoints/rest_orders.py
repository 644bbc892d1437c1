"""REST around the catalogue and orders."""

from typing import Any

from server.foundation.permissions import Permission
from tests.contract.endpoints.entry import Endpoint, Named
from tests.contract.order_things import offering_of

_V1 = "/api/v1"
_OPEN, _READ = Permission.TICKET_OPEN, Permission.TICKET_READ
_WORK, _RULES = Permission.TICKET_WORK, Permission.ADMIN_RULES
_ONE = f"{_V1}/catalogue/<string:offering>"
_ORDER = f"{_V1}/orders/<string:reference>"
_WAITING, _DRAFT = {"reference": "order"}, {"offering": "draft_offering"}
_STOOL = {"document": offering_of("A stool")}


def _of_all(method: str, rule: str, **more: Any) -> Endpoint:
    """Return an endpoint for those who say how the whole desk works."""
    return Endpoint(method, rule, _RULES, everywhere=True, of_nobody=True, **more)


REST_ORDERS: tuple[Endpoint, ...] = (
    Endpoint("GET", f"{_V1}/offerings", _OPEN),
    Endpoint("GET", f"{_V1}/offering-sections", _OPEN),
    Endpoint("GET", f"{_V1}/offerings/<string:offering>", _OPEN, of_nobody=True),
    Endpoint(
        "POST",
        f"{_V1}/offerings/<string:offering>/orders",
        _OPEN,
        json={"for_person_id": Named("holder")},
        status=201,
        of_nobody=True,
    ),
    _of_all("GET", f"{_V1}/catalogue"),
    _of_all("POST", f"{_V1}/catalogue", json=_STOOL | {"code": "ours"}, status=201),
    _of_all("POST", f"{_V1}/shipped-offerings"),
    _of_all("GET", _ONE),
    _of_all("PUT", _ONE, json=_STOOL),
    _of_all("DELETE", _ONE, at=_DRAFT, status=204),
    _of_all("POST", f"{_ONE}/publish", json={"withdraw_older": True}),
    _of_all("POST", f"{_ONE}/retire"),
    _of_all("GET", f"{_ONE}/versions"),
    Endpoint("GET", f"{_V1}/orders", _READ),
    Endpoint("GET", _ORDER, _READ, at=_WAITING),
    Endpoint("POST", f"{_ORDER}/decision", _READ, at=_WAITING, json={"decision": "approved"}),
    Endpoint(
        "POST",
        f"{_ORDER}/withdrawal",
        _READ,
        at={"reference": "own_order"},
        json={"reason": "I found one."},
    ),
    Endpoint(
        "POST",
        f"{_ORDER}/approver",
        _WORK,
        at=_WAITING,
        json={"person_id": Named("person")},
    ),
    Endpoint(
        "POST",
        f"{_ORDER}/tasks/<string:task>",
        _WORK,
        at={"reference": "order_begun", "task": "prepare"},
        json={},
    ),
    Endpoint(
        "POST",
        f"{_V1}/order-files",
        _OPEN,
        json={"file_name": "plan.txt", "content": "QSBwbGFu"},
        status=201,
    ),
)
