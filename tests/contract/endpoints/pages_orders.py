"""Pages of the catalogue and of orders."""

from typing import Any

from server.foundation.permissions import Permission
from tests.contract.endpoints.entry import Endpoint, Named

_OPEN, _READ = Permission.TICKET_OPEN, Permission.TICKET_READ
_WORK, _RULES = Permission.TICKET_WORK, Permission.ADMIN_RULES
_OFFERED = "/catalogue/<code>"
_ORDER = "/orders/<reference>"
_ALL = "/administration/desk/offerings"
_ONE = f"{_ALL}/of/<code>"
_CHAIR, _WAITING = {"code": "offering"}, {"reference": "order"}
_BENCH = {"act": "save", "names.en": "A bench", "section.labels.en": "Things", "icon": "basket"}


def _of_all(method: str, rule: str, **more: Any) -> Endpoint:
    """Return a page of those who say how the whole desk works."""
    at = more.pop("at", _CHAIR)
    return Endpoint(method, rule, _RULES, at=at, everywhere=True, of_nobody=True, **more)


PAGES_ORDERS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/catalogue", _OPEN),
    Endpoint("GET", _OFFERED, _OPEN, at=_CHAIR, of_nobody=True),
    Endpoint(
        "POST",
        _OFFERED,
        _OPEN,
        at=_CHAIR,
        form={"version": "1", "for_person_id": Named("holder")},
        status=303,
        of_nobody=True,
    ),
    Endpoint("GET", f"{_OFFERED}/for-whom", _OPEN, at=_CHAIR, of_nobody=True),
    # Nothing is asked about a chair.
    Endpoint("GET", f"{_OFFERED}/items/<field>", _OPEN, at=_CHAIR, status=404, of_nobody=True),
    Endpoint("GET", f"{_OFFERED}/people/<field>", _OPEN, at=_CHAIR, status=404, of_nobody=True),
    Endpoint("GET", _ORDER, _READ, at=_WAITING),
    Endpoint("GET", f"{_ORDER}/card", _READ),
    Endpoint(
        "POST",
        f"{_ORDER}/decision",
        _READ,
        at=_WAITING,
        form={"decision": "approved"},
        status=303,
    ),
    Endpoint(
        "POST",
        f"{_ORDER}/withdrawal",
        _READ,
        at={"reference": "own_order"},
        form={"reason": "I found one."},
        status=303,
    ),
    Endpoint(
        "POST",
        f"{_ORDER}/approver",
        _WORK,
        at=_WAITING,
        form={"person_id": Named("person")},
        status=303,
    ),
    Endpoint(
        "POST",
        f"{_ORDER}/tasks/<code>",
        _WORK,
        at={"reference": "order_begun", "code": "prepare"},
        form={},
        status=303,
    ),
    _of_all("GET", _ALL),
    _of_all("POST", f"{_ALL}/shipped", form={}, status=303),
    _of_all("GET", f"{_ALL}/new"),
    _of_all("POST", f"{_ALL}/new", form=_BENCH, status=303),
    _of_all("GET", _ONE),
    # Nothing is saved by it: the form comes back with one question more.
    _of_all("POST", _ONE, form={"act": "fields.add"}),
    _of_all("GET", f"{_ONE}/preview"),
    _of_all("GET", f"{_ONE}/versions"),
    _of_all(
        "POST", f"{_ONE}/versions/<int:number>", at=_CHAIR | {"number": "1"}, form={}, status=303
    ),
    _of_all("POST", f"{_ONE}/publish", form={}, status=303),
    _of_all("POST", f"{_ONE}/retire", form={}, status=303),
    _of_all("POST", f"{_ONE}/remove", at={"code": "draft_offering"}, form={}, status=303),
)
