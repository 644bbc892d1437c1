"""Log-ins, sessions, tokens and roles. The people themselves stand in ``cmdb.records.parties``."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class Account(Identified, Base):
    """A person's way in: a password of ours, or a directory that checks theirs."""

    __tablename__ = "account"

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE"), unique=True
    )
    login: Mapped[str] = mapped_column(String)
    #: ``rules.logins.login_key`` of ``login``; what a typed login is compared with.
    login_key: Mapped[str] = mapped_column(Key, unique=True)
    #: argon2id, parameters included; None when no password of ours opens this account.
    password_hash: Mapped[str | None] = mapped_column(String)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    password_changed_at: Mapped[datetime | None]
    disabled: Mapped[bool] = mapped_column(default=False)
    #: The directory that checks the password; then ``password_hash`` is None.
    directory_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("directory.id", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime]
    last_sign_in_at: Mapped[datetime | None]


class WebSession(Identified, Base):
    """A signed-in browser. The cookie holds the secret, the row only its hash."""

    __tablename__ = "web_session"

    id_hash: Mapped[str] = mapped_column(Key, unique=True)
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(Key, default="")
    user_agent: Mapped[str] = mapped_column(String, default="")
    revoked_at: Mapped[datetime | None]


class SignInAttempt(Identified, Base):
    """One try to sign in; written before the password is looked at, so that none goes uncounted."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index(None, "login_key", "at"), Index(None, "address", "at"))

    login_key: Mapped[str] = mapped_column(Key)
    address: Mapped[str] = mapped_column(Key)
    at: Mapped[datetime] = mapped_column(index=True)
    #: "failed" until the credentials have been found right: "succeeded", or "void" when nobody
    #: could tell (the directory did not answer).
    outcome: Mapped[str] = mapped_column(Key, default="failed")


class ApiToken(Identified, Base):
    """A bearer token of one person. Shown once; only its hash is kept."""

    __tablename__ = "api_token"

    token_hash: Mapped[str] = mapped_column(Key, unique=True)
    name: Mapped[str] = mapped_column(String)
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    #: The most this token may do; None for all that the person may.
    permissions: Mapped[list[Any] | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Role(Identified, Base):
    """A named set of permissions. Shipped roles are refreshed from code at every start."""

    __tablename__ = "role"

    code: Mapped[str] = mapped_column(Key, unique=True)
    #: Language to text: {"en": …, "es": …, "ru": …}.
    labels: Mapped[dict[str, Any]]
    permissions: Mapped[list[Any]]
    #: How far its permissions reach unless a grant says less.
    reach: Mapped[str] = mapped_column(Key, default="all")
    builtin: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)


class RoleGrant(Identified, Base):
    """A role given to a person or to a group, inside one organisation subtree."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (group_id IS NULL)", name="one_party"),
        Index(None, "person_id"),
        Index(None, "group_id"),
    )

    role_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("role.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE")
    )
    group_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("party_group.id", ondelete="CASCADE")
    )
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"), index=True)
    #: Only items of this class and the classes below it.
    class_code: Mapped[str | None] = mapped_column(Key)
    reach: Mapped[str] = mapped_column(Key, default="all")
    created_at: Mapped[datetime]


class Directory(Identified, Base):
    """An LDAP directory that people and groups come from and sign in through."""

    __tablename__ = "directory"

    code: Mapped[str] = mapped_column(Key, unique=True)
    name: Mapped[str] = mapped_column(String)
    #: ``ldap://host:port`` or ``ldaps://host:port``.
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
    #: "openldap" or "active_directory": which defaults ``mapping`` differs from.
    flavour: Mapped[str] = mapped_column(Key, default="openldap")
    #: Our field to their attribute, where it differs from the flavour's defaults.
    mapping: Mapped[dict[str, Any]]
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    #: Cookies of delta synchronisation and the like.
    state: Mapped[dict[str, Any]]
    enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def has_password(self) -> bool:
        """Say whether there is a password, which is all that may be told of it."""
        return bool(self.sealed_password)


class DirectoryEntry(Identified, Base):
    """What we hold of one entry of a directory. Its identity is the directory's own unique id."""

    __tablename__ = "directory_entry"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (group_id IS NULL)", name="one_party"),
        Index(None, "directory_id", "external_id", unique=True),
        Index(None, "person_id"),
        Index(None, "group_id"),
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


class Preference(Base):
    """How a person likes a page to be; ``name`` says of which page, such as "items.columns"."""

    __tablename__ = "preference"

    person_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("person.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    name: Mapped[str] = mapped_column(Key, primary_key=True)
    value: Mapped[list[Any]]
