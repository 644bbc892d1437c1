"""Administrators keep links by which machines are taken over; who sees an item follows them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmdb.records.items import Item
from server.desk.tickets.rules.remote import address_of, fault_of
from server.desk.tickets.rules.vocabulary import RemoteLink
from server.foundation.database import Database
from tests.server.desk.estate import Estate
from tests.server.desk.tickets.test_reaching import put_address
from tests.server.desk.tickets.test_tickets_rest import faults

V1 = "/api/v1"
_LABELS = {"en": "Console", "es": "Consola", "ru": "Консоль"}


def _template(url: str, *classes: str) -> dict[str, Any]:
    return {"labels": _LABELS, "classes": list(classes or ("server",)), "url": url}


def test_links_are_kept_by_class_and_lead_to_the_item(
    as_: Any, estate: Estate, database: Database
) -> None:
    admin, agent = as_(estate.world.admin), as_(estate.world.agent)
    put_address(database, estate.app, "127.0.0.1", "2001:db8::5", "10.77.0.5")
    put_address(database, estate.db, "2001:db8::7")
    assert _links(agent, estate.app) == {"ssh": "ssh://10.77.0.5"}
    assert _links(agent, estate.db) == {"ssh": "ssh://[2001:db8::7]"}
    assert _links(agent, estate.san) == _links(agent, estate.laptop) == {}

    templates = {
        "desktop": _template("vnc://{address}:5901", "laptop"),
        "console": _template("https://kvm.example.org/?host={name}&ip={address}", "computer"),
        "named": _template("rdp://{fqdn}", "device"),
    }
    sections = {"sections": {"remote_links": templates}}
    assert agent.patch(f"{V1}/desk-words", json=sections).status_code == 403
    assert admin.patch(f"{V1}/desk-words", json=sections).status_code == 200
    console = "https://kvm.example.org/?host=app-1&ip=10.77.0.5"
    assert _links(agent, estate.app) == {"console": console}

    with database.writing() as session:
        item = session.get_one(Item, estate.app)
        item.name = "app 1/&x"
        item.attributes = {
            **item.attributes,
            "fqdn": "app-1.example.org",
            "management_address": "10.99.0.1",
        }
    assert _links(agent, estate.app) == {
        "console": "https://kvm.example.org/?host=app%201%2F%26x&ip=10.99.0.1",
        "named": "rdp://app-1.example.org",
    }
    outsider = as_(estate.world.outsider)
    assert outsider.get(f"{V1}/items/{estate.app}/remote-links").status_code == 404

    none: dict[str, Any] = {"sections": {"remote_links": {}}}
    assert admin.patch(f"{V1}/desk-words", json=none).status_code == 200
    assert _links(agent, estate.app) == {}
    shipped = {"sections": {"remote_links": None}}
    assert admin.patch(f"{V1}/desk-words", json=shipped).status_code == 200
    assert _links(agent, estate.app) == {"ssh": "ssh://10.99.0.1"}


def test_what_a_template_may_not_say_is_named(as_: Any, estate: Estate) -> None:
    admin = as_(estate.world.admin)

    def refused(entry: Any) -> set[str]:
        sections = {"remote_links": {"odd": entry}}
        return faults(admin.patch(f"{V1}/desk-words", json={"sections": sections}))

    assert refused(_template("javascript:alert(1)")) == {"remote_links.odd.url"}
    assert refused(_template("ssh://{address}", "spaceship")) == {"remote_links.odd.classes"}
    assert refused(_template("ssh://{address}") | {"classes": []}) == {"remote_links.odd.classes"}
    assert refused(_template("ssh://{address}") | {"labels": {}}) == {"remote_links.odd.labels"}
    assert refused({"labels": _LABELS, "classes": ["server"]}) == {"remote_links.odd.url"}


@pytest.mark.parametrize(
    "template",
    [
        "javascript://x%0aalert(1)",
        "JavaScript:alert(1)",
        " https://x",
        "{name}://x",
        "https:// x",
        'https://x/"onclick=',
        "https://x/{name.__class__}",
        "https://x/{name!r}",
        "https://x/{name:>{address}}",
        "https://x/{}",
        "https://x/{name",
        "data://text",
        "https://" + "x" * 500,
        None,
        7,
    ],
)
def test_a_template_that_could_do_something_else_is_refused(template: object) -> None:
    assert fault_of(template)


@given(st.text(min_size=1))
def test_whatever_a_name_holds_it_stays_one_value(name: str) -> None:
    name = name.encode("utf-8", "ignore").decode()
    link = RemoteLink("x", _LABELS, ("server",), "https://x.example/?n={name}")
    url = address_of(link, {"name": name})
    if name:
        assert url is not None
        assert not set(url.removeprefix("https://x.example/?n=")) & set("/?&#=:@\"'<> \n")


def _links(reader: Any, item_id: int) -> dict[str, str]:
    answer = reader.get(f"{V1}/items/{item_id}/remote-links")
    assert answer.status_code == 200, answer.text
    return {one["code"]: one["url"] for one in answer.json}
