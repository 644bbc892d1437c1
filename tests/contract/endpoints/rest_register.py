"""REST over the register: items, relations, impact, services, discovery, and what programs send."""

import json

from server.foundation.permissions import Permission
from tests.contract.endpoints.entry import Endpoint, Named

_V1 = "/api/v1"
_ORGANISATION = Named("organisation")
_RANGE = {
    "organisation_id": _ORGANISATION,
    "addresses": "10.2.0.0/30",
    "credential_ids": [Named("credential")],
}
_NDJSON = {"Content-Type": "application/x-ndjson"}
_LINE = json.dumps({"kind": "item", "class": "server", "values": {"name": "bulk-1"}}).encode()

REST_REGISTER: tuple[Endpoint, ...] = (
    Endpoint("GET", f"{_V1}/precedence-rules", Permission.ADMIN_RULES, everywhere=True),
    Endpoint(
        "POST",
        f"{_V1}/precedence-rules",
        Permission.ADMIN_RULES,
        json={"attribute": "vendor", "order": ["agent"]},
        status=201,
        everywhere=True,
    ),
    Endpoint(
        "DELETE",
        f"{_V1}/precedence-rules/<int:precedence_id>",
        Permission.ADMIN_RULES,
        status=204,
        everywhere=True,
        of_nobody=True,
    ),
    Endpoint(
        "POST",
        f"{_V1}/precedence-trials",
        Permission.ADMIN_RULES,
        json={"first": "agent"},
        everywhere=True,
    ),
    Endpoint("GET", f"{_V1}/items/<int:item_id>/words", Permission.ITEM_READ),
    Endpoint(
        "POST",
        f"{_V1}/items/<int:item_id>/overrides",
        Permission.ITEM_WRITE,
        json={"values": {"vendor": "Dell"}},
        status=201,
    ),
    Endpoint(
        "DELETE",
        f"{_V1}/items/<int:item_id>/sources/<int:speaker_id>/words",
        Permission.ITEM_WRITE,
        at={"item_id": "doubled"},
    ),
    Endpoint("GET", f"{_V1}/item-views", Permission.ITEM_READ),
    Endpoint("POST", f"{_V1}/item-views", Permission.ITEM_READ, json={"name": "Mine"}, status=201),
    Endpoint("DELETE", f"{_V1}/item-views/<int:view_id>", Permission.ITEM_READ, status=204),
    Endpoint("PUT", f"{_V1}/item-views/<int:view_id>/watch", Permission.ITEM_READ, status=204),
    Endpoint("DELETE", f"{_V1}/item-views/<int:view_id>/watch", Permission.ITEM_READ, status=204),
    Endpoint(
        "POST",
        f"{_V1}/items/edits",
        Permission.ITEM_WRITE,
        json={"item_ids": [Named("item")], "values": {"vendor": "Dell"}},
    ),
    Endpoint("GET", f"{_V1}/items", Permission.ITEM_READ),
    Endpoint(
        "POST",
        f"{_V1}/items",
        Permission.ITEM_WRITE,
        json={"class": "server", "organisation_id": _ORGANISATION, "values": {"name": "new-1"}},
        status=201,
    ),
    Endpoint("GET", f"{_V1}/items/<int:item_id>", Permission.ITEM_READ),
    Endpoint(
        "PATCH",
        f"{_V1}/items/<int:item_id>",
        Permission.ITEM_WRITE,
        json={"values": {"environment": "production"}},
    ),
    # An item that others need is kept; nobody needs this one.
    Endpoint("DELETE", f"{_V1}/items/<int:item_id>", Permission.ITEM_WRITE, at={"item_id": "kept"}),
    Endpoint("GET", f"{_V1}/items/<int:item_id>/relations", Permission.ITEM_READ),
    Endpoint("GET", f"{_V1}/items/<int:item_id>/history", Permission.ITEM_READ),
    Endpoint("GET", f"{_V1}/items/<int:item_id>/software", Permission.ITEM_READ),
    Endpoint("GET", f"{_V1}/items/<int:item_id>/impact", Permission.ITEM_READ),
    Endpoint("GET", f"{_V1}/items/<int:item_id>/depends-on", Permission.ITEM_READ),
    Endpoint("GET", f"{_V1}/items/<int:item_id>/single-points", Permission.ITEM_READ),
    Endpoint("GET", f"{_V1}/items/<int:item_id>/availability", Permission.ITEM_READ),
    Endpoint("POST", f"{_V1}/items/<int:item_id>/availability", Permission.ITEM_READ, json={}),
    Endpoint("GET", f"{_V1}/single-points", Permission.ITEM_READ),
    Endpoint("GET", f"{_V1}/blast-radius", Permission.ITEM_READ),
    Endpoint("GET", f"{_V1}/group-losses", Permission.ITEM_READ),
    Endpoint(
        "GET",
        f"{_V1}/path",
        Permission.ITEM_READ,
        query={"from": Named("provider"), "to": Named("item")},
    ),
    *(
        Endpoint(
            "GET",
            f"{_V1}/graph.{form}",
            Permission.ITEM_READ,
            query={"failed": [Named("provider")]},
        )
        for form in ("graphml", "json", "csv")
    ),
    Endpoint("POST", f"{_V1}/causes", Permission.ITEM_READ, json={"symptoms": [Named("item")]}),
    Endpoint("GET", f"{_V1}/items/<int:item_id>/service-members", Permission.SERVICE_CREATE),
    Endpoint(
        "POST",
        f"{_V1}/items/bulk",
        Permission.ITEM_IMPORT,
        query={"organisation_id": _ORGANISATION},
        content=_LINE,
        headers=_NDJSON,
    ),
    Endpoint(
        "POST",
        f"{_V1}/relations",
        Permission.ITEM_WRITE,
        json={"type": "connects_to", "start_id": Named("item"), "end_id": Named("provider")},
        status=201,
    ),
    Endpoint("GET", f"{_V1}/relations/<int:relation_id>", Permission.ITEM_READ),
    Endpoint("DELETE", f"{_V1}/relations/<int:relation_id>", Permission.ITEM_WRITE, status=204),
    Endpoint("POST", f"{_V1}/impact", Permission.ITEM_READ, json={"failed": [Named("item")]}),
    Endpoint(
        "POST",
        f"{_V1}/services",
        Permission.SERVICE_CREATE,
        json={
            "name": "Orders",
            "organisation_id": _ORGANISATION,
            "entry_item_id": Named("item"),
        },
        status=201,
    ),
    Endpoint("GET", f"{_V1}/items/<int:item_id>/sections", Permission.ITEM_READ),
    Endpoint("GET", f"{_V1}/agents", Permission.ADMIN_AGENTS),
    Endpoint("POST", f"{_V1}/agents/wanted-reports", Permission.ADMIN_AGENTS, json={}, status=202),
    Endpoint(
        "POST",
        f"{_V1}/agents/<int:agent_id>/wanted-report",
        Permission.ADMIN_AGENTS,
        status=202,
    ),
    Endpoint("DELETE", f"{_V1}/agents/<int:agent_id>", Permission.ADMIN_AGENTS, status=204),
    Endpoint(
        "POST",
        f"{_V1}/enrolment-tokens",
        Permission.ADMIN_AGENTS,
        json={"name": "Branch", "organisation_id": _ORGANISATION},
        status=201,
    ),
    Endpoint(
        "DELETE",
        f"{_V1}/enrolment-tokens/<int:token_id>",
        Permission.ADMIN_AGENTS,
        at={"token_id": "enrolment_token"},
        status=204,
    ),
    Endpoint("GET", f"{_V1}/discovery/credentials", Permission.DISCOVERY_READ),
    Endpoint(
        "POST",
        f"{_V1}/discovery/credentials",
        Permission.DISCOVERY_RUN,
        json={"organisation_id": _ORGANISATION, "name": "Switches", "community": "public"},
        status=201,
    ),
    Endpoint(
        "DELETE",
        f"{_V1}/discovery/credentials/<int:credential_id>",
        Permission.DISCOVERY_RUN,
        status=204,
    ),
    Endpoint("GET", f"{_V1}/discovery/probes", Permission.DISCOVERY_READ),
    Endpoint(
        "POST",
        f"{_V1}/discovery/probes",
        Permission.DISCOVERY_RUN,
        json={
            "organisation_id": _ORGANISATION,
            "target": "10.0.0.2",
            "credential_id": Named("credential"),
        },
        status=202,
    ),
    Endpoint("GET", f"{_V1}/discovery/probes/<int:probe_id>", Permission.DISCOVERY_READ),
    Endpoint("GET", f"{_V1}/discovery/ranges", Permission.DISCOVERY_READ),
    Endpoint(
        "POST",
        f"{_V1}/discovery/ranges",
        Permission.DISCOVERY_RUN,
        json=_RANGE | {"name": "Warehouse"},
        status=201,
    ),
    Endpoint("GET", f"{_V1}/discovery/ranges/<int:range_id>", Permission.DISCOVERY_READ),
    Endpoint(
        "PUT",
        f"{_V1}/discovery/ranges/<int:range_id>",
        Permission.DISCOVERY_RUN,
        json=_RANGE | {"name": "Branch office"},
    ),
    Endpoint(
        "DELETE",
        f"{_V1}/discovery/ranges/<int:range_id>",
        Permission.DISCOVERY_RUN,
        status=204,
    ),
    Endpoint(
        "POST",
        f"{_V1}/discovery/ranges/<int:range_id>/runs",
        Permission.DISCOVERY_RUN,
        status=202,
    ),
    Endpoint("GET", f"{_V1}/discovery/runs", Permission.DISCOVERY_READ),
    Endpoint("GET", f"{_V1}/discovery/runs/<int:run_id>", Permission.DISCOVERY_READ),
    Endpoint("GET", f"{_V1}/discovery/runs/<int:run_id>/outcomes", Permission.DISCOVERY_READ),
    Endpoint(
        "POST",
        f"{_V1}/discovery/runs/<int:run_id>/stop",
        Permission.DISCOVERY_RUN,
        status=202,
    ),
    Endpoint("GET", f"{_V1}/collectors", Permission.DISCOVERY_READ),
    Endpoint(
        "POST",
        f"{_V1}/collectors",
        Permission.DISCOVERY_RUN,
        json={"organisation_id": _ORGANISATION, "name": "Bergen"},
        status=201,
    ),
    Endpoint("GET", f"{_V1}/collectors/<int:collector_id>", Permission.DISCOVERY_READ),
    Endpoint(
        "POST",
        f"{_V1}/collectors/<int:collector_id>/token",
        Permission.DISCOVERY_RUN,
        status=201,
    ),
    Endpoint(
        "DELETE",
        f"{_V1}/collectors/<int:collector_id>",
        Permission.DISCOVERY_RUN,
        status=204,
    ),
    Endpoint("GET", f"{_V1}/discovery/links", Permission.DISCOVERY_READ),
    Endpoint("GET", f"{_V1}/discovery/links.csv", Permission.DISCOVERY_READ),
    Endpoint("GET", f"{_V1}/discovery/links.graphml", Permission.DISCOVERY_READ),
    Endpoint("GET", f"{_V1}/discovery/half-links", Permission.DISCOVERY_READ),
    *(
        Endpoint("GET", f"{_V1}/discovery/devices/<int:item_id>/{part}", Permission.DISCOVERY_READ)
        for part in ("ports", "access-points", "wireless-clients")
    ),
    Endpoint(
        "GET",
        f"{_V1}/discovery/path",
        Permission.DISCOVERY_READ,
        query={"start_id": Named("item"), "end_id": Named("item")},
    ),
)
