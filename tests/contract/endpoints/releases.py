"""REST and pages of releases, and of what people follow."""

from server.foundation.permissions import Permission
from tests.contract.endpoints.entry import Endpoint, Named

_REST = "/api/v1/releases"
_ONE = f"{_REST}/<string:release>"
_CHANGE = f"{_ONE}/changes/<string:reference>"
_PAGES = "/changes/releases"
_PAGE = f"{_PAGES}/<release>"
_BUNDLED = {"release": "bundle", "reference": "tasked"}
_AIM = {"title": "Patch day", "product": "openssl", "target_version": "3.0.15"}

FOLLOWINGS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/api/v1/item-followings"),
    Endpoint("PUT", "/api/v1/item-followings/<int:item_id>", Permission.ITEM_READ),
    Endpoint("DELETE", "/api/v1/item-followings/<int:item_id>", Permission.ITEM_READ, status=204),
    Endpoint("GET", "/api/v1/items/<int:item_id>/watch", Permission.ITEM_READ),
    Endpoint("PUT", "/api/v1/items/<int:item_id>/watch", Permission.ITEM_READ, status=204),
    Endpoint("DELETE", "/api/v1/items/<int:item_id>/watch", Permission.ITEM_READ, status=204),
    Endpoint("GET", "/api/v1/watching"),
    Endpoint("GET", "/notifications/following"),
    Endpoint("GET", "/changes/followings/<int:item_id>", Permission.ITEM_READ),
    Endpoint(
        "POST",
        "/changes/followings",
        Permission.ITEM_READ,
        form={"item_id": Named("item")},
        status=303,
    ),
    Endpoint(
        "POST",
        "/changes/followings/<int:item_id>/remove",
        Permission.ITEM_READ,
        form={},
        status=303,
    ),
)

RELEASES: tuple[Endpoint, ...] = (
    Endpoint("GET", _REST, Permission.CHANGE_READ),
    Endpoint("POST", _REST, Permission.CHANGE_WRITE, json=_AIM, status=201),
    Endpoint("GET", _ONE, Permission.CHANGE_READ),
    Endpoint("PATCH", _ONE, Permission.CHANGE_WRITE, json={"target_version": "3.0.16"}),
    Endpoint("DELETE", _ONE, Permission.CHANGE_WRITE, status=204),
    Endpoint("GET", f"{_ONE}/versions", Permission.CHANGE_READ, at={"release": "bundle"}),
    Endpoint("PUT", _CHANGE, Permission.CHANGE_WRITE),
    Endpoint("DELETE", _CHANGE, Permission.CHANGE_WRITE, at=_BUNDLED, status=204),
    Endpoint("GET", _PAGES, Permission.CHANGE_READ),
    Endpoint("POST", _PAGES, Permission.CHANGE_WRITE, form=_AIM, status=303),
    Endpoint("GET", _PAGE, Permission.CHANGE_READ, at={"release": "bundle"}),
    Endpoint(
        "POST",
        _PAGE,
        Permission.CHANGE_WRITE,
        form=_AIM | {"version": "1"},
        status=303,
    ),
    Endpoint("POST", f"{_PAGE}/remove", Permission.CHANGE_WRITE, form={}, status=303),
    Endpoint(
        "POST",
        f"{_PAGE}/changes",
        Permission.CHANGE_WRITE,
        form={"selected": Named("change")},
        status=303,
    ),
    Endpoint(
        "POST",
        f"{_PAGE}/changes/<reference>/take",
        Permission.CHANGE_WRITE,
        at=_BUNDLED,
        form={},
        status=303,
    ),
)
