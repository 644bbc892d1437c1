"""What reports bring: agents of other makers, who waits, and software across the estate."""

from server.foundation.edge.rest import PREFIX as _V1
from server.foundation.permissions import Permission
from tests.contract.endpoints.entry import Endpoint, Named

_PAGE = "/administration/foreign-agents"
_PLACE = {"organisation_id": Named("organisation")}
_AGENTS = Permission.ADMIN_AGENTS

FOREIGN_AGENTS: tuple[Endpoint, ...] = (
    Endpoint("GET", f"{_V1}/inventory-sources", _AGENTS),
    Endpoint(
        "POST",
        f"{_V1}/inventory-sources",
        _AGENTS,
        json={"slug": "branch", "name": "Branch", "authentication": "basic"} | _PLACE,
        status=201,
    ),
    Endpoint("DELETE", f"{_V1}/inventory-sources/<int:source_id>", _AGENTS, status=204),
    Endpoint("GET", f"{_V1}/waiting-senders", _AGENTS),
    Endpoint(
        "POST",
        f"{_V1}/waiting-senders/<int:sender_id>/admission",
        _AGENTS,
        json=_PLACE,
        status=201,
    ),
    Endpoint("POST", f"{_V1}/waiting-senders/<int:sender_id>/refusal", _AGENTS, status=204),
    Endpoint("GET", f"{_V1}/software", Permission.ITEM_READ),
    Endpoint("GET", f"{_V1}/software/<int:product_id>", Permission.ITEM_READ),
    Endpoint("GET", f"{_V1}/software/<int:product_id>/installations", Permission.ITEM_READ),
    Endpoint("GET", "/software", Permission.ITEM_READ),
    Endpoint("GET", "/software/<int:product_id>", Permission.ITEM_READ),
    Endpoint("GET", f"{_V1}/advisories", Permission.ITEM_READ),
    Endpoint("GET", f"{_V1}/advisories/<int:advisory_id>", Permission.ITEM_READ),
    Endpoint("GET", f"{_V1}/advisories/<int:advisory_id>/items", Permission.ITEM_READ),
    Endpoint("GET", f"{_V1}/advisories/<int:advisory_id>/items.csv", Permission.ITEM_READ),
    Endpoint("GET", f"{_V1}/support-ends", Permission.ITEM_READ),
    Endpoint(
        "POST",
        f"{_V1}/advisory-files",
        Permission.ITEM_IMPORT,
        json=[{"id": "OSV-1", "affected": []}],
        query={"file_name": "osv.json"},
        status=201,
        everywhere=True,
    ),
    Endpoint("GET", f"{_V1}/items/<int:item_id>/advisories", Permission.ITEM_READ),
    Endpoint("GET", "/software/advisories/of/<int:item_id>", Permission.ITEM_READ),
    Endpoint("GET", "/software/advisories", Permission.ITEM_READ),
    Endpoint("GET", "/software/advisories/<int:advisory_id>", Permission.ITEM_READ),
    Endpoint("GET", "/software/advisories/<int:advisory_id>/items.csv", Permission.ITEM_READ),
    Endpoint(
        "POST",
        "/software/advisories",
        Permission.ITEM_IMPORT,
        form={},
        status=422,
        everywhere=True,
    ),
    Endpoint("GET", _PAGE, _AGENTS),
    Endpoint(
        "POST",
        f"{_PAGE}/sources",
        _AGENTS,
        form=_PLACE | {"slug": "branch", "authentication": "basic"},
    ),
    Endpoint("POST", f"{_PAGE}/sources/<int:source_id>/close", _AGENTS, form={}, status=303),
    Endpoint("POST", f"{_PAGE}/<int:sender_id>/admit", _AGENTS, form=_PLACE, status=303),
    Endpoint("POST", f"{_PAGE}/<int:sender_id>/refuse", _AGENTS, form={}, status=303),
)
