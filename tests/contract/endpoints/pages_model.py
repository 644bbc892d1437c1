"""Pages over the class model."""

from typing import Any

from server.foundation.permissions import Permission
from tests.contract.endpoints.entry import Endpoint, Named

_MODEL = "/administration/model"
_CLASS = f"{_MODEL}/classes/<string:class_code>"
_ATTRIBUTE = f"{_CLASS}/attributes/<string:attribute_code>"
_IDENTITY = f"{_CLASS}/identity/<string:evidence_code>"
_RELATION = f"{_MODEL}/relations/<string:relation_code>"
_OURS: dict[str, Any] = {
    "at": {
        "class_code": "own_class",
        "attribute_code": "own_attribute",
        "relation_code": "own_relation",
        "evidence_code": "own_evidence",
    },
    "of_nobody": True,
    "everywhere": True,
}
_NAME = {"label_en": "Changed"}
_RULES = Permission.ADMIN_RULES

PAGES_MODEL: tuple[Endpoint, ...] = (
    Endpoint("GET", _MODEL, _RULES, everywhere=True),
    Endpoint("GET", f"{_MODEL}/file", _RULES, everywhere=True),
    Endpoint("GET", f"{_MODEL}/file.toml", _RULES, everywhere=True),
    Endpoint("POST", f"{_MODEL}/file", _RULES, form={"text": "", "act": "plan"}, everywhere=True),
    Endpoint("GET", f"{_MODEL}/classes/new", _RULES, everywhere=True),
    Endpoint(
        "POST",
        f"{_MODEL}/classes/new",
        _RULES,
        form=_NAME | {"code": "another_class", "parent": "item"},
        status=303,
        everywhere=True,
    ),
    Endpoint("GET", _CLASS, _RULES, **_OURS),
    Endpoint("POST", _CLASS, _RULES, form=_NAME | {"parent": "item"}, status=303, **_OURS),
    Endpoint(
        "POST",
        f"{_CLASS}/suggest",
        _RULES,
        form={"relation": "depends_on", "end": "rack"},
        status=303,
        **_OURS,
    ),
    Endpoint("GET", f"{_CLASS}/attributes/new", _RULES, **_OURS),
    Endpoint(
        "POST",
        f"{_CLASS}/attributes/new",
        _RULES,
        form=_NAME | {"code": "another", "type": "text"},
        status=303,
        **_OURS,
    ),
    Endpoint("GET", _ATTRIBUTE, _RULES, **_OURS),
    Endpoint("POST", _ATTRIBUTE, _RULES, form=_NAME | {"type": "text"}, status=303, **_OURS),
    Endpoint("GET", _IDENTITY, _RULES, **_OURS),
    Endpoint("POST", _IDENTITY, _RULES, form={"weight": "10"}, status=303, **_OURS),
    Endpoint("GET", f"{_MODEL}/relations/new", _RULES, everywhere=True),
    Endpoint(
        "POST",
        f"{_MODEL}/relations/new",
        _RULES,
        form=_NAME | {"code": "another_relation", "reverse_en": "Back"},
        status=303,
        everywhere=True,
    ),
    Endpoint("GET", _RELATION, _RULES, **_OURS),
    Endpoint("POST", _RELATION, _RULES, form=_NAME | {"reverse_en": "Back"}, status=303, **_OURS),
    Endpoint(
        "POST",
        f"{_MODEL}/remove",
        _RULES,
        form={"kind": "class", "code": Named("lone_class")},
        status=303,
        everywhere=True,
    ),
)
