"""The whole OpenAPI document tried out: whatever fits or does not fit it, it never fails for us."""

from collections.abc import Sequence

import pytest

from server.foundation.edge.rest import api_document
from tests.contract.fuzzing import faults_of
from tests.contract.kit import Kit

_TAGS = (
    "session",
    "tokens",
    "people",
    "groups",
    "organisations",
    "roles",
    "directories",
    "rosters",
    "identity_providers",
    "saml_providers",
    "emergencies",
    "items",
    "relations",
    "derivation",
    "impact",
    "identity",
    "modelling",
    "listing",
    "following",
    "reconciling",
    "health",
    "past",
    "assets",
    "products",
    "purchases",
    "custody",
    "stock",
    "licences",
    "documents",
    "imports",
    "services",
    "leavers",
    "directory_computers",
    "intake",
    "inventory_sources",
    "software",
    "advisories",
    "discovery",
    "discovery_devices",
    "collectors",
    "tickets",
    "availability",
    "alarms",
    "routines",
    "problems",
    "announcements",
    "knowledge",
    "catalogue",
    "ordering",
    "mail",
    "notifications",
    "changes",
    "workspace",
)
_READS = ("GET",)
_WRITES = ("POST", "PUT", "PATCH", "DELETE")
#: Corners that take a minute as a whole: halves of them can be shared.
_LARGE = {"tickets", "changes"}
_PARTS = [
    pytest.param(tag, methods, id=f"{tag}-{methods[0].lower()}" if methods else tag)
    for tag in _TAGS
    for methods in ((_READS, _WRITES) if tag in _LARGE else ((),))
]


def test_every_corner_of_the_interface_is_tried_out(kit: Kit) -> None:
    assert [tag["name"] for tag in api_document(kit.app)["tags"]] == list(_TAGS)


def test_every_method_of_the_interface_is_tried_out(kit: Kit) -> None:
    paths = api_document(kit.app)["paths"].values()
    there = {word.upper() for path in paths for word in path} - {"PARAMETERS"}
    assert there <= {*_READS, *_WRITES}


@pytest.mark.parametrize(("tag", "methods"), _PARTS)
def test_answers_are_what_the_document_says(kit: Kit, tag: str, methods: Sequence[str]) -> None:
    assert faults_of(kit, tag, methods) == []
