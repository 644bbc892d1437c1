"""After signing in, and after anything else, a browser stays on our site."""

from urllib.parse import urljoin, urlsplit

import pytest

from tests.immunity.conftest import Target, corpus
from tests.support.people import give_password

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def login(target: Target) -> str:
    assert target.world.agent.person_id is not None
    with target.database.writing() as session:
        return give_password(session, target.world.agent.person_id, PASSWORD)


@pytest.mark.parametrize("address", corpus("next"))
def test_the_way_back_leads_nowhere_else(target: Target, login: str, address: str) -> None:
    client = target.site.test_client()
    data = {"login": login, "password": PASSWORD, "next": address}
    answer = client.post("/sign-in", data=data)
    assert answer.status_code == 303
    ours = "http://localhost/"
    for wild in (answer.location, answer.location.replace("\\", "/")):
        assert urlsplit(urljoin(ours, wild.strip())).netloc == "localhost"


@pytest.mark.parametrize("referer", ["https://evil.test/x", "//evil.test", "javascript:x"])
def test_another_sites_page_is_not_gone_back_to(target: Target, referer: str) -> None:
    answer = target.site.test_client().post(
        "/account/language", data={"language": "es"}, headers={"Referer": referer}
    )
    assert answer.status_code == 303
    assert answer.location.startswith("/")
