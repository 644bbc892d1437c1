"""Where people may make us connect: to a server of the right kind, and never further inside."""

import re
import socket

import pytest

from server.foundation.errors import AddressRefused, WebUnreachable
from server.foundation.outbound import Gate
from server.foundation.web_client import WebClient
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


@pytest.mark.parametrize("host", corpus("inner_addresses"))
def test_no_way_of_writing_it_leads_to_where_clouds_keep_their_secrets(
    target: Target, host: str
) -> None:
    admin = target.api(target.world.admin)
    body = _body(target, f"ldaps://{host}") | {
        "code": f"inner-{len(host)}-{host.encode().hex()[:40]}"
    }
    number = admin.post("/directories", body).get_json()["id"]
    told = admin.post(f"/directories/{number}/test", {}).get_json()
    assert told["ok"] is False
    assert "may not connect" in told["detail"] or "no connection" in told["detail"]


@pytest.mark.parametrize("host", corpus("inner_addresses"))
def test_a_mailbox_leads_there_neither(target: Target, host: str) -> None:
    admin = target.api(target.world.admin)
    body = {
        "name": f"inner {len(host)} {host.encode().hex()[:40]}",
        "organisation_id": target.world.root.id,
        "address": "help@example.test",
        "host": host.strip("[]"),
        "port": 993,
        "user_name": "help",
        "password": "secret",
    }
    made = admin.post("/mailboxes", body)
    if made.status_code == 422:
        assert "host" in str(made.get_json())
        return
    told = admin.post(f"/mailboxes/{made.get_json()['id']}/test", {}).get_json()
    assert told["ok"] is False
    assert re.search("is not among directory_networks|cannot be reached", told["detail"]), told


@pytest.mark.parametrize("host", corpus("inner_addresses"))
def test_nor_does_the_token_server_of_one(target: Target, host: str) -> None:
    admin = target.api(target.world.admin)
    body = {
        "name": f"token {len(host)} {host.encode().hex()[:40]}",
        "organisation_id": target.world.root.id,
        "address": "help@example.test",
        "host": "mail.test",
        "user_name": "help",
        "sign_in": "oauth",
        "token_url": f"https://{host}/token",
        "client_id": "cadastre",
        "client_secret": "secret",
    }
    made = admin.post("/mailboxes", body)
    if made.status_code == 422:
        assert "token_url" in str(made.get_json())
        return
    told = admin.post(f"/mailboxes/{made.get_json()['id']}/test", {}).get_json()
    assert (told["ok"], told["step"]) == (False, "token")
    assert re.search("may not connect|no conversation is possible", told["detail"]), told


@pytest.mark.parametrize("host", corpus("inner_addresses"))
def test_over_the_web_nothing_inside_is_asked(host: str) -> None:
    with pytest.raises((AddressRefused, WebUnreachable)):
        WebClient(Gate()).ask("GET", f"https://{host}/")


def test_a_name_is_judged_by_where_it_leads_when_it_is_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inner = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_asked, **_more: inner)
    with pytest.raises(AddressRefused):
        WebClient(Gate()).ask("GET", "https://rebinding.test/")
