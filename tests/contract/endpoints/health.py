"""Health of the register, campaigns of attestation, and the past: REST and pages."""

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

_BASELINE = f"{_V1}/baselines/<int:baseline_id>"
_KEPT: dict[str, Any] = {"organisation_id": Named("organisation"), "name": "Before"}
_RULE = {"days": 400, "reason": "Policy"}

_CONTRACT: dict[str, Any] = {
    "organisation_id": Named("organisation"),
    "reference": "CTR-9",
    "name": "Support",
    "supplier": "Acme",
    "kind": "support",
    "starts_on": "2026-01-01",
    "ends_on": "2027-01-01",
}

_CONTRACT_AGAIN = {name: told for name, told in _CONTRACT.items() if name != "organisation_id"}

ASSETS: tuple[Endpoint, ...] = (
    Endpoint("GET", f"{_V1}/contracts", _READ),
    Endpoint("POST", f"{_V1}/contracts", _WRITE, json=_CONTRACT, status=201),
    Endpoint("GET", f"{_V1}/contracts/export.csv", _READ),
    Endpoint("GET", f"{_V1}/contracts/<int:contract_id>", _READ),
    Endpoint("PUT", f"{_V1}/contracts/<int:contract_id>", _WRITE, json=_CONTRACT_AGAIN),
    Endpoint("DELETE", f"{_V1}/contracts/<int:contract_id>", _WRITE, status=204),
    Endpoint("GET", f"{_V1}/racks/<int:item_id>", _READ, at={"item_id": "rack"}),
    Endpoint("GET", "/contracts", _READ),
    Endpoint("POST", "/contracts", _WRITE, form=_CONTRACT, status=303),
    Endpoint("GET", "/contracts/<int:contract_id>", _READ),
    Endpoint("POST", "/contracts/<int:contract_id>", _WRITE, form=_CONTRACT_AGAIN, status=303),
    Endpoint("POST", "/contracts/<int:contract_id>/delete", _WRITE, status=303),
    Endpoint("GET", "/contracts/export.csv", _READ),
    Endpoint("GET", "/racks/<int:rack_id>", _READ),
)

PAST: tuple[Endpoint, ...] = (
    Endpoint("GET", f"{_V1}/baselines", _READ),
    Endpoint("POST", f"{_V1}/baselines", _WRITE, json=_KEPT, status=201),
    Endpoint("GET", _BASELINE, _READ),
    Endpoint("DELETE", _BASELINE, _WRITE, status=204),
    Endpoint("GET", f"{_BASELINE}/drift", _READ),
    Endpoint("GET", f"{_V1}/history-ranges", Permission.ADMIN_READ, everywhere=True),
    Endpoint("GET", f"{_V1}/history-verification", Permission.ADMIN_READ, everywhere=True),
    Endpoint("GET", f"{_V1}/history-retention", Permission.ADMIN_READ, everywhere=True),
    Endpoint(
        "PUT", f"{_V1}/history-retention", Permission.ADMIN_RULES, json=_RULE, everywhere=True
    ),
    Endpoint("GET", "/past", _READ),
    Endpoint("GET", "/past/<int:item_id>", _READ),
    Endpoint("GET", "/baselines", _READ),
    Endpoint("POST", "/baselines", _WRITE, form=_KEPT, status=303),
    Endpoint("GET", "/baselines/<int:baseline_id>", _READ),
    Endpoint("POST", "/baselines/<int:baseline_id>/forget", _WRITE, form={}, status=303),
    Endpoint("GET", "/administration/history", Permission.ADMIN_READ, everywhere=True),
    Endpoint(
        "POST",
        "/administration/history",
        Permission.ADMIN_RULES,
        form=_RULE,
        status=303,
        everywhere=True,
    ),
)

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
    Endpoint("GET", "/health/items/<int:item_id>", _READ),
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
