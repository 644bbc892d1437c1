"""A company in a real LDAP directory, for tests of sign-in and synchronisation."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.parties import Group, Membership, Person
from server.foundation.database import Database
from server.foundation.permissions import Actor
from server.foundation.secrets import SecretBox
from server.people.actions.directories import create_directory
from server.people.rules.sync_plan import SyncReport
from server.people.sources import Access
from server.people.sync import sync_directory
from tests.support.directory import SlapdServer

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


class Company:
    """People and groups written into slapd, and the register that follows them."""

    def __init__(self, directory: SlapdServer, database: Database, key_file: Path) -> None:
        self.directory = directory
        self.database = database
        self.secrets = SecretBox(key_file)
        self.directory_id = 0
        for unit in ("people", "groups", "elsewhere"):
            directory.add(f"ou={unit},{directory.base_dn}", ["organizationalUnit"], {})

    def connect(self, actor: Actor, organisation_id: int, **particulars: object) -> int:
        """Set the directory up and return its id."""
        standard = {
            "code": "ldap",
            "name": "Company directory",
            "url": self.directory.tls_url,
            "authority": self.directory.authority.read_text(encoding="ascii"),
            "base_dn": self.directory.base_dn,
            "bind_dn": self.directory.reader_dn,
            "password": self.directory.reader_password,
            "organisation_id": organisation_id,
        }
        with self.database.writing() as session:
            made = create_directory(session, actor, standard | particulars, self.secrets, NOON)
            self.directory_id = made.id
        return self.directory_id

    def hire(self, uid: str, **attributes: object) -> str:
        """Add a person whose password is `secret of <uid>`; return the DN."""
        dn = f"uid={uid},ou=people,{self.directory.base_dn}"
        standard = {
            "cn": uid.title(),
            "sn": uid.title(),
            "mail": f"{uid}@example.test",
            "userPassword": f"secret of {uid}",
        }
        self.directory.add(dn, ["inetOrgPerson"], standard | attributes)
        return dn

    def form(self, name: str, *members: str) -> str:
        """Add a group; return the DN."""
        dn = f"cn={name},ou=groups,{self.directory.base_dn}"
        self.directory.add(dn, ["groupOfNames"], {"member": list(members)})
        return dn

    def sync(self, *, confirm: bool = False) -> SyncReport:
        """Synchronise."""
        return sync_directory(
            self.database, Access(self.secrets), self.directory_id, NOON, confirm=confirm
        )

    def people(self, *, active: bool = True) -> set[str]:
        """Return the names of the directory's people in the register."""
        with self.database.reading() as session:
            return set(
                session.scalars(
                    select(Person.display_name).where(
                        Person.source == "ldap", Person.active == active
                    )
                )
            )

    def members(self, group: str) -> set[str]:
        """Return the names of a group's members in the register."""
        with self.database.reading() as session:
            return set(
                session.scalars(
                    select(Person.display_name)
                    .join(Membership, Membership.person_id == Person.id)
                    .join(Group, Group.id == Membership.group_id)
                    .where(Group.name == group)
                )
            )


def person_named(session: Session, name: str) -> Person:
    """Return the one person of this name."""
    return session.scalars(select(Person).where(Person.display_name == name)).one()
