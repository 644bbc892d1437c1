"""The one address people may give us to connect to is an LDAP server's, and nothing else."""

import pytest

from tests.immunity.conftest import Target, corpus


def _body(target: Target, url: str) -> dict[str, object]:
    return {
        "code": "corp",
        "name": "Corp",
        "url": url,
        "base_dn": "dc=x",
        "organisation_id": target.world.root.id,
    }


@pytest.mark.parametrize("url", corpus("urls"))
def test_any_other_address_is_refused_and_named(target: Target, url: str) -> None:
    answer = target.api(target.world.admin).post("/directories", _body(target, url))
    assert answer.status_code == 422, answer.text
    assert "url" in str(answer.get_json())


def test_without_encryption_only_this_machine_is_spoken_to(target: Target) -> None:
    for url in ("ldap://ldap.test", "ldap://10.0.0.1", "ldap://127.0.0.1 ldap://10.0.0.1"):
        body = _body(target, url) | {"start_tls": False}
        assert target.api(target.world.admin).post("/directories", body).status_code == 422


def test_trying_it_out_tells_no_banner(target: Target) -> None:
    admin = target.api(target.world.admin)
    number = admin.post("/directories", _body(target, "ldaps://127.0.0.1:1")).get_json()["id"]
    told = admin.post(f"/directories/{number}/test", {}).get_json()
    assert told["ok"] is False
    assert told["detail"] == "ldaps://127.0.0.1:1: no connection can be made"
