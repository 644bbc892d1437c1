"""Health of the register and campaigns of attestation: REST and pages."""

from typing import Any

from server.foundation.permissions import Permission
from tests.contract.endpoints.entry import Endpoint, Named

_V1 = "/api/v1"
_CAMPAIGN = f"{_V1}/attestation-campaigns/<int:campaign_id>"
_READ, _WRITE = Permission.ITEM_READ, Permission.ITEM_WRITE
_DRAFT: dict[str, Any] = {
    "organisation_id": Named("organisation"),
    "name": "Spring",
    "due_on": "2999-01-31",
}

HEALTH: tuple[Endpoint, ...] = (
    Endpoint("GET", f"{_V1}/health-runs", _READ),
    Endpoint("POST", f"{_V1}/health-runs", Permission.ADMIN_JOBS, status=202, everywhere=True),
    Endpoint("GET", f"{_V1}/health-figures", _READ, query={"by": "class"}),
    Endpoint("GET", f"{_V1}/health-items", _READ, query={"measure": "required"}),
    Endpoint("GET", f"{_V1}/items/<int:item_id>/health", _READ),
    Endpoint("GET", f"{_V1}/attestation-campaigns", _READ),
    Endpoint("POST", f"{_V1}/attestation-campaigns", _WRITE, json=_DRAFT, status=201),
    Endpoint("GET", _CAMPAIGN, _READ),
    Endpoint("DELETE", _CAMPAIGN, _WRITE, status=204),
    Endpoint("GET", f"{_CAMPAIGN}/attestations", _READ),
    Endpoint("GET", f"{_V1}/attestations", _READ),
    Endpoint(
        "POST",
        f"{_V1}/attestations/<int:attestation_id>/answer",
        _READ,
        json={"answer": "right"},
    ),
    Endpoint("GET", "/health", _READ),
    Endpoint("GET", "/health/rows", _READ),
    Endpoint(
        "POST", "/health/measure", Permission.ADMIN_JOBS, form={}, status=303, everywhere=True
    ),
    Endpoint("GET", "/health/campaigns", _READ),
    Endpoint("POST", "/health/campaigns", _WRITE, form=_DRAFT, status=303),
    Endpoint("GET", "/health/campaigns/<int:campaign_id>", _READ),
    Endpoint("POST", "/health/campaigns/<int:campaign_id>/close", _WRITE, form={}, status=303),
    Endpoint("GET", "/health/asked", _READ),
    Endpoint(
        "POST", "/health/asked/<int:attestation_id>", _READ, form={"answer": "right"}, status=303
    ),
)
