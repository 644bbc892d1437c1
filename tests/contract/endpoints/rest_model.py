"""REST over the class model."""

from typing import Any

from server.foundation.permissions import Permission
from tests.contract.endpoints.entry import Endpoint

_V1 = "/api/v1"
_MODEL = f"{_V1}/model"
_CLASS = f"{_MODEL}/classes/<string:class_code>"
_ATTRIBUTE = f"{_MODEL}/attributes/<string:class_code>/<string:attribute_code>"
_RELATION = f"{_MODEL}/relation-types/<string:relation_code>"
_PAIR = "<string:start_code>/<string:relation_code>/<string:end_code>"
_SUGGESTION = f"{_MODEL}/suggestions/{_PAIR}"
_IDENTITY = f"{_MODEL}/identity/<string:class_code>/<string:evidence_code>"
_EVIDENCE_OF_OURS = {"class_code": "own_class", "evidence_code": "own_evidence"}
_RULES: dict[str, Any] = {"of_nobody": True, "everywhere": True}
_OF_OURS = {"class_code": "own_class", "attribute_code": "own_attribute"}
_PAIR_OF_OURS = {
    "start_code": "own_class",
    "relation_code": "own_relation",
    "end_code": "own_class",
}
_NAMES = {"label": {"en": "Changed"}}

REST_MODEL: tuple[Endpoint, ...] = (
    Endpoint("GET", _MODEL, Permission.ITEM_READ),
    Endpoint("PUT", _MODEL, Permission.ADMIN_RULES, json={}, everywhere=True),
    Endpoint("POST", f"{_V1}/model-plans", Permission.ADMIN_RULES, json={}, everywhere=True),
    Endpoint(
        "POST",
        f"{_MODEL}/classes",
        Permission.ADMIN_RULES,
        json=_NAMES | {"code": "another_class", "parent": "item"},
        status=201,
        everywhere=True,
    ),
    Endpoint(
        "POST",
        f"{_MODEL}/attributes",
        Permission.ADMIN_RULES,
        json=_NAMES | {"class": "server", "code": "another", "type": "text"},
        status=201,
        everywhere=True,
    ),
    Endpoint(
        "POST",
        f"{_MODEL}/relation-types",
        Permission.ADMIN_RULES,
        json=_NAMES | {"code": "another_relation", "reverse": {"en": "Back"}},
        status=201,
        everywhere=True,
    ),
    Endpoint(
        "POST",
        f"{_MODEL}/suggestions",
        Permission.ADMIN_RULES,
        json={"start": "laptop", "relation": "depends_on", "end": "rack"},
        status=201,
        everywhere=True,
    ),
    Endpoint(
        "PUT",
        _CLASS,
        Permission.ADMIN_RULES,
        at=_OF_OURS,
        json=_NAMES | {"parent": "item"},
        **_RULES,
    ),
    Endpoint(
        "DELETE",
        _CLASS,
        Permission.ADMIN_RULES,
        at={"class_code": "lone_class"},
        status=204,
        **_RULES,
    ),
    Endpoint(
        "PUT",
        _ATTRIBUTE,
        Permission.ADMIN_RULES,
        at=_OF_OURS,
        json=_NAMES | {"type": "text"},
        **_RULES,
    ),
    Endpoint("DELETE", _ATTRIBUTE, Permission.ADMIN_RULES, at=_OF_OURS, status=204, **_RULES),
    Endpoint(
        "PUT",
        _RELATION,
        Permission.ADMIN_RULES,
        at={"relation_code": "own_relation"},
        json=_NAMES | {"reverse": {"en": "Back"}},
        **_RULES,
    ),
    Endpoint(
        "DELETE",
        _RELATION,
        Permission.ADMIN_RULES,
        at={"relation_code": "lone_relation"},
        status=204,
        **_RULES,
    ),
    Endpoint(
        "PUT",
        _IDENTITY,
        Permission.ADMIN_RULES,
        at=_EVIDENCE_OF_OURS,
        json={"counts": False},
        **_RULES,
    ),
    Endpoint(
        "DELETE", _IDENTITY, Permission.ADMIN_RULES, at=_EVIDENCE_OF_OURS, status=204, **_RULES
    ),
    Endpoint("DELETE", _SUGGESTION, Permission.ADMIN_RULES, at=_PAIR_OF_OURS, status=204, **_RULES),
)
