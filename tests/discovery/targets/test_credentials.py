"""Credential files: what may stand in them, and errors that never show a secret."""

from pathlib import Path

import pytest

from discovery.snmp.credentials import Community, User
from discovery.targets.credentials import BadCredentials, read_credentials

_GOOD = """
[[credential]]
community = "first secret"

[[credential]]
name = "old printers"
version = "1"
community = "second secret"

[[credential]]
name = "core"
version = "3"
user = "reader"
auth_protocol = "sha-256"
auth_key = "third secret"
priv_protocol = "aes-256-c"
priv_key = "fourth secret"
context = "vlan-10"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "snmp.toml"
    path.write_text(text)
    return path


def test_credentials_are_read_in_their_order(tmp_path: Path) -> None:
    assert read_credentials(write(tmp_path, _GOOD)) == (
        Community("first secret", "2c", "credential 1"),
        Community("second secret", "1", "old printers"),
        User(
            user="reader",
            auth_protocol="SHA-256",
            auth_key="third secret",
            priv_protocol="AES-256-C",
            priv_key="fourth secret",
            context="vlan-10",
            name="core",
        ),
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "holds no"),
        ("credential = 'secret'", "holds no"),
        ("[[credential]]\ncommunity = 'secret' oops", "not TOML"),
        ("credential = ['secret']", "credential 1: it is not a table"),
        ("[[credential]]\ncommunity = ''", "credential 1: the community is empty"),
        ("[[credential]]\nversion = '4'\ncommunity = 'secret'", "none of 1, 2c, 3"),
        ("[[credential]]\ncomunity = 'secret'", "unknown key 'comunity'"),
        ("[[credential]]\nversion = '3'\nuser = 'a'\ncommunity = 'secret'", "'community'"),
        ("[[credential]]\ncommunity = 4711", "community must be text"),
        ("[[credential]]\nversion = '3'\nuser = 'a'\nauth_key = 'secret!!'", "go together"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_a_sentence(
    tmp_path: Path, text: str, why: str
) -> None:
    with pytest.raises(BadCredentials, match=why) as raised:
        read_credentials(write(tmp_path, text))
    assert "secret" not in str(raised.value).replace(str(tmp_path), "")


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadCredentials, match="cannot be read"):
        read_credentials(tmp_path / "missing.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadCredentials, match="not UTF-8"):
        read_credentials(tmp_path / "binary.toml")
