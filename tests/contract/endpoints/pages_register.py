"""Pages of the register: items, services, what happened lately, discovery."""

from server.foundation.permissions import Permission
from tests.contract.endpoints.entry import Endpoint, Named

_ITEM = "/items/<int:item_id>"
_TABS = "facts, software, network, relations, impact, history, tickets"
_PLACE = {"organisation_id": Named("organisation")}

PAGES_REGISTER: tuple[Endpoint, ...] = (
    Endpoint("GET", "/items", Permission.ITEM_READ),
    # Everybody may arrange their own list; what stands in it is asked for when it is shown.
    Endpoint("POST", "/items/columns", form={"column": "class"}, status=303),
    Endpoint("GET", "/items/new", Permission.ITEM_WRITE),
    Endpoint(
        "POST",
        "/items/new",
        Permission.ITEM_WRITE,
        form=_PLACE | {"class": "server", "name": "new-1"},
        status=303,
    ),
    Endpoint("GET", _ITEM, Permission.ITEM_READ),
    Endpoint("GET", f"{_ITEM}/<any({_TABS}):tab>", Permission.ITEM_READ, at={"tab": "relations"}),
    Endpoint("GET", f"{_ITEM}/edit", Permission.ITEM_WRITE),
    Endpoint(
        "POST",
        f"{_ITEM}/edit",
        Permission.ITEM_WRITE,
        form={"version": "1", "name": "app-new"},
        status=303,
    ),
    Endpoint("POST", f"{_ITEM}/retire", Permission.ITEM_WRITE, form={}, status=303),
    Endpoint("GET", "/services", Permission.ITEM_READ),
    Endpoint("GET", "/services/new", Permission.SERVICE_CREATE, query={"entry": Named("item")}),
    Endpoint(
        "POST",
        "/services/new",
        Permission.SERVICE_CREATE,
        form=_PLACE | {"name": "Orders", "entry": Named("item")},
        status=303,
    ),
    Endpoint("GET", "/lately", Permission.ITEM_READ),
    Endpoint("GET", "/lately/refused", Permission.ITEM_READ),
    Endpoint("GET", "/reviews", Permission.ITEM_WRITE),
    Endpoint("GET", "/reviews/<int:review_id>", Permission.ITEM_WRITE),
    Endpoint(
        "POST",
        "/reviews/<int:review_id>",
        Permission.ITEM_WRITE,
        form={"answer": "new"},
        status=303,
    ),
    Endpoint("GET", f"{_ITEM}/identity", Permission.ITEM_READ),
    Endpoint("GET", f"{_ITEM}/merge", Permission.ITEM_WRITE),
    Endpoint(
        "POST",
        f"{_ITEM}/merge",
        Permission.ITEM_WRITE,
        form={"other_id": Named("provider"), "version": "1"},
        status=303,
    ),
    Endpoint(
        "POST",
        f"{_ITEM}/split",
        Permission.ITEM_WRITE,
        at={"item_id": "doubled"},
        form={"source": Named("speaker")},
    ),
    Endpoint(
        "POST",
        f"{_ITEM}/identity/<int:act_id>/undo",
        Permission.ITEM_WRITE,
        at={"item_id": "kept"},
        form={},
        status=303,
    ),
    Endpoint("GET", "/administration/junk", Permission.ADMIN_RULES, everywhere=True),
    Endpoint(
        "POST",
        "/administration/junk",
        Permission.ADMIN_RULES,
        form={"kind": "serial", "value": "PROTOTYPE-1"},
        status=303,
        everywhere=True,
    ),
    Endpoint(
        "POST",
        "/administration/junk/<int:junk_id>/delete",
        Permission.ADMIN_RULES,
        form={},
        status=303,
        of_nobody=True,
        everywhere=True,
    ),
    Endpoint("GET", "/discovery", Permission.DISCOVERY_READ),
    Endpoint(
        "POST",
        "/discovery",
        Permission.DISCOVERY_RUN,
        form=_PLACE | {"target": "10.0.0.2", "credential_id": Named("credential")},
        status=303,
    ),
    Endpoint("GET", "/discovery/credentials/new", Permission.DISCOVERY_RUN),
    Endpoint(
        "POST",
        "/discovery/credentials/new",
        Permission.DISCOVERY_RUN,
        form=_PLACE | {"name": "Switches", "community": "public"},
        status=303,
    ),
    Endpoint(
        "POST",
        "/discovery/credentials/<int:credential_id>/delete",
        Permission.DISCOVERY_RUN,
        form={},
        status=303,
    ),
)
