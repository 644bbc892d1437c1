"""REST over derivation: rules, why a relation is there, verdicts, members of services."""

from server.foundation.permissions import Permission
from tests.contract.endpoints.entry import Endpoint, Named

_V1 = "/api/v1"
_RULES = f"{_V1}/derivation-rules"
_RULE = {"label": {"en": "Talks"}, "evidence": "connections", "type": "calls"}
_DERIVED = {"relation_id": "derived"}

REST_DERIVATION: tuple[Endpoint, ...] = (
    Endpoint("GET", _RULES, Permission.ADMIN_RULES, everywhere=True),
    Endpoint(
        "POST",
        _RULES,
        Permission.ADMIN_RULES,
        json=_RULE | {"code": "of_ours"},
        status=201,
        everywhere=True,
    ),
    Endpoint(
        "GET",
        f"{_RULES}/<string:code>",
        Permission.ADMIN_RULES,
        at={"code": "rule"},
        of_nobody=True,
        everywhere=True,
    ),
    Endpoint(
        "PUT",
        f"{_RULES}/<string:code>",
        Permission.ADMIN_RULES,
        at={"code": "rule"},
        of_nobody=True,
        json=_RULE,
        everywhere=True,
    ),
    Endpoint(
        "DELETE",
        f"{_RULES}/<string:code>",
        Permission.ADMIN_RULES,
        at={"code": "rule"},
        of_nobody=True,
        status=204,
        everywhere=True,
    ),
    Endpoint(
        "POST",
        f"{_V1}/derivation-trials",
        Permission.ADMIN_RULES,
        json=_RULE | {"code": "of_ours"},
        everywhere=True,
    ),
    Endpoint("POST", f"{_V1}/derivation-runs", Permission.ADMIN_RULES, status=202, everywhere=True),
    Endpoint(
        "GET",
        f"{_V1}/relations/<int:relation_id>/explanation",
        Permission.ITEM_READ,
        at=_DERIVED,
    ),
    Endpoint(
        "POST",
        f"{_V1}/relations/<int:relation_id>/rejection",
        Permission.ITEM_WRITE,
        at=_DERIVED,
        json={"note": "no"},
        status=201,
    ),
    Endpoint(
        "POST",
        f"{_V1}/relations/<int:relation_id>/correction",
        Permission.ITEM_WRITE,
        at=_DERIVED,
        json={"type": "depends_on", "start_id": Named("item"), "end_id": Named("provider")},
        status=201,
    ),
    Endpoint("GET", f"{_V1}/derivation-verdicts", Permission.ITEM_READ),
    Endpoint(
        "DELETE",
        f"{_V1}/derivation-verdicts/<int:verdict_id>",
        Permission.ITEM_WRITE,
        status=204,
    ),
    Endpoint(
        "GET",
        f"{_V1}/service-entries",
        Permission.SERVICE_CREATE,
        query={"address": "https://orders.example.test"},
    ),
    Endpoint("GET", f"{_V1}/services/<int:service_id>/members", Permission.ITEM_READ),
    Endpoint(
        "PUT",
        f"{_V1}/services/<int:service_id>/members",
        Permission.SERVICE_CREATE,
        json={"members": [{"item_id": Named("item"), "need": "soft"}]},
    ),
)
