"""The whole OpenAPI document tried out: whatever fits or does not fit it, it never fails for us."""

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
    "emergencies",
    "items",
    "saml_providers",
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
    "notifications",
    "changes",
    "workspace",
)


def test_every_corner_of_the_interface_is_tried_out(kit: Kit) -> None:
    assert [tag["name"] for tag in api_document(kit.app)["tags"]] == list(_TAGS)


@pytest.mark.parametrize("tag", _TAGS)
def test_answers_are_what_the_document_says(kit: Kit, tag: str) -> None:
    assert faults_of(kit, tag) == []
