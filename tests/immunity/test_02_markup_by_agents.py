"""What agents report is shown as text on every page that shows it."""

import pytest

from tests.immunity.conftest import Target, corpus
from tests.immunity.markup import intruders
from tests.server.items.machines import HARDWARE, IDENTITY, SYSTEM, software, whole


@pytest.fixture(scope="module")
def item_id(target: Target) -> int:
    payloads = corpus("html")
    identity = {**IDENTITY, "hostname": payloads[0]}
    hardware = {**HARDWARE, "model": payloads[3], "manufacturer": payloads[8]}
    system = {**SYSTEM, "name": payloads[9]}
    packages = software(**{payload: payload for payload in payloads})
    document = whole(identity=identity, hardware=hardware, os=system, software=packages)
    answer = target.agent().post("/reports", document)
    assert answer.status_code == 202, answer.text
    made: int = answer.get_json()["item"]
    for number, payload in enumerate(payloads):
        target.create(payload, target.world.root.id, serial=f"S-{number}", model=payload)
    return made


@pytest.mark.parametrize(
    "address",
    [
        "/items/{id}",
        "/items/{id}/software",
        "/items/{id}/history",
        "/items/{id}/relations",
        "/items",
        "/items?q=x-planted",
        "/search?q=x-planted",
        "/lately",
        "/",
    ],
)
def test_no_page_has_an_element_or_an_attribute_that_was_reported(
    target: Target, item_id: int, address: str
) -> None:
    answer = target.browser(target.world.admin).get(address.format(id=item_id))
    assert answer.status_code == 200
    assert intruders(answer.text) == []
