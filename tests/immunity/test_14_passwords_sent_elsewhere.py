"""Whoever points a directory elsewhere has to know its password: the kept one is blanked."""

from typing import Any

import pytest

from tests.immunity.conftest import Program, Target


@pytest.fixture
def admin(target: Target) -> Program:
    return target.api(target.world.admin)


def _directory(target: Target, admin: Program, code: str) -> str:
    body = {
        "code": code,
        "name": "Corp",
        "url": "ldaps://127.0.0.1:1",
        "base_dn": "dc=x",
        "password": "kept",
        "organisation_id": target.world.root.id,
    }
    made = admin.post("/directories", body).get_json()
    assert made["has_password"] is True
    return f"/directories/{made['id']}"


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("a", {"url": "ldaps://evil.test"}),
        ("b", {"url": "ldaps://127.0.0.1:2"}),
        ("c", {"url": "ldaps://127.0.0.1:1 ldaps://evil.test"}),
        ("d", {"url": "ldap://127.0.0.1:1"}),
        ("e", {"start_tls": False}),
        ("f", {"authority": "-----BEGIN CERTIFICATE-----"}),
    ],
)
def test_another_place_or_another_trust_blanks_it(
    target: Target, admin: Program, code: str, change: dict[str, Any]
) -> None:
    path = _directory(target, admin, code)
    assert admin.patch(path, change).get_json()["has_password"] is False


def test_another_name_keeps_it(target: Target, admin: Program) -> None:
    path = _directory(target, admin, "g")
    assert admin.patch(path, {"name": "Other"}).get_json()["has_password"] is True


@pytest.mark.parametrize(
    ("change", "kept"),
    [({"issuer": "https://evil.test"}, False), ({"client_id": "x"}, False), ({"name": "N"}, True)],
)
def test_the_secret_for_an_identity_provider_goes_to_no_other(
    target: Target, admin: Program, change: dict[str, Any], *, kept: bool
) -> None:
    body = {
        "code": f"id-{next(iter(change))}",
        "name": "Corp",
        "issuer": "https://id.test",
        "client_id": "cadastre",
        "client_secret": "kept",
        "organisation_id": target.world.root.id,
    }
    made = admin.post("/identity-providers", body).get_json()
    assert made["has_secret"] is True
    changed = admin.patch(f"/identity-providers/{made['id']}", change).get_json()
    assert changed["has_secret"] is kept
