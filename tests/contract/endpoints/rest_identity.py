"""REST over identity: questions that wait, explanations, merges, splits, junk values."""

from server.foundation.permissions import Permission
from tests.contract.endpoints.entry import Endpoint, Named

_V1 = "/api/v1"
_REVIEW = f"{_V1}/identity-reviews/<int:review_id>"
_ITEM = f"{_V1}/items/<int:item_id>"
_OTHER = {"other_id": Named("provider")}
_HALF = {"source_ids": [Named("speaker")]}
_DOUBLED = {"item_id": "doubled"}
_JUNK = f"{_V1}/junk-values"

REST_IDENTITY: tuple[Endpoint, ...] = (
    Endpoint("GET", f"{_V1}/identity-reviews", Permission.ITEM_WRITE),
    Endpoint("GET", _REVIEW, Permission.ITEM_WRITE),
    Endpoint("POST", _REVIEW, Permission.ITEM_WRITE, json={"answer": "new"}),
    Endpoint("GET", f"{_ITEM}/identity", Permission.ITEM_READ),
    Endpoint("GET", f"{_ITEM}/merge", Permission.ITEM_WRITE, query=_OTHER),
    Endpoint("POST", f"{_ITEM}/merge", Permission.ITEM_WRITE, json=_OTHER, status=201),
    Endpoint("POST", f"{_ITEM}/split", Permission.ITEM_WRITE, at=_DOUBLED, json=_HALF, status=201),
    Endpoint("POST", f"{_ITEM}/split-preview", Permission.ITEM_WRITE, at=_DOUBLED, json=_HALF),
    Endpoint("GET", f"{_V1}/identity-acts/<int:act_id>", Permission.ITEM_READ),
    Endpoint("POST", f"{_V1}/identity-acts/<int:act_id>/undo", Permission.ITEM_WRITE),
    Endpoint("GET", _JUNK, Permission.ADMIN_RULES, everywhere=True),
    Endpoint(
        "POST",
        _JUNK,
        Permission.ADMIN_RULES,
        json={"kind": "serial", "value": "PROTOTYPE-1"},
        status=201,
        everywhere=True,
    ),
    Endpoint(
        "POST",
        f"{_V1}/junk-exemptions",
        Permission.ADMIN_RULES,
        json={"list": "text", "value": "standard"},
        status=201,
        everywhere=True,
    ),
    Endpoint(
        "DELETE",
        f"{_JUNK}/<int:junk_id>",
        Permission.ADMIN_RULES,
        status=204,
        of_nobody=True,
        everywhere=True,
    ),
)
