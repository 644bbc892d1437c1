"""REST and pages around announcements."""

from typing import Any

from server.foundation.permissions import Permission
from tests.contract.endpoints.entry import Endpoint, Named

_V1 = "/api/v1"
_WORK = Permission.TICKET_WORK
#: Whoever works at the desk writes them; what is published is read with its tickets.
_READS = (Permission.TICKET_READ, Permission.TICKET_WORK)
_DRAFT = {"title": "Works", "item_ids": [Named("item")]}
_FORM = {"title": "Works", "item": Named("item")}
_AT = {"announcement_id": "announcement"}
_ONE = f"{_V1}/announcements/<int:announcement_id>"
_PAGE = "/announcements/<int:announcement_id>"


def _one(method: str, rule: str, needs: Any = _WORK, **more: Any) -> Endpoint:
    return Endpoint(method, rule, needs, at=_AT, **more)


ANNOUNCEMENTS: tuple[Endpoint, ...] = (
    Endpoint("GET", f"{_V1}/announcements", _READS),
    Endpoint("POST", f"{_V1}/announcements", _WORK, json=_DRAFT, status=201),
    _one("GET", _ONE, _READS),
    _one("PUT", _ONE, json=_DRAFT),
    _one("POST", f"{_ONE}/moves", json={"state": "ended", "text": "Done."}),
    _one("GET", f"{_ONE}/updates", _READS),
    _one("POST", f"{_ONE}/updates", json={"text": "Half done."}, status=201),
    Endpoint(
        "POST",
        f"{_V1}/announcement-drafts",
        _WORK,
        json={"reference": Named("ticket")},
        status=201,
    ),
    Endpoint("GET", "/announcements", _READS),
    Endpoint("GET", "/announcements/current"),
    Endpoint("GET", "/announcements/about", query={"item": Named("item")}),
    Endpoint("GET", "/announcements/new", _WORK),
    Endpoint("POST", "/announcements/new", _WORK, form=_FORM, status=303),
    Endpoint("POST", "/announcements/reach", _WORK, form={"item": Named("item")}, overlooks=True),
    Endpoint(
        "POST",
        "/announcements/from/<string:reference>",
        _WORK,
        form={},
        status=303,
    ),
    _one("GET", _PAGE, _READS),
    _one("GET", f"{_PAGE}/edit"),
    _one("POST", f"{_PAGE}/edit", form=_FORM | {"version": "2"}, status=303),
    _one("POST", f"{_PAGE}/move", form={"state": "ended"}, status=303),
    _one("POST", f"{_PAGE}/updates", form={"text": "Half done."}, status=303),
)
