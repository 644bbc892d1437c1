"""Whoever points what bears a secret elsewhere has to know the secret: the kept one is blanked."""

import itertools
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest

from server.commands.setup_settings import settings_from
from server.foundation.rotation import sealed_columns
from server.foundation.settings import Settings
from tests.immunity.conftest import Program, Target
from tests.support.certificates import CertificateAuthority
from tests.support.people import BEGINNING

#: How columns and settings are called that say where something is sent, or whom it trusts there.
_WHERE = re.compile(r"url|host|port$|issuer|address|server|tls|authority|endpoint|proxy|target")


@dataclass(frozen=True, slots=True)
class Bearer:
    """A kind of row that bears a secret: how one is made, what moves it, and what does not."""

    path: str
    body: Mapping[str, Any]
    #: The answer's field that says whether the secret is there, and the body's that brings it.
    told: str
    given: str
    moves: Mapping[str, tuple[Any, ...]]
    stays: Mapping[str, Any]
    #: The field that no two may share, and columns that sound like a place and are none.
    unique: str = "code"
    nowhere: frozenset[str] = frozenset()


def _another_authority() -> str:
    with tempfile.TemporaryDirectory() as folder:
        return CertificateAuthority(Path(folder)).certificate.read_text()


#: What an access token opens goes to the mail server: its secrets are bound to both places.
_BY_TOKEN = {
    "address": "help@example.test",
    "host": "mail.test",
    "port": 993,
    "security": "tls",
    "user_name": "help",
    "sign_in": "oauth",
    "token_url": "https://login.test/token",
    "client_id": "cadastre",
}
_MOVED_TOKENS = {
    "host": ("evil.test", "mail.test.evil.test"),
    "port": (1993,),
    "security": ("starttls", "plain"),
    "authority": (_another_authority(),),
    "user_name": ("other",),
    "token_url": ("https://evil.test/token", "https://login.test/other", "http://127.0.0.1:1/"),
    "client_id": ("other",),
}
_BEARERS = {
    "directory.sealed_password": Bearer(
        "/directories",
        {"name": "Corp", "url": "ldaps://127.0.0.1:1", "base_dn": "dc=x", "password": "kept"},
        "has_password",
        "password",
        {
            "url": (
                "ldaps://evil.test",
                "ldaps://127.0.0.1:2",
                "ldaps://127.0.0.1:1 ldaps://evil.test",
                "ldap://127.0.0.1:1",
            ),
            "start_tls": (False,),
            "authority": ("-----BEGIN CERTIFICATE-----",),
        },
        {"name": "Other"},
    ),
    "identity_provider.sealed_secret": Bearer(
        "/identity-providers",
        {"name": "C", "issuer": "https://id.test", "client_id": "c", "client_secret": "kept"},
        "has_secret",
        "client_secret",
        {"issuer": ("https://evil.test", "https://id.test/other"), "client_id": ("x",)},
        {"name": "Other"},
    ),
    "mailbox.sealed_password": Bearer(
        "/mailboxes",
        {
            "address": "help@example.test",
            "host": "mail.test",
            "port": 993,
            "security": "tls",
            "user_name": "help",
            "password": "kept",
        },
        "has_password",
        "password",
        {
            "host": ("evil.test", "mail.test.evil.test"),
            "port": (1993,),
            "security": ("starttls", "plain"),
            "authority": (_another_authority(),),
            "user_name": ("other",),
        },
        {"address": "desk@example.test", "trusted_server": "mx.example.test"},
        unique="name",
        # What people write to, and whose findings about senders count; no token is asked for.
        nowhere=frozenset({"address", "address_key", "trusted_server", "token_url"}),
    ),
    "mailbox.sealed_client_secret": Bearer(
        "/mailboxes",
        _BY_TOKEN | {"client_secret": "kept"},
        "has_client_secret",
        "client_secret",
        _MOVED_TOKENS,
        {"name": "Other", "scope": "mail"},
        unique="name",
        nowhere=frozenset({"address", "address_key", "trusted_server"}),
    ),
    "mailbox.sealed_refresh_token": Bearer(
        "/mailboxes",
        _BY_TOKEN | {"token_grant": "refresh_token", "refresh_token": "kept"},
        "has_refresh_token",
        "refresh_token",
        _MOVED_TOKENS,
        {"address": "desk@example.test", "scope": "mail"},
        unique="name",
        nowhere=frozenset({"address", "address_key", "trusted_server"}),
    ),
}
#: Sealed, and bound to no place: nothing of the row says where it is sent.
_PLACELESS = {
    # Compared here, sent nowhere.
    "second_factor.sealed_secret",
    # Shown to the devices that somebody with the right to scan names; the row itself never changes.
    "snmp_credential.sealed",
}
_MOVES = [
    (column, name, value)
    for column, bearer in _BEARERS.items()
    for name, values in bearer.moves.items()
    for value in values
]
_numbers = itertools.count(1)


@pytest.fixture
def admin(target: Target) -> Program:
    return target.api(target.world.admin)


def _made(target: Target, admin: Program, bearer: Bearer) -> str:
    place = {bearer.unique: f"b{next(_numbers)}", "organisation_id": target.world.root.id}
    answer = admin.post(bearer.path, {**bearer.body, **place})
    assert answer.status_code == 201, answer.text
    made = answer.get_json()
    assert made[bearer.told] is True
    return f"{bearer.path}/{made['id']}"


def test_everything_that_bears_a_secret_is_tried_here() -> None:
    tables = {f"{table.name}.{column.name}": table for table, column in sealed_columns()}
    assert tables.keys() == _BEARERS.keys() | _PLACELESS
    for name, table in tables.items():
        moving = {column.name for column in table.columns if _WHERE.search(column.name)}
        tried = set(_BEARERS[name].moves) if name in _BEARERS else set()
        nowhere = _BEARERS[name].nowhere if name in _BEARERS else frozenset()
        assert moving - nowhere <= tried, name


@pytest.mark.parametrize(("column", "name", "value"), _MOVES)
def test_another_place_or_another_trust_blanks_it(
    target: Target, admin: Program, column: str, name: str, value: Any
) -> None:
    bearer = _BEARERS[column]
    path = _made(target, admin, bearer)
    answer = admin.patch(path, {name: value})
    assert answer.status_code == 200, answer.text
    assert answer.get_json()[bearer.told] is False
    # Back where it was, it is not there again.
    back = {name: bearer.body.get(name, True if value is False else "")}
    assert admin.patch(path, back).get_json()[bearer.told] is False


@pytest.mark.parametrize("column", _BEARERS)
def test_who_brings_the_secret_along_moves_it_and_another_name_keeps_it(
    target: Target, admin: Program, column: str
) -> None:
    bearer = _BEARERS[column]
    path = _made(target, admin, bearer)
    assert admin.patch(path, bearer.stays).get_json()[bearer.told] is True
    name, values = next(iter(bearer.moves.items()))
    moved = admin.patch(path, {name: values[0], bearer.given: "known"}).get_json()
    assert moved[bearer.told] is True


@pytest.mark.parametrize(
    ("answers", "kept"),
    [
        ({"smtp": "evil.test:25"}, ""),
        ({"smtp": "mail.test:26"}, ""),
        ({"smtp_starttls": False}, ""),
        ({"smtp": "none"}, ""),
        ({"smtp": "evil.test:25", "smtp_password": "known"}, "known"),
        ({"smtp": "mail.test:25"}, "kept"),
        ({"smtp_from": "desk@example.test"}, "kept"),
    ],
)
def test_the_mail_servers_password_goes_to_no_other(
    target: Target, answers: Mapping[str, Any], kept: str
) -> None:
    stored = {"smtp_host": "mail.test", "smtp_port": 25, "smtp_password": "kept"}
    found = settings_from(answers, stored, target.settings.home, BEGINNING)
    assert found["smtp_password"] == kept


def test_no_other_setting_is_a_password_that_is_sent() -> None:
    secret = {one.name for one in fields(Settings) if re.search("passw|passph|secret", one.name)}
    # The passphrase encrypts files, and leaves this machine with nobody.
    assert secret == {"smtp_password", "backup_passphrase"}


def test_a_secret_that_no_sign_in_uses_is_not_kept(target: Target, admin: Program) -> None:
    bearer = _BEARERS["mailbox.sealed_refresh_token"]
    path = _made(target, admin, bearer)
    told = admin.patch(path, {"token_grant": "client_credentials"}).get_json()
    assert told["has_refresh_token"] is False
    assert admin.patch(path, {"client_secret": "kept"}).get_json()["has_client_secret"] is True
    told = admin.patch(path, {"sign_in": "password", "password": "kept"}).get_json()
    assert (told["has_client_secret"], told["has_password"]) == (False, True)
    assert admin.patch(path, {"sign_in": "oauth"}).get_json()["has_password"] is False
