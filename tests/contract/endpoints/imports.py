"""REST and pages over imports and exports."""

from typing import Any

from server.foundation.permissions import Permission
from tests.contract.endpoints.entry import Endpoint, Named

_V1 = "/api/v1"
_ONE = f"{_V1}/imports/<int:import_id>"
_IMPORT = Permission.ITEM_IMPORT
_MAPPING = {"columns": {"name": "name"}, "class": "server"}
_RAN: dict[str, Any] = {"at": {"import_id": "imported"}}

IMPORTS: tuple[Endpoint, ...] = (
    Endpoint("GET", f"{_V1}/imports", _IMPORT),
    Endpoint(
        "POST",
        f"{_V1}/imports",
        _IMPORT,
        query={"organisation_id": Named("organisation")},
        content=b"name\nx\n",
        headers={"Content-Type": "text/csv"},
        status=201,
    ),
    Endpoint("GET", _ONE, _IMPORT),
    Endpoint("PUT", f"{_ONE}/mapping", _IMPORT, json=_MAPPING),
    Endpoint("POST", f"{_ONE}/rehearsal", _IMPORT),
    Endpoint("POST", f"{_ONE}/run", _IMPORT, status=202),
    Endpoint("POST", f"{_ONE}/undo", _IMPORT, status=202, **_RAN),
    Endpoint("GET", f"{_ONE}/lines", _IMPORT),
    Endpoint("GET", f"{_V1}/items/export.csv", Permission.ITEM_READ),
    Endpoint("GET", f"{_V1}/items/export.xlsx", Permission.ITEM_READ),
    Endpoint("GET", "/items/export.xlsx", Permission.ITEM_READ),
    Endpoint("GET", f"{_V1}/items/<int:item_id>/sbom", Permission.ITEM_READ),
    Endpoint("GET", "/imports", _IMPORT),
    Endpoint("POST", "/imports", _IMPORT, form={"source": "sheet"}, status=422),
    Endpoint("GET", "/imports/<int:import_id>", _IMPORT),
    Endpoint("POST", "/imports/<int:import_id>/map", _IMPORT, form={"act": "rehearse"}),
    Endpoint("POST", "/imports/<int:import_id>/undo", _IMPORT, form={}, status=303, **_RAN),
    Endpoint("GET", "/items/export.csv", Permission.ITEM_READ),
    Endpoint("GET", "/items/<int:item_id>/sbom.json", Permission.ITEM_READ),
)
