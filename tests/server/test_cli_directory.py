"""Computers of a directory on the command line."""

import pytest
from sqlalchemy import select

from cmdb.records.parties import Organisation
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.permissions import system_actor
from server.foundation.secrets import SecretBox
from server.foundation.settings import Settings
from server.people.actions.directories import create_directory
from tests.server.command_line import Cadastre
from tests.support.directory import SlapdServer


@pytest.fixture
def installed(migrated_anywhere: Cadastre, directory: SlapdServer) -> Cadastre:
    """Return an installation with a directory called "ldap", which holds two computers."""
    migrated_anywhere.begin()
    for name in ("pc1", "pc2"):
        known = {"dNSHostName": f"{name}.example.test"}
        dn = f"cn={name},{directory.base_dn}"
        directory.add(dn, ["device", "extensibleObject"], known)
    particulars: dict[str, object] = {
        "code": "ldap",
        "name": "Company",
        "url": directory.tls_url,
        "authority": directory.authority.read_text(encoding="ascii"),
        "base_dn": directory.base_dn,
        "bind_dn": directory.reader_dn,
        "password": directory.reader_password,
    }
    secrets = SecretBox(Settings(home=migrated_anywhere.home).key_file)
    database = Database(migrated_anywhere.url)
    try:
        with database.writing() as session:
            place = session.scalars(select(Organisation.id)).one()
            told = particulars | {"organisation_id": place}
            create_directory(session, system_actor("test"), told, secrets, utc_now())
    finally:
        database.dispose()
    return migrated_anywhere


def test_computers_are_read_listed_and_made_items(installed: Cadastre) -> None:
    assert installed.succeed("directory", "computers", "ldap") == ""
    asked = ("directory", "read-computers", "ldap")
    assert "reads no computers." in installed.succeed(*asked)
    wish = ("directory", "read-computers", "ldap", "--filter", "(objectClass=device)")
    assert "(objectClass=device)" in installed.succeed(*wish)
    out = installed.succeed("directory", "sync", "ldap")
    assert "2 computers were read: 0 stand for an item (0 new), 2 do not." in out
    listed = installed.succeed("directory", "computers", "ldap")
    assert "pc1\tpc1.example.test\tno_match\t\tnever\tenabled\n" in listed
    table = installed.succeed("directory", "computers", "ldap", "--show", "unmatched", "--csv")
    assert table.splitlines()[1].startswith("pc1,pc1.example.test,")
    assert "that nobody knows are only listed." in installed.succeed(*asked)
    installed.succeed("directory", "read-computers", "ldap", "--make-items")
    assert "that nobody knows become items." in installed.succeed(*asked)
    out = installed.succeed("directory", "sync", "ldap")
    assert "2 stand for an item (2 new), 0 do not." in out
    assert installed.succeed("directory", "computers", "ldap", "--show", "unmatched") == ""
    assert "\tpc2\t" in installed.succeed("directory", "computers", "ldap")
    assert "no computers" in installed.succeed("directory", "read-computers", "ldap", "--off")


@pytest.mark.parametrize(
    "words",
    [
        ("computers", "nowhere"),
        ("read-computers", "nowhere", "--off"),
        ("read-computers", "ldap", "--filter", "("),
    ],
)
def test_what_cannot_be_is_one_sentence(installed: Cadastre, words: tuple[str, ...]) -> None:
    assert installed.run("directory", *words).failed_in_one_sentence


def test_what_makes_no_sense_is_refused(installed: Cadastre) -> None:
    outcome = installed.run("directory", "read-computers", "ldap", "--off", "--make-items")
    assert outcome.code == 2
    assert "--off" in outcome.err
