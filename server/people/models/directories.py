"""LDAP directories: how they are read, what was read, and what membership gives."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class Directory(Identified, Base):
    """An LDAP directory that people and groups come from and sign in through."""

    __tablename__ = "directory"

    code: Mapped[str] = mapped_column(Key, unique=True)
    name: Mapped[str] = mapped_column(String)
    #: ``ldap://host:port`` or ``ldaps://host:port``; several, parted by blanks, are replicas.
    url: Mapped[str] = mapped_column(String)
    start_tls: Mapped[bool] = mapped_column(default=True)
    #: PEM text of the authority that signed the server's certificate; "" for the system's.
    authority: Mapped[str] = mapped_column(String, default="")
    base_dn: Mapped[str] = mapped_column(String)
    bind_dn: Mapped[str] = mapped_column(String, default="")
    #: Sealed by ``foundation.secrets``; "" when there is none.
    sealed_password: Mapped[str] = mapped_column(String, default="")
    person_filter: Mapped[str] = mapped_column(String)
    group_filter: Mapped[str] = mapped_column(String)
    #: Below what computers are read; "" below the same as people.
    computer_base: Mapped[str] = mapped_column(String, default="", server_default="")
    #: Which entries are accounts of computers; "" reads none.
    computer_filter: Mapped[str] = mapped_column(String, default="", server_default="")
    #: Whether one that nobody knows becomes an item; else it is only listed.
    computer_items: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: "openldap" or "active_directory": which defaults ``mapping`` differs from.
    flavour: Mapped[str] = mapped_column(Key, default="openldap")
    #: Our field to their attribute, where it differs from the flavour's defaults.
    mapping: Mapped[dict[str, Any]]
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    #: How far the last synchronisation read: ``rules.deltas.Watermark`` as a document.
    state: Mapped[dict[str, Any]]
    enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def has_password(self) -> bool:
        """Say whether there is a password, which is all that may be told of it."""
        return bool(self.sealed_password)

    @property
    def changes_by(self) -> str:
        """Return how changes are learnt (``rules.deltas``); "" before all was read once."""
        return str(self.state.get("way", ""))

    @property
    def changes_by_why(self) -> str:
        """Return why changes are learnt in no better way; "" when there is no better one."""
        return str(self.state.get("why", ""))


class DirectoryRule(Identified, Base):
    """What membership in some of a directory's groups gives: a role, or an organisation."""

    __tablename__ = "directory_rule"

    directory_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("directory.id", ondelete="CASCADE"), index=True
    )
    #: Of several rules that name an organisation for somebody, the lowest position wins.
    position: Mapped[int]
    #: A group's name or DN, ``*`` standing for anything; ``rules.group_rules`` compares.
    group_pattern: Mapped[str] = mapped_column(String)
    #: The role that the groups get in ``organisation_id``; None when the rule is about where
    #: people belong.
    role_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("role.id", ondelete="CASCADE"), index=True
    )
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"), index=True)
    created_at: Mapped[datetime]


class DirectoryRuleGrant(Base):
    """A grant that stands because of a rule, and goes with it."""

    __tablename__ = "directory_rule_grant"

    rule_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("directory_rule.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    grant_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("role_grant.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )


class DirectoryEntry(Identified, Base):
    """What we hold of one entry of a directory. Its identity is the directory's own unique id."""

    __tablename__ = "directory_entry"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (group_id IS NULL)", name="one_party"),
        Index(None, "directory_id", "external_id", unique=True),
        Index(None, "person_id"),
        Index(None, "group_id"),
        Index(None, "principal_key"),
    )

    directory_id: Mapped[int] = mapped_column(BigId, ForeignKey("directory.id", ondelete="CASCADE"))
    #: entryUUID or objectGUID as a lower-case UUID.
    external_id: Mapped[str] = mapped_column(Key)
    person_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE")
    )
    group_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("party_group.id", ondelete="CASCADE")
    )
    dn: Mapped[str] = mapped_column(String)
    digest: Mapped[str] = mapped_column(Key)
    #: ``rules.logins.login_key`` of another name to sign in with (``userPrincipalName``).
    principal_key: Mapped[str | None] = mapped_column(Key)
    seen_at: Mapped[datetime]


class DirectoryRun(Identified, Base):
    """One synchronisation and its report."""

    __tablename__ = "directory_run"
    __table_args__ = (Index(None, "directory_id", "id"),)

    directory_id: Mapped[int] = mapped_column(BigId, ForeignKey("directory.id", ondelete="CASCADE"))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    #: "running", "finished", "held" (the guard waits for somebody) or "failed".
    state: Mapped[str] = mapped_column(Key)
    #: ``rules.sync_plan.SyncReport`` as a document.
    report: Mapped[dict[str, Any]]
