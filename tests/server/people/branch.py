"""A branch of a real Active Directory domain, and the register that follows it."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from cmdb.records.parties import Group, Membership, Person
from server.foundation.database import Database
from server.foundation.permissions import Actor
from server.foundation.secrets import SecretBox
from server.people.actions.directories import create_directory
from server.people.models import Directory
from server.people.rules.sync_plan import SyncReport
from server.people.sources import Access
from server.people.sync import sync_directory
from tests.server.people.company import NOON
from tests.support.domain import DomainController


class Branch:
    """People and groups below one organisational unit; `elsewhere` stands beside it."""

    def __init__(self, domain: DomainController, database: Database, key_file: Path) -> None:
        self.domain = domain
        self.database = database
        self.secrets = SecretBox(key_file)
        self.directory_id = 0
        self.base_dn = f"OU=branch,{domain.base_dn}"
        self.elsewhere = f"OU=elsewhere,{domain.base_dn}"
        self._minutes = 0
        for dn in (self.base_dn, self.elsewhere, f"OU=people,{self.base_dn}"):
            domain.add(dn, ["organizationalUnit"], {})

    def clear(self) -> None:
        """Take everything out of the domain again."""
        for dn in (self.base_dn, self.elsewhere):
            self.domain.clear(dn)

    def connect(self, actor: Actor, organisation_id: int, **particulars: object) -> None:
        """Set the directory up."""
        standard = {
            "code": "domain",
            "name": "The domain",
            "flavour": "active_directory",
            "url": self.domain.tls_url,
            "authority": self.domain.authority.read_text(encoding="ascii"),
            "base_dn": self.base_dn,
            "bind_dn": self.domain.reader_dn,
            "password": self.domain.reader_password,
            "organisation_id": organisation_id,
        }
        with self.database.writing() as session:
            made = create_directory(session, actor, standard | particulars, self.secrets, NOON)
            self.directory_id = made.id

    def hire(self, login: str, below: str = "", **attributes: object) -> str:
        """Add a person; return the DN."""
        dn = f"CN={login.title()},{below or f'OU=people,{self.base_dn}'}"
        standard = {"displayName": login.title(), "mail": f"{login}@example.test"}
        self.domain.hire(dn, login, **(standard | attributes))
        return dn

    def form(self, name: str, *members: str) -> str:
        """Add a group; return the DN."""
        dn = f"CN={name},{self.base_dn}"
        known = {"sAMAccountName": name} | ({"member": list(members)} if members else {})
        self.domain.add(dn, ["group"], known)
        return dn

    def enter(self, name: str, **attributes: object) -> str:
        """Add the account of a computer; return the DN."""
        dn = f"CN={name},{self.base_dn}"
        standard = {
            "sAMAccountName": f"{name}$",
            "dNSHostName": f"{name}.example.test",
            # A workstation's account that needs no password (MS-ADTS, section 2.2.16).
            "userAccountControl": 0x1020,
        }
        self.domain.add(dn, ["computer"], standard | attributes)
        return dn

    def unit(self, name: str, below: str = "") -> str:
        """Add an organisational unit; return the DN."""
        dn = f"OU={name},{below or self.base_dn}"
        self.domain.add(dn, ["organizationalUnit"], {})
        return dn

    def whole(self, *, confirm: bool = False) -> SyncReport:
        """Read everything, a minute after the last time."""
        return self._sync(delta=False, confirm=confirm)

    def delta(self) -> SyncReport:
        """Read what changed, a minute after the last time."""
        return self._sync(delta=True)

    def _sync(self, *, delta: bool, confirm: bool = False) -> SyncReport:
        self._minutes += 1
        return sync_directory(
            self.database,
            Access(self.secrets),
            self.directory_id,
            NOON + timedelta(minutes=self._minutes),
            confirm=confirm,
            delta=delta,
        )

    def ways(self) -> tuple[str, str]:
        """Return how changes are learnt, and why in no better way."""
        with self.database.reading() as session:
            row = session.get_one(Directory, self.directory_id)
            return row.changes_by, row.changes_by_why

    def people(self, *, active: bool = True) -> set[str]:
        """Return the names of the domain's people in the register."""
        with self.database.reading() as session:
            ours = (Person.source == "domain", Person.active == active)
            return set(session.scalars(select(Person.display_name).where(*ours)))

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
